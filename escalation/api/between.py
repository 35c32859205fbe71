"""How the API shows what the agencies worked out between them: meetings, advice, plans, debriefs."""

from __future__ import annotations

from rest_framework import serializers

from escalation.models import AdviceRequest, Debrief, InterimPlan, Invitation, Meeting, PlanReview


class InvitationShown(serializers.ModelSerializer[Invitation]):
    """Somebody invited, and whether they came."""

    class Meta:
        model = Invitation
        fields = ["who", "attended"]


class MeetingShown(serializers.ModelSerializer[Meeting]):
    """A meeting, with its minutes once it has been held."""

    agency = serializers.CharField(source="agency.key")
    mode = serializers.CharField()
    invitations = InvitationShown(many=True)

    class Meta:
        model = Meeting
        fields = [
            "id", "stage", "agency", "kind", "starts_at", "place", "link", "aim", "invitations", "held_at", "mode",
            "also_there", "said", "decisions", "dissent", "cancelled_at", "cancelled_why",
        ]  # fmt: skip


class PlanReviewShown(serializers.ModelSerializer[PlanReview]):
    """One look at a plan; without a next day it ended."""

    class Meta:
        model = PlanReview
        fields = ["note", "review_on", "owner", "recorded_at"]


class PlanShown(serializers.ModelSerializer[InterimPlan]):
    """An interim protection plan, with every look at it."""

    agency = serializers.CharField(source="agency.key")
    reviews = PlanReviewShown(many=True)

    class Meta:
        model = InterimPlan
        fields = ["id", "stage", "agency", "measures", "owner", "review_on", "ended_at", "reviews"]


class DebriefShown(serializers.ModelSerializer[Debrief]):
    """A debrief offered to one person; without an answer it is open."""

    who = serializers.IntegerField(source="participant.appointment_id")

    class Meta:
        model = Debrief
        fields = ["id", "stage", "who", "recorded_at", "answer", "answered_at"]


class AdviceShown(serializers.ModelSerializer[AdviceRequest]):
    """What a lead was asked, and their own answer."""

    agency = serializers.CharField(source="agency.key")

    class Meta:
        model = AdviceRequest
        fields = [
            "id", "stage", "agency", "adviser", "question", "asked_by", "asked_at", "advice", "answered_by", "answered_at",
            "taken_back_why", "taken_back_by", "taken_back_at",
        ]  # fmt: skip
