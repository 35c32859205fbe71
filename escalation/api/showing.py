"""What the API says of disputes: a line for lists, the whole of one as far as the caller may read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from cases.models import Appointment
from escalation import duties, permissions
from escalation.api.allowed import allowed_acts, shut_acts
from escalation.explained import explained
from escalation.models import Deadline, Dispute
from escalation.models.dispute import Status
from escalation.turn import is_turn_of, turn_of


class TurnSerializer(serializers.Serializer[Any]):
    """The line: whose turn it is, what is awaited, by when."""

    sentence = serializers.CharField()
    whose = serializers.CharField()
    act = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    is_overdue = serializers.BooleanField()
    is_yours = serializers.BooleanField()
    then = serializers.CharField(help_text="What the clock will do by itself, if anything.")


class LineSerializer(serializers.Serializer[Any]):
    """One dispute in a list."""

    reference = serializers.CharField()
    title = serializers.CharField(help_text="Empty for those who may not read what was said.")
    status = serializers.ChoiceField(choices=Status.choices)
    stage = serializers.IntegerField()
    stage_name = serializers.CharField()
    raised_at = serializers.DateTimeField()
    raising_agency = serializers.CharField()
    responding_agencies = serializers.ListField(child=serializers.CharField())
    is_immediate_risk = serializers.BooleanField()
    turn = TurnSerializer()


class DeadlineSerializer(serializers.Serializer[Any]):
    """One limit, and how its date was worked out."""

    stage = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.CharField()
    owner = serializers.CharField()
    due_at = serializers.DateTimeField()
    met_at = serializers.DateTimeField(allow_null=True)
    missed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    is_indicative = serializers.BooleanField()
    explanation = serializers.JSONField()
    explained = serializers.CharField(help_text="How the date was worked out and every change of it, in words.")


class DutySerializer(serializers.Serializer[Any]):
    """Something a stage owes."""

    stage = serializers.IntegerField()
    kind = serializers.CharField()
    ask = serializers.CharField()
    owner = serializers.CharField()
    gate = serializers.CharField()
    opened_at = serializers.DateTimeField(help_text="Since when it is owed.")
    is_carried = serializers.BooleanField(help_text="Owed still from a stage that has ended.")


class ShutSerializer(serializers.Serializer[Any]):
    """An act of the caller's that is shut, and what opens it."""

    act = serializers.CharField()
    needed = serializers.ListField(child=serializers.CharField())


class PersonOnItSerializer(serializers.Serializer[Any]):
    """Somebody on the dispute."""

    id = serializers.IntegerField(help_text="The id of their role, as owners and addressees are named.")
    described = serializers.CharField()
    side = serializers.CharField()
    from_stage = serializers.IntegerField()
    is_originator = serializers.BooleanField()


class ContentSerializer(serializers.Serializer[Any]):
    """What was said when it was raised, and what is owed, for those who may read it."""

    case = serializers.CharField()
    theme = serializers.CharField(help_text="The theme's name; empty where it is about a person.")
    subject = serializers.CharField()
    ground = serializers.CharField()
    category = serializers.CharField()
    decision_disputed = serializers.CharField()
    decided_by = serializers.CharField()
    worry = serializers.CharField()
    evidence = serializers.CharField()
    aim = serializers.CharField()
    proposed_resolution = serializers.CharField()
    capacity = serializers.CharField()
    persons_view = serializers.CharField()
    concern_arose_at = serializers.DateTimeField()
    immediate_risk_reason = serializers.CharField()
    people = PersonOnItSerializer(many=True)
    duties_owed = DutySerializer(many=True)
    readable_stages = serializers.ListField(child=serializers.IntegerField())


class DisputeSerializer(LineSerializer):
    """The whole dispute as far as the caller may read it; ``content`` is null for those who may only know of it."""

    token = serializers.CharField(help_text="Give it back as seen, so that a move made meanwhile is noticed.")
    stages_in_all = serializers.IntegerField()
    track = serializers.CharField(help_text="The key of its track; empty where the protocol has one way only.")
    protocol = serializers.CharField()
    partnership = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)
    withdrawn_as = serializers.CharField(help_text="How it was taken back, such as overtaken_by_events; empty when it was not.")
    deadlines = DeadlineSerializer(many=True)
    acts = serializers.ListField(child=serializers.CharField(), help_text="What you may do now, by endpoint.")
    shut = ShutSerializer(many=True)
    content = ContentSerializer(allow_null=True)


def line_of(dispute: Dispute, acting: Appointment) -> dict[str, Any]:
    """A dispute as one line; read it with ``queues.with_line_data``."""
    turn = turn_of(dispute)
    return {
        "reference": dispute.reference,
        "title": dispute.title if permissions.may_read(dispute, acting) else "",
        "status": dispute.status,
        "stage": dispute.stage,
        "stage_name": f"{dispute.rules_now.label}: {dispute.rules_now.name}",
        "raised_at": dispute.raised_at,
        "raising_agency": dispute.raising_agency.key,
        "responding_agencies": [party.agency.key for party in dispute.parties.all() if party.side == "responding"],
        "is_immediate_risk": dispute.is_immediate_risk,
        "turn": {
            "sentence": turn.sentence, "whose": turn.whose, "act": turn.act, "due_at": turn.due_at,
            "is_overdue": turn.is_overdue, "is_yours": is_turn_of(dispute, acting), "then": turn.then,
        },
    }  # fmt: skip


def whole_of(dispute: Dispute, acting: Appointment, *, now: datetime) -> dict[str, Any]:
    """Everything of one dispute that the caller may see."""
    readable = permissions.readable_stages(dispute, acting)
    heard_of = set(permissions.heard_stages(dispute, acting))
    hidden = {stage.order for stage in dispute.rules.stages if stage.single_agency} - heard_of
    may_read = permissions.may_read(dispute, acting)
    shown = {
        **line_of(dispute, acting),
        "token": dispute.token,
        "stages_in_all": len(dispute.rules.stages),
        "track": dispute.track,
        "protocol": str(dispute.protocol),
        "partnership": dispute.partnership.key,
        "closed_at": dispute.closed_at,
        "withdrawn_as": next((row.closed_how for row in dispute.stages.all() if row.was_withdrawn), ""),
        "deadlines": [_deadline(row, with_explanation=may_read) for row in dispute.deadlines.all() if row.stage not in hidden],
        "acts": allowed_acts(dispute, acting),
        "shut": shut_acts(dispute, acting, now=now) if may_read else [],
        "content": _content(dispute, readable) if may_read else None,
    }
    return dict(DisputeSerializer(shown).data)


def _deadline(row: Deadline, *, with_explanation: bool) -> dict[str, Any]:
    names = ("stage", "label", "kind", "owner", "due_at", "met_at", "missed_at", "ended_at", "is_indicative")
    return {name: getattr(row, name) for name in names} | {
        "explanation": row.explanation if with_explanation else None,
        "explained": explained(row) if with_explanation else "",
    }


SAID = (
    "subject", "ground", "category", "decision_disputed", "decided_by", "worry", "evidence", "aim", "proposed_resolution",
    "capacity", "persons_view", "concern_arose_at", "immediate_risk_reason",
)  # fmt: skip


def _content(dispute: Dispute, readable: list[int]) -> dict[str, Any]:
    return {
        **{name: getattr(dispute, name) for name in SAID},
        "case": dispute.case.reference,
        "theme": dispute.case.theme,
        "people": [
            {
                "id": row.appointment_id, "described": row.appointment.described, "side": row.side,
                "from_stage": row.from_stage, "is_originator": row.is_originator,
            }
            for row in dispute.participants.all()
        ],
        "duties_owed": [
            {
                "stage": row.stage, "kind": row.kind, "ask": duties.ask_of(row.kind, row.role),
                "owner": duties.owner_words(row), "gate": row.gate, "opened_at": row.opened_at,
                "is_carried": row.carried_at is not None,
            }
            for row in dispute.duties.all()
            if row.is_owed and row.stage in readable
        ],
        "readable_stages": readable,
    }  # fmt: skip
