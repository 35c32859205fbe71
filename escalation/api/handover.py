"""What somebody has open, and handing it over, over JSON, for those who keep the directory."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at, visible_or_404
from cases.models import Appointment
from cases.permissions import may_change_appointment
from escalation.actions import handover
from escalation.api.finding import endpoint, given_to, person_named


class HandOverSerializer(serializers.Serializer[Any]):
    """Who takes everything over, and the last day in the role where it is known."""

    to = serializers.IntegerField(help_text="The id of a role at the same agency.")
    ends_on = serializers.DateField(required=False, allow_null=True)


class OpenItemSerializer(serializers.Serializer[Any]):
    """One dispute with something open."""

    dispute = serializers.CharField(source="dispute.reference")
    side = serializers.CharField()
    theirs = serializers.CharField(help_text="What of it is theirs to do, in words.")


class OpenItemsSerializer(serializers.Serializer[Any]):
    """Everything open in a role; of drafts, and of support given to others, only how many."""

    items = OpenItemSerializer(many=True)
    managed = serializers.SerializerMethodField(help_text="The ids of the roles of those managed.")
    drafts = serializers.IntegerField()
    cases = serializers.SerializerMethodField(help_text="The references of cases without a running dispute.")
    supports = serializers.IntegerField(help_text="How many people are supported: that ends, and they are told.")
    covers = serializers.SerializerMethodField(help_text="The ids of the absences in which this role stands in.")

    def get_managed(self, found: handover.OpenItems) -> list[int]:
        """Who is managed."""
        return [who.pk for who in found.managed]

    def get_cases(self, found: handover.OpenItems) -> list[str]:
        """On which cases."""
        return [case.reference for case in found.cases]

    def get_covers(self, found: handover.OpenItems) -> list[int]:
        """Where they stand in."""
        return [absence.pk for absence in found.covers]


@extend_schema(methods=["GET"], responses=OpenItemsSerializer, summary="What is open in a role")
@extend_schema(methods=["POST"], request=HandOverSerializer, responses=OpenItemsSerializer, summary="Hand over everything open")
@endpoint("GET", "POST")
def hand_over(request: ActingApiRequest, pk: int) -> Response:
    """What is open in a role; handing it over answers what is open after it."""
    people = Appointment.objects.select_related("user", "agency", "partnership")
    held = visible_or_404(people, request.acting, pk=pk)
    if not may_change_appointment(request.acting, held):
        raise Http404(NOT_FOUND)
    now = acted_at()
    if request.method == "POST":
        given = given_to(request, HandOverSerializer)
        to = person_named(given["to"], request, "to")
        handover.hand_over(held=held, to=to, ends_on=given.get("ends_on"), by=request.acting, now=now)
    return Response(OpenItemsSerializer(handover.open_items(held, by=request.acting, now=now)).data)
