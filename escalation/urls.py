"""The root of all addresses; each package owns its own below it."""

from importlib.util import find_spec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path


@login_not_required
def healthy(request: HttpRequest) -> HttpResponse:
    """Answer a health check: this web process is up, whatever the database does."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthy", healthy, name="healthy"),
]
for _package in ("cases.urls", "escalation.pages", "decisions.urls"):
    if find_spec(_package):
        urlpatterns.append(path("", include(_package)))
if find_spec("escalation.api") and find_spec("escalation.api.urls"):
    urlpatterns.append(path("api/", include("escalation.api.urls")))
