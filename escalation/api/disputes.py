"""Disputes over JSON: listing, raising once, reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.actions.cases import open_theme
from cases.api.authentication import ActingApiRequest
from cases.api.pages import ByKeyset
from cases.errors import Refused
from cases.http import acted_at, visible_or_404
from cases.models import Agency, Case
from cases.rows import one_act
from escalation import queues
from escalation.actions.raising import Raised, raise_dispute
from escalation.actions.safety import Safety
from escalation.api.finding import (
    agencies_named,
    asked_in_address,
    dispute_to_see,
    endpoint,
    given_to,
    person_named,
    whole,
)
from escalation.api.showing import DisputeSerializer, LineSerializer, line_of, whole_of
from escalation.api.story import PAGED
from escalation.api.taking import RaiseSerializer, lawful_in
from escalation.models import Dispute, DisputeStage, Participant, Party
from escalation.models.dispute import ENDED, RUNNING, DisputeQuerySet, Status
from escalation.models.relations import reached
from escalation.models.stage import TAKEN_BACK

GROUPS = {"running": RUNNING, "ended": ENDED}
NOT_DETAILS = ("case", "theme", "track", "responding", "safety", "addressee")


class DisputesView(APIView):
    """Every dispute the caller may know of, and the way to raise one."""

    pagination_class = ByKeyset

    @extend_schema(
        responses=LineSerializer(many=True),
        summary="List disputes",
        parameters=[
            OpenApiParameter("q", str, description="A part of the reference"),
            OpenApiParameter("status", str, enum=[*GROUPS, *Status.values], description="What it waits for"),
            OpenApiParameter("withdrawn_as", str, enum=list(TAKEN_BACK), description="How it was taken back"),
            OpenApiParameter("stage", int, description="Where it stands in its protocol"),
            OpenApiParameter("agency", str, description="The key of an agency that is a party"),
            OpenApiParameter("mine", bool, description="Only those you are on"),
            *PAGED,
        ],
    )
    def get(self, request: ActingApiRequest) -> Response:
        """The latest first, a page at a time; somebody who may only know of it sees no title."""
        pages = ByKeyset()
        found = _filtered(Dispute.objects.visible_to(request.acting), request)
        rows = queues.shared(pages.paginate_queryset(queues.with_line_data(found), request, view=self) or [])
        lines = [line_of(row, request.acting) for row in reached(rows, request.acting)]
        return pages.get_paginated_response(LineSerializer(lines, many=True).data)

    @extend_schema(
        request=RaiseSerializer,
        responses={201: DisputeSerializer},
        summary="Raise a dispute",
    )
    def post(self, request: ActingApiRequest) -> Response:
        """Raise it, with nobody's approval."""
        given = given_to(request, RaiseSerializer)
        raised = _raise(given, request)
        found = whole().get(pk=raised.pk)
        shown = whole_of(found, request.acting, now=acted_at())
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Location": f"{request.path}{raised.reference}/"})


@extend_schema(responses=DisputeSerializer, summary="Read a dispute")
@endpoint("GET")
def dispute(request: ActingApiRequest, reference: str) -> Response:
    """Where it stands, its line and dates, and its content if you may read it; the read is recorded."""
    found = dispute_to_see(request, reference)
    return Response(whole_of(found, request.acting, now=acted_at()))


@one_act
def _raise(given: dict[str, Any], request: ActingApiRequest) -> Dispute:
    now = acted_at()
    responding = agencies_named(given["responding"], request)
    addressee = person_named(given["addressee"], request, "addressee") if given.get("addressee") is not None else None
    lawful = lawful_in(given)
    details = {name: value for name, value in given.items() if name not in NOT_DETAILS}
    return raise_dispute(
        case=_case(given, responding, request, now), responding=responding, raised=Raised(**details, lawful=lawful),
        safety=Safety(**given["safety"]) if given.get("safety") else None, by=request.acting, now=now,
        track=given.get("track", ""), addressee=addressee,
    )  # fmt: skip


def _case(given: dict[str, Any], responding: Sequence[Agency], request: ActingApiRequest, now: datetime) -> Case:
    """The case of the caller that is named, or a new theme."""
    if given.get("theme", "").strip() and not given.get("case"):
        return open_theme(theme=given["theme"], agencies=responding, by=request.acting, now=now)
    try:
        return visible_or_404(Case.objects, request.acting, reference=given.get("case", ""))
    except Http404 as hidden:
        raise Refused("You are on no case with this reference. Open one first.", field="case") from hidden


def _taken_back(found: DisputeQuerySet, how: str | None) -> DisputeQuerySet:
    """Those that were taken back in one way; all where none is asked for."""
    if how is None:
        return found
    if how not in TAKEN_BACK:
        raise ValidationError({"withdrawn_as": [f"Choose one of {', '.join(TAKEN_BACK)}."]})
    return found.filter(Exists(DisputeStage.objects.filter(dispute=OuterRef("pk"), closed_how=how)))


def _filtered(found: DisputeQuerySet, request: ActingApiRequest) -> DisputeQuerySet:
    asked = asked_in_address(request, "q", "status", "withdrawn_as", "stage", "agency", "mine")
    found = _taken_back(found, asked.get("withdrawn_as"))
    if "q" in asked:
        found = found.filter(reference__icontains=asked["q"])
    if "status" in asked:
        if asked["status"] not in (*GROUPS, *Status.values):
            raise ValidationError({"status": [f"Choose one of {', '.join([*GROUPS, *Status.values])}."]})
        found = found.filter(status__in=GROUPS.get(asked["status"], (asked["status"],)))
    if "stage" in asked:
        if not asked["stage"].isascii() or not asked["stage"].isdigit() or len(asked["stage"]) > 2:
            raise ValidationError({"stage": ["Give the number of a stage."]})
        found = found.filter(stage=int(asked["stage"]))
    if "agency" in asked:
        found = found.filter(Exists(Party.objects.filter(dispute=OuterRef("pk"), agency__key=asked["agency"])))
    if asked.get("mine") in ("1", "true", "True"):
        found = found.filter(Exists(Participant.objects.filter(dispute=OuterRef("pk"), appointment=request.acting.seat_id)))
    return found
