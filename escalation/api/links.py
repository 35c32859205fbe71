"""Disputes that belong together, over JSON; and the confidential word on a withdrawal."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.errors import Refused
from cases.http import NOT_FOUND, acted_at
from escalation import permissions
from escalation.actions import links
from escalation.actions.safety import Safety
from escalation.api.finding import dispute_to_read, endpoint, given_to, whole
from escalation.api.showing import DisputeSerializer, whole_of
from escalation.api.taking import SafetySerializer, Text
from escalation.models import Dispute, WithdrawalPressure


class NotHeldSerializer(serializers.Serializer[Any]):
    """What did not hold, and whether the person is safe."""

    reason = Text()
    proposed_resolution = Text()
    noticed_at = serializers.DateTimeField()
    immediate_risk_reason = Text(required=False)
    safety = SafetySerializer(required=False, help_text="Needed where it is about a person.")


class LinkSerializer(serializers.Serializer[Any]):
    """Another dispute, and how the two belong together."""

    kind = serializers.ChoiceField(choices=[("related", "related"), ("duplicate", "the same; this one is withdrawn")])
    other = serializers.CharField(max_length=30)
    reason = Text()


class LinkShown(serializers.Serializer[Any]):
    """A link between two disputes."""

    dispute = serializers.CharField()
    other = serializers.CharField()
    kind = serializers.CharField()
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()


class PressureShown(serializers.ModelSerializer[WithdrawalPressure]):
    """That somebody was pressed to withdraw."""

    class Meta:
        model = WithdrawalPressure
        fields = ["said_by", "said_at", "text"]


@extend_schema(request=NotHeldSerializer, responses={201: DisputeSerializer}, summary="It did not hold: take it up again")
@endpoint("POST")
def reopen(request: ActingApiRequest, reference: str) -> Response:
    """A new dispute that is linked to the closed one; answers the new one."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, NotHeldSerializer)
    said = given.pop("safety", None)
    safety = Safety(**said) if said else None
    made = links.reopen(dispute=dispute, held=links.NotHeld(**given), safety=safety, by=request.acting, now=acted_at())
    shown = whole_of(whole().get(pk=made.pk), request.acting, now=acted_at())
    return Response(shown, status=status.HTTP_201_CREATED)


@extend_schema(methods=["GET"], responses=LinkShown(many=True), summary="The disputes that belong to this one", filters=False)
@extend_schema(methods=["POST"], request=LinkSerializer, responses=LinkShown(many=True), summary="Link to another dispute")
@endpoint("GET", "POST")
def linked(request: ActingApiRequest, reference: str) -> Response:
    """Links to disputes that you may read; a duplicate is withdrawn and goes on as the other."""
    dispute = dispute_to_read(request, reference)
    if request.method == "POST":
        given = given_to(request, LinkSerializer)
        other = Dispute.objects.visible_to(request.acting).filter(reference=given["other"].strip().upper()).first()
        if other is None or not permissions.may_read(other, request.acting):
            raise Refused("There is no dispute with this reference that you can read.", field="other")
        act = links.merge_duplicate if given["kind"] == "duplicate" else links.link_related
        act(dispute=dispute, other=other, reason=given["reason"], by=request.acting, now=acted_at())
    rows = [*dispute.links.select_related("other", "dispute"), *dispute.linked_from.select_related("other", "dispute")]
    seen = [row for row in rows if all(permissions.may_read(one, request.acting) for one in (row.dispute, row.other))]
    return Response(LinkShown(seen, many=True).data)


@extend_schema(responses=PressureShown, summary="The confidential word on a withdrawal")
@endpoint("GET")
def pressure(request: ActingApiRequest, reference: str) -> Response:
    """For the safeguarding leads of the agency that withdrew and the board manager alone."""
    row = WithdrawalPressure.objects.visible_to(request.acting).filter(dispute__reference=reference).first()
    if row is None:
        raise Http404(NOT_FOUND)
    return Response(PressureShown(row).data)
