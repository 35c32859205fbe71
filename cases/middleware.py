"""Puts the role a person acts in on every request, and stops those who hold none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from cases.acting import chosen_from, roles_of
from cases.http import ActingRequest

SESSION_KEY = "acting"


class ActingMiddleware:
    """Sets ``request.acting``: the role chosen in this session if it still runs today, else the person's first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        acting = cast("Any", request)
        acting.acting, acting.can_switch_role = None, False
        if not isinstance(request.user, AnonymousUser) and request.user.is_authenticated:
            roles = roles_of(request.user, day=timezone.localdate())
            acting.can_switch_role = len(roles) > 1
            acting.acting = chosen_from(roles, request.session.get(SESSION_KEY)) or next(iter(roles), None)
        return self.get_response(request)

    def process_view(
        self, request: ActingRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Show a plain page to somebody signed in whose roles have all ended, instead of anything else."""
        if request.acting or not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        return render(request, "account/no_role.html", status=403)
