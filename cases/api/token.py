"""Tokens for machines that act for a person, and the roles they may act in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework import exceptions, status
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.acting import has_left, is_suspended, roles_of
from cases.actions.own_sign_ins import must_come_through
from cases.actions.second_factors import has_second_factor
from cases.actions.sign_ins import record_token
from cases.api.authentication import ActingApiRequest
from cases.api.serializers import CredentialsSerializer, RoleSerializer, TokenSerializer
from cases.clock import database_now
from cases.errors import Refused
from cases.forms.proving import code_of
from cases.models import User
from cases.proving import NEEDS_SECOND

TOO_MANY = "Too many tries. Wait five minutes."


class TokenView(APIView):
    """Tokens for machines that act for a person."""

    def get_permissions(self) -> Sequence[Any]:
        """Anybody may ask for a token; only its bearer may give it back."""
        return [AllowAny()] if self.request.method == "POST" else super().get_permissions()

    def get_authenticators(self) -> list[Any]:
        """Asking needs no earlier session or token, and is not confused by one."""
        posting = self.request is not None and self.request.method == "POST"
        return [] if posting else super().get_authenticators()

    @extend_schema(request=CredentialsSerializer, responses={201: TokenSerializer}, summary="Ask for a token", auth=[])
    def post(self, request: ActingApiRequest) -> Response:
        """A token that works for ten hours; send it in the Authorization header, after the word Token."""
        given = CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        code = given.validated_data.pop("code", "")
        try:
            user = get_adapter().authenticate(request._request, **given.validated_data)
        except ValidationError as error:
            raise exceptions.Throttled(detail=TOO_MANY) from error
        if user is None or not user.is_active or has_left(user, day=timezone.localdate()):
            raise exceptions.PermissionDenied("No account has this e-mail address and password.")
        if must_come_through(user, day=timezone.localdate()):
            raise exceptions.PermissionDenied("This account opens through the person's organisation alone, and gives no token.")
        if is_suspended(user):
            raise exceptions.PermissionDenied("This account is suspended, because it was not used. Ask who keeps your entry.")
        _check_second_factor(user, code)
        record_token(user=user, now=database_now())
        kept, token = AuthToken.objects.create(user)
        return Response({"token": token, "expires_at": kept.expiry}, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None}, summary="Give the token back")
    def delete(self, request: ActingApiRequest) -> Response:
        """The token with which this request came stops working."""
        if isinstance(request.auth, AuthToken):
            request.auth.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _check_second_factor(user: User, code: str) -> None:
    """Where the account has a second factor its code is asked for; where one is required there must be one."""
    if not has_second_factor(user):
        if settings.MFA_REQUIRED:
            raise Refused(NEEDS_SECOND, code="second_factor_needed")
        return
    if not code:
        raise Refused("This account has a second factor: send its code as well.", field="code", code="second_factor_needed")
    try:
        code_of(user, code)
    except ValidationError as error:
        if error.code == "incorrect_code":
            raise exceptions.PermissionDenied(error.message) from error
        raise exceptions.Throttled(detail=TOO_MANY) from error


class RolesView(APIView):
    """The caller's own roles."""

    @extend_schema(responses=RoleSerializer(many=True), summary="The roles you may act in")
    def get(self, request: ActingApiRequest) -> Response:
        """The caller's running roles; name one in X-Acting-As, or the first is taken."""
        held = roles_of(request.user, day=timezone.localdate())
        return Response(RoleSerializer(held, many=True).data)
