"""The root of all addresses; each package owns its own below it."""

from importlib.util import find_spec

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from cases import starting


@login_not_required
def healthy(request: HttpRequest) -> HttpResponse:
    """Answer a health check: this web process is up, whatever the database does, unless that is older than its record."""
    try:
        why = starting.why_not()
    except DatabaseError:
        why = ""  # that it does not answer is for its own health check
    return HttpResponse(f"{why}\n" if why else "ok", content_type="text/plain", status=503 if why else 200)


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthy", healthy, name="healthy"),
]
for _package in ("cases.urls", "escalation.pages", "decisions.urls"):
    if find_spec(_package):
        urlpatterns.append(path("", include(_package)))
if find_spec("escalation.api") and find_spec("escalation.api.urls"):
    urlpatterns.append(path("api/", include("escalation.api.urls")))
