"""Cases over JSON: the same acts and the same visibility as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.actions.cases import open_case
from cases.api.authentication import ActingApiRequest
from cases.api.pages import ByKeyset
from cases.api.serializers import (
    CaseLineSerializer,
    CaseSerializer,
    NewCaseSerializer,
)
from cases.errors import Refused
from cases.http import acted_at, visible_or_404
from cases.models import Agency, Case
from cases.permissions import may_open_case
from cases.reads import opened

WHOLE = ("agencies", "person__references__agency", "members__appointment__user")
PERSON_DETAILS = ("address", "desired_outcomes", "capacity", "is_child")


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
        opened(request, found)
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
