"""Who is away and who stands in, and the stages nobody leads, over JSON (F34, F58)."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at, visible_or_404
from cases.models import Absence
from cases.permissions import may_end_absence, may_record_absence
from escalation.actions.absences import Away, end_absence, record_absence
from escalation.api.finding import endpoint, given_to, person_named
from escalation.models import LeadGap

SHOWN = 500


class AbsenceSerializer(serializers.ModelSerializer[Absence]):
    """One absence; the reason only for those who may record it."""

    reason = serializers.SerializerMethodField()

    class Meta:
        model = Absence
        fields = ["id", "person", "stand_in", "from_on", "until_on", "reason", "recorded_at", "ended_at"]

    def get_reason(self, absence: Absence) -> str:
        """The word for it, empty for everybody else."""
        acting = self.context["acting"]
        return absence.reason if may_record_absence(acting, absence.person) else ""


class AwaySerializer(serializers.Serializer[Any]):
    """Who is away, from which day until which, and who stands in; there is always an end."""

    person = serializers.IntegerField(help_text="The id of the role.")
    stand_in = serializers.IntegerField(required=False, allow_null=True, help_text="The id of a role at the same agency.")
    from_on = serializers.DateField()
    until_on = serializers.DateField()
    reason = serializers.ChoiceField(choices=Absence.Reason.choices, default=Absence.Reason.UNSAID)


class LeadGapSerializer(serializers.ModelSerializer[LeadGap]):
    """One stage that nobody leads: for which agency (null is the board), in which roles, since when."""

    dispute = serializers.CharField(source="dispute.reference")
    agency = serializers.CharField(source="agency.key", allow_null=True, default=None)

    class Meta:
        model = LeadGap
        fields = ["dispute", "stage", "agency", "roles", "opened_at"]


@extend_schema(methods=["GET"], responses=AbsenceSerializer(many=True), summary="Who is away now or later", filters=False)
@extend_schema(methods=["POST"], request=AwaySerializer, responses={201: AbsenceSerializer}, summary="Say that somebody is away")
@endpoint("GET", "POST")
def absences(request: ActingApiRequest) -> Response:
    """Those of the partnership; recording one is for the person, their line manager and who keeps the directory."""
    now, context = acted_at(), {"acting": request.acting}
    if request.method == "GET":
        rows = Absence.objects.visible_to(request.acting).not_over(now).with_people()[:SHOWN]
        return Response(AbsenceSerializer(rows, many=True, context=context).data)
    given = given_to(request, AwaySerializer)
    person = person_named(given.pop("person"), request, "person")
    stand_in = person_named(given["stand_in"], request, "stand_in") if given.get("stand_in") is not None else None
    away = Away(**given | {"stand_in": stand_in})
    made = record_absence(person=person, away=away, by=request.acting, now=now)
    return Response(AbsenceSerializer(made, context=context).data, status=status.HTTP_201_CREATED)


@extend_schema(request=None, responses=AbsenceSerializer, summary="It is over: back sooner, or no longer able to stand in")
@endpoint("POST")
def absence_end(request: ActingApiRequest, pk: int) -> Response:
    """At once; who stood in does so no more."""
    absence = visible_or_404(Absence.objects.with_people(), request.acting, pk=pk)
    if not may_end_absence(request.acting, absence):
        raise Http404(NOT_FOUND)
    ended = end_absence(absence=absence, by=request.acting, now=acted_at())
    return Response(AbsenceSerializer(ended, context={"acting": request.acting}).data)


@extend_schema(responses=LeadGapSerializer(many=True), summary="Stages that nobody leads", filters=False)
@endpoint("GET")
def lead_gaps(request: ActingApiRequest) -> Response:
    """For the board manager, and for whoever keeps the directory of the agency; the oldest first."""
    rows = LeadGap.objects.visible_to(request.acting).waiting().select_related("dispute", "agency")[:SHOWN]
    return Response(LeadGapSerializer(rows, many=True).data)
