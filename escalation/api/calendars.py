"""The partnership's calendar over JSON: days that are not worked, one more, one taken back."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at, visible_or_404
from cases.roles import Permission
from cases.templatetags.dates import local_date
from escalation import calendars
from escalation.actions.calendars import add_closure, remove_closure
from escalation.api.finding import endpoint, given_to
from escalation.models import LocalClosure


class NewClosureSerializer(serializers.Serializer[Any]):
    """A day that is not worked here."""

    day = serializers.DateField()
    name = serializers.CharField(max_length=80)
    reason = serializers.CharField(max_length=300)


class ClosureSerializer(serializers.ModelSerializer[LocalClosure]):
    """A day that is not worked here; with ``removed_at`` it was taken back."""

    class Meta:
        model = LocalClosure
        fields = ["id", "day", "name", "reason", "added_at", "removed_at", "removed_reason"]


class ReasonSerializer(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=300)


class HolidaySerializer(serializers.Serializer[Any]):
    """A bank holiday."""

    day = serializers.DateField()
    name = serializers.CharField()


class CalendarSerializer(serializers.Serializer[Any]):
    """What is not worked, besides Saturdays and Sundays."""

    version = serializers.CharField()
    known_until = serializers.DateField()
    bank_holidays = HolidaySerializer(many=True)
    closures = ClosureSerializer(many=True)


@extend_schema(methods=["GET"], responses=CalendarSerializer, summary="The partnership's calendar")
@extend_schema(
    methods=["POST"], request=NewClosureSerializer, responses={201: ClosureSerializer}, summary="Add a local closure"
)
@endpoint("GET", "POST")
def calendar(request: ActingApiRequest) -> Response:
    """Bank holidays of this and next year and the partnership's own closures; the board manager adds to them."""
    if request.method == "POST":
        _keeper_or_404(request)
        closure = add_closure(**given_to(request, NewClosureSerializer), by=request.acting, now=acted_at())
        return Response(ClosureSerializer(closure).data, status=status.HTTP_201_CREATED)
    nation, closures = request.acting.partnership.nation, LocalClosure.objects.visible_to(request.acting)
    in_force = LocalClosure.objects.days(request.acting.partnership_id)
    shown = {
        "version": calendars.calendar_for(nation, closures=in_force).version,
        "known_until": calendars.PROCLAIMED_UNTIL,
        "bank_holidays": [
            {"day": day, "name": name}
            for day, name in calendars.holidays_of_two_years(nation, local_date(acted_at()).year)
        ],
        "closures": closures,
    }
    return Response(CalendarSerializer(shown).data)


@extend_schema(request=ReasonSerializer, responses=ClosureSerializer, summary="Take a local closure back")
@endpoint("POST")
def closure_remove(request: ActingApiRequest, pk: int) -> Response:
    """The day is worked after all; only before it comes."""
    _keeper_or_404(request)
    closure = visible_or_404(LocalClosure.objects.all(), request.acting, pk=pk)
    given = given_to(request, ReasonSerializer)
    return Response(ClosureSerializer(remove_closure(closure=closure, **given, by=request.acting, now=acted_at())).data)


def _keeper_or_404(request: ActingApiRequest) -> None:
    if not request.acting.has(Permission.MANAGE_PROTOCOL):
        raise Http404(NOT_FOUND)
