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
    """Everything open in a role; of drafts only how many."""

    items = OpenItemSerializer(many=True)
    managed = serializers.SerializerMethodField(help_text="The ids of the roles of those managed.")
    drafts = serializers.IntegerField()

    def get_managed(self, found: handover.OpenItems) -> list[int]:
        """Who is managed."""
        return [who.pk for who in found.managed]


@extend_schema(methods=["GET"], responses=OpenItemsSerializer, summary="What is open in a role")
@extend_schema(methods=["POST"], request=HandOverSerializer, responses=OpenItemsSerializer, summary="Hand over everything open")
@endpoint("GET", "POST")
def hand_over(request: ActingApiRequest, pk: int) -> Response:
    """What is open in a role; handing it over answers what is open after it."""
    people = Appointment.objects.select_related("user", "agency", "partnership")
    held = visible_or_404(people, request.acting, pk=pk)
    if not may_change_appointment(request.acting, held):
        raise Http404(NOT_FOUND)
    if request.method == "POST":
        given = given_to(request, HandOverSerializer)
        to = person_named(given["to"], request, "to")
        handover.hand_over(held=held, to=to, ends_on=given.get("ends_on"), by=request.acting, now=acted_at())
    return Response(OpenItemsSerializer(handover.open_items(held)).data)
