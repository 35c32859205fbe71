"""Who calls the API, and in which role: the session's, or the one named in the X-Acting-As header."""

from __future__ import annotations

from typing import Any, cast

from django.utils import timezone
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from cases import proving, rows
from cases.acting import chosen_from, has_left, is_suspended, roles_of
from cases.actions.sign_ins import end_access
from cases.clock import database_now
from cases.errors import Refused
from cases.middleware import SESSION_KEY
from cases.models import Appointment, SignIn, User
from cases.sending import GIVEN_AGAIN, LONGEST_KEY, Differs, WasSent, is_key, sending_of
from cases.sending import HEADER as KEY_HEADER

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
        if is_suspended(request.user):
            end_access(user=request.user, why=SignIn.End.UNUSED, now=database_now())
            raise AuthenticationFailed("This account is suspended, because it was not used.")
        if not roles:
            raise PermissionDenied("You hold no role today, so there is nothing you can do here.")
        named = request.headers.get(HEADER, request._request.session.get(SESSION_KEY))
        acting = roles[0] if named is None else chosen_from(roles, str(named).strip())
        if acting is None:
            raise PermissionDenied(f"You hold no such role today. Name one of yours in {HEADER}.")
        cast("Any", request).acting = cast("Any", request._request).acting = acting
        rows.show(acting)
        _check_token(request)
        _send_once(request, acting)
        return True


def _send_once(request: Request, acting: Appointment) -> None:
    """What is sent under a key begins here, once it is known who sends it; what was sent before is answered as before."""
    sending = sending_of(request._request)
    if sending is None:
        return
    if not is_key(sending.key):
        raise ValidationError({KEY_HEADER: [f"Give a key of up to {LONGEST_KEY} plain characters."]})
    try:
        claim = sending.begin(request._request, acting)
    except Differs as error:
        raise ValidationError({KEY_HEADER: ["Something else was sent under this key. Give this a key of its own."]}) from error
    if claim.is_done:
        sending.take_back()
        rows.show(acting)  # whose rows are shown was said within what is taken back
        was_sent = WasSent(claim)
        for ask in GIVEN_AGAIN:
            ask(request, was_sent.is_about(request.path))
        raise was_sent


def _check_token(request: Request) -> None:
    """What a session has to show (``cases.proving``), a token must have shown when it was asked for."""
    address = request._request.resolver_match
    if isinstance(request.auth, AuthToken) and address is not None:
        message, code = proving.refusal_of_token(request, request.auth, str(address.url_name))
        if message:
            raise Refused(message, code=code)
