"""Evidence over JSON: hand in a file (multipart), list, take out, withdraw."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.errors import Refused
from cases.http import acted_at
from escalation.actions import evidence as acts
from escalation.api.finding import dispute_to_read, endpoint, given_to
from escalation.api.taking import Text
from escalation.giving_out import found_evidence, given_out, readable
from escalation.models import Evidence
from escalation.uploads import was_too_large


class HandedInSerializer(serializers.Serializer[Any]):
    """A file as multipart/form-data, and what it shows."""

    shows = Text(help_text="What the file shows, so that others know whether to open it.")
    file = serializers.FileField(allow_empty_file=True, max_length=500)


class WithdrawEvidenceSerializer(serializers.Serializer[Any]):
    """A reason."""

    why = Text()


class EvidenceShown(serializers.ModelSerializer[Evidence]):
    """One file, and whether it is given out now."""

    called = serializers.CharField(source="label", help_text="The stage, and its number there, such as E1-02.")
    state = serializers.ChoiceField(choices=Evidence.State.choices)
    why_not_given_out = serializers.SerializerMethodField(help_text="Empty when the file can be taken out.")

    class Meta:
        model = Evidence
        fields = [
            "id", "called", "stage", "shows", "original_name", "media_type", "size", "sha256", "received_sha256", "state",
            "reason", "scanner", "scanned_at", "recorded_by", "recorded_at", "withdrawn_at", "withdrawn_by", "withdrawn_why",
            "why_not_given_out",
        ]  # fmt: skip

    def get_why_not_given_out(self, row: Evidence) -> str:
        """Why nobody gets it now."""
        return acts.why_not_given_out(row)


@extend_schema(methods=["GET"], responses=EvidenceShown(many=True), summary="Evidence handed in", filters=False)
@extend_schema(
    methods=["POST"], request={"multipart/form-data": HandedInSerializer}, responses={201: EvidenceShown},
    summary="Hand in evidence",
)  # fmt: skip
@endpoint("GET", "POST")
@parser_classes([MultiPartParser])
def all_of_it(request: ActingApiRequest, reference: str) -> Response:
    """The files of the stages that you may read, the latest first; or hand one in, which waits to be scanned."""
    dispute = dispute_to_read(request, reference)
    if request.method == "GET":
        return Response(EvidenceShown(readable(dispute, request.acting), many=True).data)
    if "file" not in request.data and was_too_large(request._request, "file"):
        raise Refused(acts.TOO_LARGE, field="file")
    given = given_to(request, HandedInSerializer)
    upload = given["file"]
    handed_in = acts.HandedIn(upload.read(), upload.name or "", given["shows"])
    row = acts.add_evidence(dispute=dispute, handed_in=handed_in, by=request.acting, now=acted_at())
    return Response(EvidenceShown(row).data, status=status.HTTP_201_CREATED)


@extend_schema(responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)}, summary="Take a file out")
@endpoint("GET")
def file(request: ActingApiRequest, reference: str, pk: int) -> HttpResponseBase:
    """The file, under a name that says nothing of anybody; that it was taken out is recorded."""
    dispute = dispute_to_read(request, reference)
    return given_out(found_evidence(dispute, request.acting, pk), request.acting)


@extend_schema(request=WithdrawEvidenceSerializer, responses=EvidenceShown, summary="Withdraw a file")
@endpoint("POST")
def withdraw(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """It is given out to nobody from then on; that it was there stays."""
    row = found_evidence(dispute_to_read(request, reference), request.acting, pk)
    given = given_to(request, WithdrawEvidenceSerializer)
    return Response(EvidenceShown(acts.withdraw_evidence(evidence=row, by=request.acting, now=acted_at(), **given)).data)
