"""How the API shows what the agencies worked out between them: meetings, plans, debriefs."""

from __future__ import annotations

from rest_framework import serializers

from escalation.models import Invitation, Meeting


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
