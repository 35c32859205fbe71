"""The weekly list of an agency's readers over JSON, and what came of looking into a reading (T1)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.actions import readings as acts
from cases.api.authentication import ActingApiRequest
from cases.errors import Refused
from cases.http import NOT_FOUND, acted_at
from cases.unusual import monday_of


class LookedIntoSerializer(serializers.Serializer[Any]):
    """What came of it, by whom and when."""

    by = serializers.CharField(source="by.described", read_only=True)
    at = serializers.DateTimeField(read_only=True)
    words = serializers.CharField(max_length=2000)


class ReadingSerializer(serializers.Serializer[acts.Reading]):
    """One person's readings of one case in the week."""

    case = serializers.CharField(source="case.reference")
    reader = serializers.IntegerField(source="reader.pk", help_text="The id of their role.")
    described = serializers.CharField(source="reader.described")
    agency = serializers.CharField(source="reader.agency.key", default=None, allow_null=True)
    times = serializers.SerializerMethodField()
    first_at = serializers.SerializerMethodField()
    last_at = serializers.SerializerMethodField()
    pointed_out = serializers.SerializerMethodField(help_text="The rules that say somebody should look, in words.")
    looked_into = LookedIntoSerializer(source="notes", many=True)

    def get_times(self, one: acts.Reading) -> int:
        """How often."""
        return len(one.read_at)

    def get_first_at(self, one: acts.Reading) -> str:
        """The first time in the week."""
        return one.read_at[0].isoformat()

    def get_last_at(self, one: acts.Reading) -> str:
        """The last time in the week."""
        return one.read_at[-1].isoformat()

    def get_pointed_out(self, one: acts.Reading) -> list[str]:
        """As they are told to whoever asks."""
        return [self.context["told"][flag] for flag in one.flags]


class WeekSerializer(serializers.Serializer[Any]):
    """A week's list: all readers for a lead, what is pointed out for the board manager."""

    week_on = serializers.DateField(help_text="Its Monday.")
    readings = ReadingSerializer(many=True)


class ReadersView(APIView):
    """Who has read an agency's cases in a week."""

    @extend_schema(
        responses=WeekSerializer, summary="Who has read your agency's cases in a week",
        parameters=[OpenApiParameter("week", date, description="A day of the week; the current one when it is left out")],
    )  # fmt: skip
    def get(self, request: ActingApiRequest) -> Response:
        """For safeguarding leads and the board manager; nothing of cases that are shut to them."""
        if not acts.may_see_lists(request.acting):
            raise Http404(NOT_FOUND)
        asked = request.query_params.get("week", "")
        week_on = _week(asked) if asked else monday_of(timezone.localdate(acted_at()))
        found = acts.readings_of_week(by=request.acting, week_on=week_on, now=acted_at())
        told = {"told": acts.words_for(request.acting)}
        return Response(WeekSerializer({"week_on": week_on, "readings": found}, context=told).data)


class LookIntoView(APIView):
    """Looking into one person's reading of one case."""

    @extend_schema(
        request=LookedIntoSerializer, responses={201: LookedIntoSerializer}, summary="Say what came of looking into a reading"
    )
    def post(self, request: ActingApiRequest, week: str, pk: int, reference: str) -> Response:
        """It stays as it is written, and others may add to it; nobody looks into their own reading."""
        told: dict[str, Any] = {"by": request.acting, "week_on": _week(week), "reader_id": pk, "reference": reference}
        try:
            acts.reading_listed(**told, now=acted_at())
        except Refused as error:
            raise Http404(NOT_FOUND) from error
        given = LookedIntoSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = acts.look_into(**told, words=given.validated_data["words"], now=acted_at())
        return Response(LookedIntoSerializer(made).data, status=status.HTTP_201_CREATED)


def _week(text: str) -> date:
    try:
        return monday_of(date.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise Http404(NOT_FOUND) from error
