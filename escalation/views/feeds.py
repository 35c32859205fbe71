"""The calendar feed: the page to get, renew and stop one's secret address, and the feed itself."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases import rows
from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused
from escalation.actions import feeds

SHOWN_ONCE = "calendar_feed_secret"


@require_safe
@never_cache
def feed(request: ActingRequest) -> HttpResponse:
    """Whether one has an address; a new one is shown this once."""
    secret = request.session.pop(SHOWN_ONCE, "")
    context = {"feed": feeds.feed_now(request.acting), "address": feeds.address_of(secret) if secret else ""}
    return render(request, "escalation/calendar_feed.html", context)


@require_POST
def renew(request: ActingRequest) -> HttpResponse:
    """A new address; the one before it ends."""
    try:
        request.session[SHOWN_ONCE] = feeds.make_feed(by=request.acting, now=acted_at())
    except Refused as error:
        refused(request, None, error)
    return redirect("calendar_feed")


@require_POST
def revoke(request: ActingRequest) -> HttpResponse:
    """The address ends."""
    request.session.pop(SHOWN_ONCE, None)
    if feeds.revoke_feed(by=request.acting, now=acted_at()):
        messages.success(request, "The address no longer works.")
    return redirect("calendar_feed")


@login_not_required
@require_safe
@never_cache
def feed_file(request: HttpRequest, secret: str) -> HttpResponse:
    """The dates, for whoever holds the secret address: reference, act, date and nothing else."""
    now = acted_at()
    who = feeds.owner_of(secret, now=now)
    if who is None:
        raise Http404(NOT_FOUND)
    with rows.of(who):
        text = feeds.calendar_text(who, now=now, host=urlsplit(settings.BASE_URL).hostname or "localhost")
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")
