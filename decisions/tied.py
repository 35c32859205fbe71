"""What the audit trail says of signed decisions, outcomes and confirmations, and these as they stand."""

from __future__ import annotations

from collections.abc import Iterator

from cases.tied import Said, Tie, digest_of
from decisions.models import DecisionRecord, Outcome, OutcomeConfirmation, SignOff
from decisions.models.record import TEXTS

OUTCOME = ("stage", "source", "kind", "text", "reasons", "recorded_by_id", "recorded_at")
SIGNATURE = ("verdict", "rationale", "by_id", "by_words", "at", "sha256")


def said_of_signed(record: DecisionRecord, sign_off: SignOff) -> dict[str, object]:
    """What the event of a signature holds: the hash that was signed, and one of all rows that belong to it."""
    facts = {name: getattr(record, name) for name in (*TEXTS, "settles", "stage", "version", "author_id", "signed_at")}
    facts["options"] = [
        [row.option, row.likely_outcome, row.risks, row.is_chosen, row.why] for row in record.options.order_by("pk")
    ]
    facts["consulted"] = [[row.who, row.on, row.view] for row in record.consulted.order_by("pk")]
    facts["signature"] = {name: getattr(sign_off, name) for name in SIGNATURE}
    return {"dispute": record.dispute_id, "sha256": record.sha256, "row": digest_of(facts)}


def said_of_outcome(outcome: Outcome) -> dict[str, object]:
    """What the event of an outcome holds of it."""
    return {"dispute": outcome.dispute_id, "row": digest_of({name: getattr(outcome, name) for name in OUTCOME})}


def said_of_answer(given: OutcomeConfirmation) -> dict[str, object]:
    """What the event of an agency's answer holds of it."""
    facts = {name: getattr(given, name) for name in ("accepts", "text", "by_id", "by_words", "at")}
    return {"agency": given.agency_id, "accepts": given.accepts, "row": digest_of(facts)}


def _signed() -> Iterator[tuple[str, Said]]:
    signed = SignOff.objects.filter(verdict=SignOff.Verdict.SIGNED).select_related("record").order_by("pk")
    for sign_off in signed.iterator():
        yield str(sign_off.record_id), said_of_signed(sign_off.record, sign_off)
    unsigned = DecisionRecord.objects.filter(state=DecisionRecord.State.SIGNED).exclude(sign_offs__verdict=SignOff.Verdict.SIGNED)
    for record in unsigned.order_by("pk"):
        yield str(record.pk), {"dispute": record.dispute_id, "sha256": "", "row": ""}


def _outcomes() -> Iterator[tuple[str, Said]]:
    for outcome in Outcome.objects.order_by("pk").iterator():
        yield str(outcome.pk), said_of_outcome(outcome)


def _answers() -> Iterator[tuple[str, Said]]:
    for given in OutcomeConfirmation.objects.order_by("pk").iterator():
        yield str(given.outcome_id), said_of_answer(given)


SIGNED = Tie("decision_signed", "signed decision", ("dispute", "sha256", "row"), _signed)
OUTCOMES = Tie("outcome_recorded", "outcome", ("dispute", "row"), _outcomes)
ANSWERS = Tie("outcome_confirmed", "answers to outcome", ("agency", "accepts", "row"), _answers)
