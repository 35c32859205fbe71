"""Break-glass over JSON: opening a dispute for an hour to read it, and looking at that afterwards."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import acted_at, visible_or_404
from escalation import glass
from escalation.actions import break_glass as acts
from escalation.api.finding import endpoint, given_to
from escalation.api.taking import Text
from escalation.models import BreakGlass

SHOWN = 200


class BreakGlassSerializer(serializers.Serializer[Any]):
    """Which dispute, and why it cannot wait."""

    reference = serializers.CharField(max_length=30)
    category = serializers.ChoiceField(choices=BreakGlass.Category.choices)
    reason = Text()


class OpeningSerializer(serializers.ModelSerializer[BreakGlass]):
    """One opening: by which role, why, until when, and what came of looking at it."""

    dispute = serializers.CharField(source="dispute.reference")

    class Meta:
        model = BreakGlass
        fields = [
            "id", "dispute", "by", "category", "reason", "opened_at", "until", "review_by", "reviewed_by", "reviewed_at",
            "is_justified", "finding",
        ]  # fmt: skip


class FindingSerializer(serializers.Serializer[Any]):
    """Whether it was justified, and what was found."""

    is_justified = serializers.BooleanField()
    finding = Text()


@extend_schema(methods=["GET"], responses=OpeningSerializer(many=True), summary="Openings by break-glass", filters=False)
@extend_schema(
    methods=["POST"], request=BreakGlassSerializer, responses={201: OpeningSerializer}, summary="Open a dispute by break-glass"
)
@endpoint("GET", "POST")
def openings(request: ActingApiRequest) -> Response:
    """Those that you may look at afterwards, the latest first; or open one for an hour, to read."""
    if request.method == "GET":
        rows = BreakGlass.objects.visible_to(request.acting).select_related("dispute")[:SHOWN]
        return Response(OpeningSerializer(rows, many=True).data)
    row = glass.opened(acts.Asked(**given_to(request, BreakGlassSerializer)), request.acting)
    return Response(OpeningSerializer(row).data, status=status.HTTP_201_CREATED)


@extend_schema(request=FindingSerializer, responses=OpeningSerializer, summary="Say whether an opening was justified")
@endpoint("POST")
def review(request: ActingApiRequest, pk: int) -> Response:
    """Once, and never by whoever opened it."""
    row = visible_or_404(BreakGlass.objects.select_related("dispute"), request.acting, pk=pk)
    given = given_to(request, FindingSerializer)
    found = acts.review_break_glass(opening=row, by=request.acting, now=acted_at(), **given)
    return Response(OpeningSerializer(found).data)
