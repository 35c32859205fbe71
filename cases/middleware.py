"""Puts the role a person acts in on every request, and stops those who hold none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from cases.acting import chosen_from, roles_of
from cases.errors import Refused
from cases.http import ActingRequest, note_refusal

SESSION_KEY = "acting"
SAFE = ("GET", "HEAD", "OPTIONS")
ROLE_ENDED = "The role in which you acted has ended. You now act in the role shown at the top; nothing was recorded in it."


class ActingMiddleware:
    """Sets ``request.acting``: the role chosen in this session if it still runs today, else the person's first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        acting = cast("Any", request)
        acting.acting, acting.can_switch_role, acting.role_ended, acting.refused_for = None, False, False, None
        if not isinstance(request.user, AnonymousUser) and request.user.is_authenticated:
            roles = roles_of(request.user, day=timezone.localdate())
            acting.can_switch_role = len(roles) > 1
            chosen = request.session.get(SESSION_KEY)
            acting.acting = chosen_from(roles, chosen) or next(iter(roles), None)
            acting.role_ended = chosen is not None and chosen_from(roles, chosen) is None
        return self.get_response(request)

    def process_view(
        self, request: ActingRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Show a plain page to somebody whose roles have all ended; let nothing be done in another role by accident."""
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if request.acting is None:
            return render(request, "account/no_role.html", status=403)
        if request.role_ended:
            del request.session[SESSION_KEY]
            messages.warning(request, ROLE_ENDED)
            if request.method in SAFE:
                return None
            note_refusal(request, Refused(ROLE_ENDED, code="forbidden"))
            return redirect("roles")
        return None
