"""The referral as a short document for whoever has the last word: the board's own form, both positions, options, dates."""

from __future__ import annotations

from datetime import datetime

from cases.errors import Refused
from decisions.exports.course import limit_state
from decisions.exports.decided import answers, sent_referrals
from decisions.exports.parts import Part, Reader, card, facts, items, made_for, note, pair, section, when, who
from decisions.exports.summary import handled_with_care
from escalation.chronology import told_to
from escalation.clock import date_in_words
from escalation.models import ChronologyEntry, Position, SafetyConfirmation
from escalation.turn import turn_of

NOT_SENT = "There is no referral to make a document of. It can be made once the referral has been sent."
LONGEST_TEXT = 900
TURNING_POINTS = (ChronologyEntry.Kind.CLOCK, ChronologyEntry.Kind.DECISION)


def sections_of(reader: Reader, *, reason: str, made_at: datetime) -> list[Part]:
    """The sections of a referral document; Refused when no referral has been sent that the reader may read."""
    sent = sent_referrals(reader)
    if not sent:
        raise Refused(NOT_SENT, code="shut")
    referral, dispute = sent[-1], reader.dispute
    found = [
        section(
            "form", "The referral",
            facts(*answers(dispute, referral, with_address=True)),
            intro=f"Sent by {who(referral.submitted_by)}, {when(referral.submitted_at)}.",
        ),
        _risk(reader),
        _two_positions(reader),
        _options(reader),
        _timeline(reader),
        section(
            "about", "About this document",
            facts(
                ("What is asked", dispute.rules.final_authority.text), ("Where it stands", turn_of(dispute).sentence),
                ("Made for", made_for(reader)), ("Why", reason), ("Made", when(made_at)),
                *handled_with_care(reader),
                ("Protocol", f"{dispute.protocol.name}, {dispute.rules.version}"),
            ),
        ),
    ]  # fmt: skip
    return [one for one in found if one]


def _latest(rows: list[Position]) -> list[Position]:
    return list({row.agency_id: row for row in sorted(rows, key=lambda row: (row.stage, row.pk))}.values())


def _two_positions(reader: Reader) -> Part:
    rows = reader.dispute.positions.select_related(
        "agency", "recorded_by__user", "recorded_by__agency", "recorded_by__partnership"
    )
    latest = sorted(_latest(reader.reads(rows)), key=lambda row: (row.agency_id != reader.dispute.raising_agency_id, row.pk))
    sides = [
        {
            "heading": row.agency.name, "stance": row.stance_words, "text": shortened(row.text), "more": "",
            "by": f"{who(row.recorded_by)}, {when(row.recorded_at)}, {reader.dispute.rules.stage(row.stage).label}",
        }
        for row in latest
    ]  # fmt: skip
    silent = [
        party.agency.name for party in reader.dispute.parties.all() if party.agency_id not in {row.agency_id for row in latest}
    ]
    return section(
        "positions", "The positions", pair(sides) if sides else None,
        note(f"No position in writing: {', '.join(silent)}.") if silent else None,
    )  # fmt: skip


def shortened(text: str) -> str:
    """The beginning of a long text, saying that it goes on in the case history."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT].rsplit(' ', 1)[0]} … (in full in the case history)"


def _risk(reader: Reader) -> Part | None:
    if reader.dispute.rules.is_thematic:
        return None
    rows: list[SafetyConfirmation] = reader.reads(
        reader.dispute.safety_confirmations.select_related(
            "recorded_by__user", "recorded_by__agency", "recorded_by__partnership"
        )
    )
    dispute = reader.dispute
    urgent = dispute.immediate_risk_reason if dispute.is_immediate_risk else ""
    if not rows:
        nothing = note("Nothing about this is recorded.")
        return section("risk", "Is the person safe now?", nothing, facts(("Immediate risk", urgent)))
    last = rows[-1]
    return section(
        "risk", "Is the person safe now?",
        facts(
            ("Last answer", f"{last.get_answer_display()} ({when(last.recorded_at)}, {who(last.recorded_by)})"),
            ("How this is known", shortened(last.how)), ("Measures", last.measures), ("Who sees to them", last.measures_owner),
            ("Looked at again on", when(last.review_on)), ("Immediate risk", urgent),
        ),
    )  # fmt: skip


def _options(reader: Reader) -> Part:
    dispute = reader.dispute
    weighed = [
        f"{option.option}{f'. Risks: {option.risks}' if option.risks else ''}"
        for record in reader.reads(dispute.decision_records.filter(state="signed").prefetch_related("options"))
        for option in record.options.all()
    ]
    return section(
        "options", "The options",
        facts(
            ("What is seen" if dispute.rules.is_thematic else "The decision as it stands", shortened(dispute.decision_disputed)),
            ("What the raising side proposes", shortened(dispute.proposed_resolution)),
        ),
        items(weighed, heading="Options weighed in signed decisions"),
    )  # fmt: skip


def _timeline(reader: Reader) -> Part:
    dispute = reader.dispute
    moments = [(dispute.raised_at, f"Raised by {who(dispute.raised_by)}")]
    for stage in dispute.stages.all():
        at, verb = (stage.skipped_at, "was skipped") if stage.skipped_at else (stage.opened_at, "opened")
        if at is not None:
            moments.append((at, f"{reader.label(stage.order)} {verb}"))
    told = told_to(dispute, reader.by).filter(kind__in=TURNING_POINTS)
    moments += [(row.happened_at, row.headline) for row in told]
    limits = [
        f"{row.label}: {date_in_words(row.due_at).removeprefix('by ')}. {limit_state(row)}."
        for row in reader.reads(dispute.deadlines.all())
    ]
    return section(
        "timeline", "The timeline",
        items([f"{when(at)}: {text}" for at, text in sorted(moments, key=lambda moment: moment[0])]),
        card("Time limits", items(limits)) if limits else None,
    )  # fmt: skip
