"""Ends sessions that are over, puts the role a person acts in on every request, asks who one is where it matters."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from cases import proving, rows, sessions
from cases.accounts import end_session
from cases.acting import chosen_from, has_left, is_suspended, roles_of
from cases.actions.sign_ins import end_access
from cases.clock import database_now
from cases.errors import Refused
from cases.http import ActingRequest, note_refusal
from cases.models import SignIn
from cases.typed import keep

SESSION_KEY = "acting"
SAFE = ("GET", "HEAD", "OPTIONS")
ROLE_ENDED = "The role in which you acted has ended. You now act in the role shown at the top; nothing was recorded in it."

TIME_LEFT = "/account/time/"  # asking how long the session lasts is no use of it


class TimedSessions:
    """Ends a session in which nothing was done for a quarter of an hour, and each one after eight hours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            at = time.time()
            cast("Any", request.user).only_at = request.session.get(sessions.ONLY_AT, ())
            if why := sessions.why_over(request.session, at=at):
                cast("Any", request).was_of = request.user.pk
                sign_out(request, why)
            elif not (request.path == TIME_LEFT and request.method in SAFE):
                sessions.touch(request.session, at=at)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """What came too late, with its CSRF token, is kept for the person whose session it was; the page shows it again."""
        user_id = getattr(request, "was_of", None)
        if request.method == "POST" and user_id is not None:
            keep(request, user_id, overtaken=False)


def sign_out(request: HttpRequest, why: str) -> None:
    """End this session in the midst of it; the page for signing in says why."""
    end_session(request, why)
    logout(request)
    request.session[sessions.ENDED] = why


class ActingMiddleware:
    """Sets ``request.acting``: the role chosen in this session if it still runs today, else the person's first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        acting = cast("Any", request)
        acting.acting, acting.can_switch_role, acting.role_ended, acting.refused_for = None, False, False, None
        if not isinstance(request.user, AnonymousUser) and request.user.is_authenticated:
            day, user = timezone.localdate(), request.user
            roles = roles_of(user, day=day)
            over = SignIn.End.UNUSED if is_suspended(user) else SignIn.End.CLOSED
            if is_suspended(user) or (not roles and has_left(user, day=day)):
                end_access(user=user, why=over, now=database_now())
                sign_out(request, over)
                return self.get_response(request)
            if not roles and request.session.get(sessions.ONLY_AT):
                sign_out(request, SignIn.End.CLOSED)
                return self.get_response(request)
            acting.can_switch_role = len(roles) > 1
            chosen = request.session.get(SESSION_KEY)
            acting.acting = chosen_from(roles, chosen) or next(iter(roles), None)
            acting.role_ended = chosen is not None and chosen_from(roles, chosen) is None
        with rows.of(acting.acting):
            return self.get_response(request)

    def process_view(
        self, request: ActingRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Show a plain page to somebody whose roles have all ended; let nothing be done in another role by accident."""
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if request.acting is None:
            return render(request, "account/no_role.html", {"is_signed_in": True}, status=403)
        if request.role_ended:
            del request.session[SESSION_KEY]
            messages.warning(request, ROLE_ENDED)
            if request.method in SAFE:
                return None
            note_refusal(request, Refused(ROLE_ENDED, code="forbidden"))
            return redirect("roles")
        return None


class Proved:
    """Nobody without a second factor gets further where one is required, and acts that weigh ask once more who one is.

    Pages and sessions at the API are stopped here; tokens where the API finds whom they belong to.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: ActingRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Let the address answer, or ask."""
        address, is_api = request.resolver_match, request.path.startswith("/api/")
        is_open = not is_api and not getattr(view, "login_required", True)
        if address is None or is_open or not request.user.is_authenticated:
            return None
        name = str(address.url_name)
        if proving.lacks_second_factor(request, name):
            return _no(request, proving.NEEDS_SECOND, "second_factor_needed") if is_api else redirect("second_factor")
        if not proving.is_owed(request, name):
            return None
        if is_api:
            return _no(request, proving.PROVE_AGAIN, "prove_again")
        if request.method == "POST" and proving.elsewhere(request):  # whoever goes there finds what they wrote when back
            keep(request, request.user.pk, overtaken=False)
        return proving.prove_here(request)


def _no(request: HttpRequest, message: str, code: str) -> HttpResponse:
    note_refusal(request, Refused(message, code=code))
    return JsonResponse({"message": message, "code": code, "field": None}, status=403)
