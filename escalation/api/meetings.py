"""Meetings over JSON: propose and invite, hold with minutes, call off."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from escalation.actions import meetings
from escalation.api.finding import dispute_to_read, endpoint, given_to, person_named
from escalation.api.showing import DisputeSerializer
from escalation.api.taking import Text
from escalation.api.verbs import as_it_stands
from escalation.models import Dispute, Meeting
from escalation.models.work import ContactMode
from escalation.reading import recorded


class People(serializers.ListField):
    """Some people, by the ids of their roles."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.IntegerField(), min_length=1, max_length=100, **kwargs)


class MeetingSerializer(serializers.Serializer[Any]):
    """A meeting to propose."""

    kind = Text(max_length=150, help_text="One that the protocol suggests here, or one that is always possible.")
    starts_at = serializers.DateTimeField()
    aim = Text()
    place = Text(required=False, max_length=200)
    link = serializers.URLField(required=False, allow_blank=True, max_length=500)
    invited = People(help_text="The ids of the roles of people on the dispute.")


class MinutesSerializer(serializers.Serializer[Any]):
    """What became of a meeting."""

    attended = People(help_text="The ids of the roles of those invited who came.")
    mode = serializers.ChoiceField(choices=ContactMode.choices)
    said = Text()
    decisions = Text(required=False)
    dissent = Text(required=False)
    also_there = Text(required=False, max_length=300)
    held_at = serializers.DateTimeField(required=False)


class CallOffSerializer(serializers.Serializer[Any]):
    """Why it does not take place."""

    why = Text()


def _found(request: ActingApiRequest, dispute: Dispute, pk: int) -> Meeting:
    row: Meeting | None = recorded(dispute, request.acting, "meetings").filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    return row


@extend_schema(request=MeetingSerializer, responses=DisputeSerializer, summary="Propose a meeting")
@endpoint("POST")
def propose(request: ActingApiRequest, reference: str) -> Response:
    """Those invited are told; the invitation names nobody outside the application."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, MeetingSerializer)
    invited = [person_named(pk, request, "invited") for pk in given.pop("invited")]
    meetings.propose_meeting(
        dispute=dispute, proposed=meetings.Proposed(**given), invited=invited, by=request.acting, now=acted_at()
    )
    return as_it_stands(dispute, request)


@extend_schema(request=MinutesSerializer, responses=DisputeSerializer, summary="Write the minutes of a meeting")
@endpoint("POST")
def hold(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Who was there, what was said and decided, and who did not agree; written once."""
    dispute = dispute_to_read(request, reference)
    row = _found(request, dispute, pk)
    given = given_to(request, MinutesSerializer)
    attended = given.pop("attended")
    meetings.hold_meeting(
        meeting=row, minutes=meetings.Minutes(**given), attended=attended, by=request.acting, now=acted_at()
    )
    return as_it_stands(dispute, request)


@extend_schema(request=CallOffSerializer, responses=DisputeSerializer, summary="Call a meeting off")
@endpoint("POST")
def call_off(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """It does not take place, and why."""
    dispute = dispute_to_read(request, reference)
    row = _found(request, dispute, pk)
    given = given_to(request, CallOffSerializer)
    meetings.call_off(meeting=row, why=given["why"], by=request.acting, now=acted_at())
    return as_it_stands(dispute, request)
