"""Support for the person who raised a dispute, over JSON."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from escalation.actions import support
from escalation.api.finding import dispute_to_read, endpoint, given_to, person_named
from escalation.api.taking import Text
from escalation.models import Support


class AskedSerializer(serializers.Serializer[Any]):
    """Who is asked for what; nobody else learns why."""

    supporter = serializers.IntegerField(help_text="The id of a role.")
    kind = serializers.ChoiceField(choices=Support.Kind.choices)
    reason = Text(required=False)
    is_status_difference = serializers.BooleanField(default=False)


class SupportShown(serializers.ModelSerializer[Support]):
    """Somebody who supports the person who raised it; the reason is only in the answers of the two of them."""

    kind = serializers.CharField()

    class Meta:
        model = Support
        fields = ["id", "supporter", "kind", "asked_at", "reason", "is_status_difference"]

    def to_representation(self, instance: Support) -> dict[str, Any]:
        """Without the reason for everybody else."""
        shown = dict(super().to_representation(instance))
        if self.context["acting"].pk not in (instance.asked_by_id, instance.supporter_id):
            shown |= {"reason": "", "is_status_difference": False}
        return shown


@extend_schema(methods=["GET"], responses=SupportShown(many=True), summary="Who supports the person who raised it", filters=False)
@extend_schema(methods=["POST"], request=AskedSerializer, responses=SupportShown(many=True), summary="Ask for support")
@endpoint("GET", "POST")
def supports(request: ActingApiRequest, reference: str) -> Response:
    """Those who support the person who raised it; the originator asks, the reason is between the two."""
    dispute = dispute_to_read(request, reference)
    code: int = status.HTTP_200_OK
    if request.method == "POST":
        given = given_to(request, AskedSerializer)
        given["supporter"] = person_named(given["supporter"], request, "supporter")
        support.ask_support(dispute=dispute, asked=support.Asked(**given), by=request.acting, now=acted_at())
        code = status.HTTP_201_CREATED
    rows = dispute.supports.filter(ended_at=None).order_by("pk")
    return Response(SupportShown(rows, many=True, context={"acting": request.acting}).data, status=code)


@extend_schema(request=None, responses={204: None}, summary="End the support")
@endpoint("POST")
def end(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Said by whoever asked, or whoever was asked."""
    dispute = dispute_to_read(request, reference)
    row = dispute.supports.filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    support.end_support(support=row, by=request.acting, now=acted_at())
    return Response(status=status.HTTP_204_NO_CONTENT)
