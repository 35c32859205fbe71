"""With whom a dispute is shared, over JSON, and on what basis (F54)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from escalation import sharing
from escalation.api.finding import dispute_to_read, endpoint
from escalation.models import Sharing


class SharingShown(serializers.ModelSerializer[Sharing]):
    """One sharing; without an agency it is with the board's own people."""

    occasion = serializers.CharField()
    basis = serializers.CharField()
    consent = serializers.CharField()
    shared_by = serializers.CharField(source="shared_by.key")
    shared_with = serializers.CharField(source="shared_with.key", default="", help_text="Empty: the board's own people.")

    class Meta:
        model = Sharing
        fields = [
            "stage", "occasion", "shared_by", "shared_with", "at", "by", "purpose", "basis", "law", "consent", "consent_why",
        ]  # fmt: skip


@extend_schema(responses=SharingShown(many=True), summary="With whom it is shared, and on what basis", filters=False)
@endpoint("GET")
def sharings(request: ActingApiRequest, reference: str) -> Response:
    """Every sharing with an agency that is for you, from the first; who was asked outside is listed under outside/."""
    dispute = dispute_to_read(request, reference)
    return Response(SharingShown(sharing.told_to(dispute, request.acting), many=True).data)
