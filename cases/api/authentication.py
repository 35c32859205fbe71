"""Who calls the API, and in which role: the session's, or the one named in the X-Acting-As header."""

from __future__ import annotations

from typing import Any, cast

from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from cases.acting import chosen_from, has_left, roles_of
from cases.actions.sign_ins import end_access
from cases.clock import database_now
from cases.middleware import SESSION_KEY
from cases.models import Appointment, SignIn, User

HEADER = "X-Acting-As"


class ActingApiRequest(Request):
    """An API request of somebody who acts in a role; every endpoint but the token's gets this."""

    acting: Appointment
    user: User


class ActsInARole(BasePermission):
    """Lets through who is signed in and acts in a role, and puts that role on the request as ``acting``."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Find the role; a choice that is none of the caller's own running roles is refused, not replaced by another."""
        if not request.user or not request.user.is_authenticated:
            return False
        day = timezone.localdate()
        roles = roles_of(request.user, day=day)
        if not roles and has_left(request.user, day=day):
            end_access(user=request.user, why=SignIn.End.CLOSED, now=database_now())
            raise AuthenticationFailed("This account is closed: all its roles have ended.")
        if not roles:
            raise PermissionDenied("You hold no role today, so there is nothing you can do here.")
        named = request.headers.get(HEADER, request._request.session.get(SESSION_KEY))
        acting = roles[0] if named is None else chosen_from(roles, str(named).strip())
        if acting is None:
            raise PermissionDenied(f"You hold no such role today. Name one of yours in {HEADER}.")
        cast("Any", request).acting = cast("Any", request._request).acting = acting
        return True
