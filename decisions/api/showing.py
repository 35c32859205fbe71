"""What the API says of decisions, as far as the caller may read them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from cases.models import Appointment
from decisions import permissions
from decisions.completeness import elements_of
from decisions.models import DecisionRecord, Export, OnwardItem, Outcome, Referral
from decisions.voices import still_awaited, voices_of
from escalation.models import Dispute


class ElementSerializer(serializers.Serializer[Any]):
    """One of the seven elements of a defensible decision."""

    label = serializers.CharField()  # type: ignore[assignment]
    is_done = serializers.BooleanField()
    missing = serializers.CharField()


class SignOffShown(serializers.Serializer[Any]):
    """A manager's act on a record."""

    verdict = serializers.CharField()
    rationale = serializers.CharField()
    by_words = serializers.CharField()
    at = serializers.DateTimeField()
    sha256 = serializers.CharField()


class RecordShown(serializers.Serializer[Any]):
    """A decision record with its completeness and its sign-offs."""

    id = serializers.IntegerField()
    stage = serializers.IntegerField()
    agency = serializers.CharField(allow_null=True)
    author = serializers.CharField()
    version = serializers.IntegerField()
    supersedes = serializers.IntegerField(allow_null=True)
    state = serializers.CharField()
    edits = serializers.IntegerField()
    content = serializers.JSONField()
    elements = ElementSerializer(many=True)
    sign_offs = SignOffShown(many=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    sha256 = serializers.CharField()


class ConfirmationShown(serializers.Serializer[Any]):
    """One agency's written answer."""

    agency = serializers.CharField(source="agency.key")
    accepts = serializers.BooleanField()
    text = serializers.CharField()
    by_words = serializers.CharField()
    at = serializers.DateTimeField()


class IssueShown(serializers.Serializer[Any]):
    """Something that an outcome leaves open."""

    id = serializers.IntegerField(source="pk")
    what = serializers.CharField()
    agency = serializers.CharField(source="agency.key")
    owner = serializers.IntegerField(source="owner_id")
    due_on = serializers.DateField()
    done_at = serializers.DateTimeField(allow_null=True)
    done_note = serializers.CharField()


class OutcomeShown(serializers.Serializer[Any]):
    """An outcome under the name of its kind, with every agency's answer."""

    id = serializers.IntegerField()
    stage = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    verb = serializers.CharField()
    text = serializers.CharField()
    reasons = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    effective_at = serializers.DateTimeField(allow_null=True)
    contested_at = serializers.DateTimeField(allow_null=True)
    awaited = serializers.CharField(help_text="Whose word it waits for before it counts.")
    confirmations = ConfirmationShown(many=True)
    issues = IssueShown(many=True)


class ReferralShown(serializers.ModelSerializer[Referral]):
    """A referral with its answers."""

    class Meta:
        model = Referral
        fields = ["number", "answers", "edits", "prepared_at", "submitted_at", "returned_at", "returned_reason"]

    answers = serializers.DictField(child=serializers.CharField())


class OnwardShown(serializers.ModelSerializer[OnwardItem]):
    """A body that it went on to."""

    class Meta:
        model = OnwardItem
        fields = ["id", "code", "body", "reason", "created_at", "meeting_on", "result", "result_at"]


class DecidedSerializer(serializers.Serializer[Any]):
    """Everything decided in a dispute, as far as the caller may read it."""

    records = RecordShown(many=True)
    referrals = ReferralShown(many=True)
    outcomes = OutcomeShown(many=True)
    onward = OnwardShown(many=True)


class DocumentShown(serializers.ModelSerializer[Export]):
    """A document one has asked for, and how far it is."""

    kind = serializers.CharField()
    state = serializers.CharField()

    class Meta:
        model = Export
        fields = ["id", "kind", "reason", "state", "step", "problem", "requested_at", "finished_at", "pages", "sha256"]


def record_of(record: DecisionRecord) -> dict[str, Any]:
    """One record."""
    names = ("id", "stage", "version", "state", "edits", "signed_at", "sha256")
    return {name: getattr(record, name) for name in names} | {
        "agency": record.agency.key if record.agency else None,
        "author": record.author.described,
        "supersedes": record.supersedes_id,
        "content": asdict(record.content),
        "elements": elements_of(record.content),
        "sign_offs": record.sign_offs.all(),
    }


def outcome_of(outcome: Outcome, dispute: Dispute) -> dict[str, Any]:
    """One outcome."""
    names = ("id", "stage", "source", "verb", "text", "reasons", "recorded_at", "effective_at", "contested_at")
    is_proposed = outcome.effective_at is None and outcome.contested_at is None
    return {name: getattr(outcome, name) for name in names} | {
        "awaited": still_awaited(voices_of(dispute, outcome)) if is_proposed else "",
        "confirmations": outcome.confirmations.all(),
        "issues": outcome.outstanding_issues.all(),
    }


def decided(dispute: Dispute, acting: Appointment) -> dict[str, Any]:
    """Everything decided, in a fixed number of queries."""
    records = dispute.decision_records.select_related(
        "author__user", "author__agency", "author__partnership", "agency"
    ).prefetch_related("options", "consulted", "sign_offs")
    outcomes = dispute.outcomes.prefetch_related(
        "concurrences__by", "confirmations__agency", "outstanding_issues__agency"
    )  # fmt: skip
    readable = []
    for record in records:
        record.dispute = dispute
        if permissions.may_read_record(record, acting):
            readable.append(record_of(record))
    shown = {
        "records": readable,
        "referrals": permissions.readable_referrals(dispute, acting),
        "outcomes": [outcome_of(outcome, dispute) for outcome in outcomes],
        "onward": dispute.onward_items.all(),
    }
    return dict(DecidedSerializer(shown).data)
