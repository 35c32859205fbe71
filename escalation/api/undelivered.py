"""Notices that did not arrive, over JSON, for those who keep the recipients' directory."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import acted_at, visible_or_404
from escalation.actions import undelivered as seeing_to
from escalation.api.finding import endpoint, given_to
from escalation.api.taking import NoteSerializer
from escalation.models import Undelivered

SHOWN = 200


class UndeliveredSerializer(serializers.ModelSerializer[Undelivered]):
    """A notice that did not arrive: for whom and about which dispute, never what it says."""

    recipient = serializers.IntegerField(source="notice.recipient_id")
    dispute = serializers.CharField(source="notice.dispute.reference", allow_null=True, default=None)

    class Meta:
        model = Undelivered
        fields = ["id", "recipient", "dispute", "failed_at", "reason"]


@extend_schema(responses=UndeliveredSerializer(many=True), summary="Notices that did not arrive", filters=False)
@endpoint("GET")
def undelivered(request: ActingApiRequest) -> Response:
    """Those that wait for a safeguarding lead of the recipient's agency or the board manager, the oldest first."""
    rows = Undelivered.objects.visible_to(request.acting).waiting().select_related("notice__dispute")[:SHOWN]
    return Response(UndeliveredSerializer(rows, many=True).data)


@extend_schema(request=None, responses={204: None}, summary="Send a notice again")
@endpoint("POST")
def try_again(request: ActingApiRequest, pk: int) -> Response:
    """It goes to the address that the directory holds now."""
    failure = visible_or_404(Undelivered.objects.all(), request.acting, pk=pk)
    seeing_to.try_again(failure=failure, by=request.acting, now=acted_at())
    return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(request=NoteSerializer, responses={204: None}, summary="Say that the person was told in another way")
@endpoint("POST")
def told_instead(request: ActingApiRequest, pk: int) -> Response:
    """How and when they were told."""
    failure = visible_or_404(Undelivered.objects.all(), request.acting, pk=pk)
    note = given_to(request, NoteSerializer)["note"]
    seeing_to.told_instead(failure=failure, note=note, by=request.acting, now=acted_at())
    return Response(status=status.HTTP_204_NO_CONTENT)
