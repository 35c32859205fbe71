"""What the API takes about decisions: one serializer for each act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from cases.api.authentication import ActingApiRequest
from decisions.actions.afterwards import NewIssue
from decisions.completeness import ConsultedText, Content, OptionText
from decisions.models import Export
from escalation.api.finding import person_named
from escalation.api.taking import SEEN, LawfulSerializer, Text

EDITS = "The count of edits that you saw; refused as stale when it was changed since."


class OptionSerializer(serializers.Serializer[Any]):
    """One option that was weighed."""

    option = Text()
    likely_outcome = Text(required=False)
    risks = Text(required=False)
    is_chosen = serializers.BooleanField(required=False)
    why = Text(required=False)


class ConsultedSerializer(serializers.Serializer[Any]):
    """Somebody who was consulted."""

    who = Text(max_length=200)
    on = serializers.DateField()
    view = Text()


class RecordSerializer(serializers.Serializer[Any]):
    """Everything somebody writes in a decision record; only the decision itself must be there from the start."""

    decision = Text()
    evidence = Text(required=False)
    not_known = Text(required=False)
    sources_tested = Text(required=False)
    analysis = Text(required=False)
    rationale = Text(required=False)
    policy_and_law = Text(required=False)
    plain_summary = Text(required=False)
    settles = serializers.BooleanField(required=False)
    options = OptionSerializer(many=True, required=False)
    consulted = ConsultedSerializer(many=True, required=False)


class EditRecordSerializer(RecordSerializer):
    """The record as it is to be, whole."""

    seen_edits = serializers.IntegerField(min_value=0, max_value=2_000_000_000, help_text=EDITS)


class ReasonsSerializer(serializers.Serializer[Any]):
    """One's own reasons."""

    rationale = Text()


class IssueSerializer(serializers.Serializer[Any]):
    """Something left open, with who pursues it and by when."""

    what = Text()
    owner = serializers.IntegerField(help_text="The id of the role of somebody on the dispute.")
    due_on = serializers.DateField()


class AgreementSerializer(serializers.Serializer[Any]):
    """What was agreed, why it resolves the concern, and what stays open."""

    text = Text()
    reasons = Text()
    issues = IssueSerializer(many=True, required=False)
    seen = serializers.CharField(max_length=80, required=False, help_text=SEEN)


class LastWordSerializer(AgreementSerializer):
    """The last word and its reasons; ``instead_of`` is the proposal that it replaces."""

    instead_of = serializers.IntegerField(required=False, allow_null=True)


class ConcurSerializer(serializers.Serializer[Any]):
    """Joining in the words proposed."""

    outcome = serializers.IntegerField(help_text="The id of the proposal that you have read.")
    comment = Text(required=False)
    seen = serializers.CharField(max_length=80, required=False, help_text=SEEN)


class ConfirmSerializer(serializers.Serializer[Any]):
    """An agency's written answer to an outcome."""

    accepts = serializers.BooleanField()
    text = Text()
    seen = serializers.CharField(max_length=80, required=False, help_text=SEEN)


class ReferralSerializer(serializers.Serializer[Any]):
    """Answers to the board's form by the codes of its fields; those left out stay as they are."""

    answers = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=20_000))
    seen_edits = serializers.IntegerField(min_value=0, max_value=2_000_000_000, help_text=EDITS)


class SeenSerializer(serializers.Serializer[Any]):
    """The dispute as it was seen."""

    seen = serializers.CharField(max_length=80, required=False, help_text=SEEN)


class SendReferralSerializer(LawfulSerializer, SeenSerializer):
    """The dispute as it was seen, and why it may be shared with whoever has the last word."""


class ReturnSerializer(SeenSerializer):
    """What is missing."""

    reason = Text()


class OnwardSerializer(serializers.Serializer[Any]):
    """A body that the protocol names, and what is asked of it."""

    code = serializers.SlugField(max_length=40)
    reason = Text()


class DocumentSerializer(serializers.Serializer[Any]):
    """A document to be made, and why; the reason is printed on it."""

    kind = serializers.ChoiceField(choices=Export.Kind.choices)
    reason = Text(max_length=300)


def content_of(given: dict[str, Any]) -> Content:
    """What somebody wrote, as the acts take it."""
    rows = {
        "options": tuple(OptionText(**row) for row in given.get("options", [])),
        "consulted": tuple(ConsultedText(**row) for row in given.get("consulted", [])),
    }
    return Content(**{name: value for name, value in given.items() if name != "seen_edits"} | rows)


def issues_of(given: Sequence[dict[str, Any]], request: ActingApiRequest) -> list[NewIssue]:
    """What stays open, with the people named."""
    return [NewIssue(row["what"], person_named(row["owner"], request, "issues"), row["due_on"]) for row in given]
