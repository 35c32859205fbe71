"""Cases and tokens over JSON: the same acts and the same visibility as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from knox.models import AuthToken
from rest_framework import exceptions, status
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.acting import roles_of
from cases.actions.cases import open_case
from cases.api.authentication import ActingApiRequest
from cases.api.pages import ByKeyset
from cases.api.serializers import (
    CaseLineSerializer,
    CaseSerializer,
    CredentialsSerializer,
    NewCaseSerializer,
    RoleSerializer,
    TokenSerializer,
)
from cases.errors import Refused
from cases.http import acted_at, record_read, visible_or_404
from cases.models import Agency, Case
from cases.permissions import may_open_case

WHOLE = ("agencies", "person__references__agency", "members__appointment__user")
PERSON_DETAILS = ("address", "desired_outcomes", "capacity", "is_child")


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
        try:
            user = get_adapter().authenticate(request._request, **given.validated_data)
        except ValidationError as error:
            raise exceptions.Throttled(detail="Too many tries. Wait five minutes.") from error
        if user is None or not user.is_active:
            raise exceptions.PermissionDenied("No account has this e-mail address and password.")
        kept, token = AuthToken.objects.create(user)
        return Response({"token": token, "expires_at": kept.expiry}, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None}, summary="Give the token back")
    def delete(self, request: ActingApiRequest) -> Response:
        """The token with which this request came stops working."""
        if isinstance(request.auth, AuthToken):
            request.auth.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class RolesView(APIView):
    """The caller's own roles."""

    @extend_schema(responses=RoleSerializer(many=True), summary="The roles you may act in")
    def get(self, request: ActingApiRequest) -> Response:
        """The caller's running roles; name one in X-Acting-As, or the first is taken."""
        held = roles_of(request.user, day=timezone.localdate())
        return Response(RoleSerializer(held, many=True).data)


class CasesView(APIView):
    """The caller's cases."""

    pagination_class = ByKeyset

    @extend_schema(
        responses=CaseLineSerializer(many=True),
        summary="List your cases",
        parameters=[
            OpenApiParameter("reference", str, description="A part of the reference"),
            OpenApiParameter("agency", str, description="The key of an agency on the case"),
            OpenApiParameter("cursor", str, description="From next or previous"),
            OpenApiParameter("page_size", int, description="At most 100"),
        ],
    )
    def get(self, request: ActingApiRequest) -> Response:
        """Newest first, a page at a time."""
        mine = Case.objects.visible_to(request.acting).select_related("person").prefetch_related("agencies")
        pages = ByKeyset()
        rows = pages.paginate_queryset(_filtered(mine, request), request, view=self)
        return pages.get_paginated_response(CaseLineSerializer(rows, many=True).data)

    @extend_schema(request=NewCaseSerializer, responses={201: CaseSerializer}, summary="Open a case")
    def post(self, request: ActingApiRequest) -> Response:
        """Open a case for a person at risk, with the caller on it."""
        if not may_open_case(request.acting):
            raise exceptions.PermissionDenied("Cases are opened by people who work for an agency.")
        given = NewCaseSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        opened = open_case(**_arguments(given.validated_data, request), by=request.acting, now=acted_at())
        return Response(CaseSerializer(opened).data, status=status.HTTP_201_CREATED)


class CaseView(APIView):
    """One case."""

    @extend_schema(responses=CaseSerializer, summary="Read a case")
    def get(self, request: ActingApiRequest, reference: str) -> Response:
        """One case with the person's details; the read is recorded."""
        related = Case.objects.select_related("person").prefetch_related(*WHOLE)
        found = visible_or_404(related, request.acting, reference=reference)
        record_read(found, request.acting)
        return Response(CaseSerializer(found).data)


def _filtered(mine: QuerySet[Case], request: ActingApiRequest) -> QuerySet[Case]:
    reference, agency = (request.query_params.get(name, "") for name in ("reference", "agency"))
    if "\x00" in reference + agency:
        raise exceptions.ValidationError({"reference": ["Remove the character that cannot be stored."]})
    if reference:
        mine = mine.filter(reference__icontains=reference.strip())
    return mine.filter(agencies__key=agency) if agency else mine


def _arguments(given: dict[str, Any], request: ActingApiRequest) -> dict[str, Any]:
    keys = set(given["agencies"])
    agencies = list(Agency.objects.visible_to(request.acting).filter(key__in=keys))
    if unknown := keys - {agency.key for agency in agencies}:
        raise Refused(f"No agency of this partnership has the key {sorted(unknown)[0]}.", field="agencies")
    return {
        "name": given["name"],
        "agencies": agencies,
        "date_of_birth": given.get("date_of_birth"),
        "own_reference": given.get("own_reference", ""),
        "details": {name: given[name] for name in PERSON_DETAILS if name in given},
    }
