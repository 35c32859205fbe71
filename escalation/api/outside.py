"""Questions to somebody outside the partnership over JSON: ask, list, send the link again, take back. Who is asked has no API."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from escalation import permissions
from escalation.actions import outside
from escalation.actions.notices import mark_answers_read
from escalation.api.finding import dispute_to_read, endpoint, given_to
from escalation.api.taking import LawfulSerializer, Text, lawful_in
from escalation.models import Dispute, OutsideInvitation, OutsideQuestion


class AskOutsideSerializer(LawfulSerializer):
    """Who is asked what, what they are told, what for and on what basis, and until when."""

    organisation = Text(max_length=150)
    name = Text(max_length=150)
    email = serializers.EmailField(max_length=254)
    purpose = Text()
    questions = serializers.ListField(child=Text(), min_length=1, max_length=outside.MOST_QUESTIONS)
    shared = Text(help_text="All that they are told: nothing of the case is shared by itself.")
    until_on = serializers.DateField(required=False, help_text="Five working days ahead when it is left out; 28 days at most.")
    files = serializers.ListField(
        child=serializers.IntegerField(), required=False, max_length=100,
        help_text="Ids of evidence that a scanner has found clean.",
    )  # fmt: skip


class OutsideTakenBackSerializer(serializers.Serializer[Any]):
    """Why they are not asked any more."""

    why = Text()


class OutsideQuestionShown(serializers.ModelSerializer[OutsideQuestion]):
    """A question, and its answer once there is one."""

    class Meta:
        model = OutsideQuestion
        fields = ["number", "text", "answer"]


class OutsideShown(serializers.ModelSerializer[OutsideInvitation]):
    """Who outside is asked, and what came of it; never the address to which the link went."""

    agency = serializers.CharField(source="agency.key", default=None, allow_null=True)
    basis = serializers.CharField(help_text="Empty where it was asked before this was kept.")
    consent = serializers.CharField()
    questions = OutsideQuestionShown(many=True)
    files = serializers.SerializerMethodField(help_text="Ids of the evidence that they may take out.")

    class Meta:
        model = OutsideInvitation
        fields = [
            "id", "stage", "agency", "organisation", "name", "purpose", "basis", "law", "consent", "consent_why", "shared",
            "questions", "files", "invited_by", "invited_at", "expires_at", "answered_at", "ended_at", "ended_how",
            "ended_by", "ended_why",
        ]  # fmt: skip

    def get_files(self, row: OutsideInvitation) -> list[int]:
        """The files chosen."""
        return [share.evidence_id for share in row.shares.all()]


@extend_schema(methods=["GET"], responses=OutsideShown(many=True), summary="Who outside was asked", filters=False)
@extend_schema(methods=["POST"], request=AskOutsideSerializer, responses={201: OutsideShown}, summary="Ask somebody outside")
@endpoint("GET", "POST")
def invitations(request: ActingApiRequest, reference: str) -> Response:
    """Who was asked at the stages you may read; whoever leads the stage, or manages there, asks somebody by e-mail."""
    dispute, by = dispute_to_read(request, reference), request.acting
    if request.method == "POST":
        given = given_to(request, AskOutsideSerializer)
        until_on, files, lawful = given.pop("until_on", None), set(given.pop("files", ())), lawful_in(given)
        chosen = [one for one in outside.may_be_shared(dispute, by) if one.pk in files]
        if len(chosen) != len(files):
            raise outside.not_to_be_shared()
        wanted = outside.Wanted(
            until_on=until_on or outside.usual_day(dispute, now=acted_at()), files=chosen, lawful=lawful, **given
        )
        row = outside.invite(dispute=dispute, wanted=wanted, by=by, now=acted_at())
        return Response(OutsideShown(row).data, status=status.HTTP_201_CREATED)
    rows = dispute.outside_invitations.filter(stage__in=permissions.readable_stages(dispute, by))
    shown = list(rows.select_related("agency").prefetch_related("questions", "shares").order_by("pk"))
    mark_answers_read(shown, by=by, now=acted_at())
    return Response(OutsideShown(shown, many=True).data)


def _invitation(request: ActingApiRequest, dispute: Dispute, pk: int) -> OutsideInvitation:
    readable = permissions.readable_stages(dispute, request.acting)
    row = dispute.outside_invitations.filter(stage__in=readable, pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    return row


@extend_schema(request=None, responses=OutsideShown, summary="Send the link again")
@endpoint("POST")
def send_again(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """A new link goes to the same address; the one before it opens nothing any more."""
    row = _invitation(request, dispute_to_read(request, reference), pk)
    return Response(OutsideShown(outside.send_again(invitation=row, by=request.acting, now=acted_at())).data)


@extend_schema(request=OutsideTakenBackSerializer, responses=OutsideShown, summary="Take a question to somebody outside back")
@endpoint("POST")
def take_back(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """The link opens nothing from then on; what was answered stays."""
    row = _invitation(request, dispute_to_read(request, reference), pk)
    given = given_to(request, OutsideTakenBackSerializer)
    return Response(OutsideShown(outside.take_back(invitation=row, by=request.acting, now=acted_at(), **given)).data)
