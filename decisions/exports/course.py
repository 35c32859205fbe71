"""How a dispute ran: its stages and limits, the story in order, positions, feedback, and what is still owed."""

from __future__ import annotations

from datetime import datetime

from decisions.exports.parts import (
    SHORT_ENOUGH_FOR_ONE_PAGE,
    Part,
    Reader,
    card,
    facts,
    items,
    note,
    pair,
    section,
    story,
    when,
    who,
)
from escalation.chronology import told_to
from escalation.clock import date_in_words
from escalation.duties import ask_of, owner_words
from escalation.explained import explained
from escalation.models import ChronologyEntry, Deadline, DisputeStage, Position
from escalation.protocol import DutyKind

_PEOPLE = ("recorded_by__user", "recorded_by__agency", "recorded_by__partnership", "agency")
_STANDS_OUT = (ChronologyEntry.Kind.DECISION, ChronologyEntry.Kind.CLOCK)


def stages_and_limits(reader: Reader) -> Part:
    """Each stage with who opened, skipped and closed it and why, and under it every limit."""
    rows = {row.order: row for row in reader.dispute.stages.select_related(*_of("opened_by", "closed_by", "skipped_by"))}
    cards = []
    for stage in reader.dispute.rules.stages:
        if stage.order not in reader.heard_of:
            cards.append(card(reader.label(stage.order), note(_hidden(reader, rows.get(stage.order)))))
            continue
        limits = [_limit(row) for row in reader.dispute.deadlines.all() if row.stage == stage.order]
        cards.append(
            card(reader.label(stage.order), _course_of(rows.get(stage.order)), *limits, under=_state(rows.get(stage.order)))
        )
    return section("stages", "Stages and time limits", *cards)


def _of(*names: str) -> list[str]:
    return [f"{name}__{part}" for name in names for part in ("user", "agency", "partnership")]


def _hidden(reader: Reader, row: DisputeStage | None) -> str:
    agency = reader.dispute.raising_agency.name
    took_place = "This stage has not been used" if row is None or row.skipped_at else "This stage took place"
    return f"{took_place} inside {agency}. It is left out of this copy."


def _state(row: DisputeStage | None) -> str:
    if row is None:
        return "Not reached"
    if row.skipped_at:
        return "Skipped"
    return f"Ended: {row.get_closed_how_display()}" if row.closed_at else "Open"


def _course_of(row: DisputeStage | None) -> Part | None:
    if row is None:
        return None
    if row.skipped_at:
        return facts(("Skipped", f"{when(row.skipped_at)}, by {who(row.skipped_by)}"), ("Why", row.skipped_reason))
    closed = f"{when(row.closed_at)}, by {who(row.closed_by)}" if row.closed_at else ""
    return facts(
        ("Opened", f"{when(row.opened_at)}, by {who(row.opened_by)}"), ("Why", row.opened_reason), ("Closed", closed)
    )


def _limit(row: Deadline) -> Part:
    heading = f"{'Guide date' if row.is_indicative else 'Limit'}: {row.label}"
    return card(
        heading,
        facts(
            ("Due", date_in_words(row.due_at)), ("What became of it", limit_state(row)),
            ("How this date was worked out", explained(row)),
        ),
        stands_out=row.missed_at is not None,
    )  # fmt: skip


def limit_state(row: Deadline) -> str:
    """Met, missed, no longer awaited or still ahead; in words, with dates."""
    parts = []
    if row.missed_at:
        words = "The guide date passed" if row.is_indicative else "Missed"
        parts.append(f"{words}, recorded on {when(row.missed_at)}")
    if row.met_at:
        parts.append(f"{'Done' if row.missed_at else 'Met'} on {when(row.met_at)}")
    elif row.ended_at:
        parts.append(f"No longer awaited since {when(row.ended_at)}")
    return ". ".join(parts) or "Still ahead"


def chronology(reader: Reader) -> Part:
    """What happened, in one order, decisions standing out (E-04)."""
    rows = told_to(reader.dispute, reader.by)
    own = [row for row in rows if row.only_agency_id in (None, reader.dispute.raising_agency_id)]
    entries = [
        {
            "when": when(row.happened_at),
            "by": row.by_words,
            "headline": row.headline,
            "body": row.body,
            "keep": len(row.body) <= SHORT_ENOUGH_FOR_ONE_PAGE,
            "stands_out": row.kind in _STANDS_OUT,
            "stage": reader.dispute.rules.stage(row.stage).label,
            "late": f"Written down on {when(row.recorded_at)}" if row.is_late else "",
        }
        for row in own
    ]
    return section("chronology", "What happened, in order", story(entries))


def positions(reader: Reader) -> Part:
    """What each agency held at each stage, side by side."""
    rows = reader.reads(reader.dispute.positions.select_related(*_PEOPLE))
    blocks = []
    for order in sorted({row.stage for row in rows}):
        here = sorted((row for row in rows if row.stage == order), key=lambda row: (row.stance != "raises", row.pk))
        blocks.append(card(reader.label(order), pair([_side(row) for row in here])))
    return section("positions", "Positions", *(blocks or [note("No position is recorded in this copy.")]))


def _side(row: Position) -> Part:
    changed = f", changed {row.updates} time{'s' if row.updates != 1 else ''}" if row.updates else ""
    return {
        "heading": row.agency.name,
        "stance": row.stance_words,
        "text": row.text,
        "more": row.role_and_remit,
        "by": f"{who(row.recorded_by)}, {when(row.recorded_at)}{changed}",
    }


def feedback(reader: Reader) -> Part:
    """What the people who carried the concern were told, and when they read it."""
    rows = reader.hears(
        reader.dispute.feedback.select_related(*_PEOPLE).prefetch_related(
            "receipts__recipient__user", "receipts__recipient__agency", "receipts__recipient__partnership"
        )
    )
    cards = [
        card(
            "No action was taken" if row.no_action else "What was done",
            facts(("Told", row.text)),
            items([_receipt(receipt.recipient, receipt.read_at) for receipt in row.receipts.all()], heading="To"),
            under=f"{who(row.recorded_by)}, {when(row.recorded_at)}, {reader.label(row.stage)}",
        )
        for row in rows
    ]
    cards += [late] if (late := items(late_feedback(reader), heading="Given late")) else []
    return section("feedback", "Feedback to those who raised it", *(cards or [note("No feedback is recorded in this copy.")]))


def late_feedback(reader: Reader) -> list[str]:
    """Feedback that came after its stage had ended, or has not come yet, with how late (F16)."""
    late = reader.dispute.duties.filter(kind=DutyKind.FEEDBACK_GIVEN, carried_at__isnull=False).select_related("agency")
    return [
        f"{owner_words(row)}, {reader.label(row.stage)}: the stage ended on {when(row.carried_at)}; "
        f"{f'given on {when(row.done_at)}' if row.done_at else 'still owed'}"
        for row in reader.hears(late)
    ]


def _receipt(recipient: object, read_at: datetime | None) -> str:
    return f"{who(recipient)}: {f'read {when(read_at)}' if read_at else 'not read yet'}"  # type: ignore[arg-type]


def actions(reader: Reader) -> Part | None:
    """What somebody agreed to do, by when, and what became of it."""
    rows = reader.reads(reader.dispute.actions.select_related(*_PEOPLE, *_of("owner", "done_by"), "evidence"))
    cards = [
        card(
            row.what,
            facts(
                ("Who", who(row.owner)), ("By", when(row.due_on)),
                ("Done", f"{when(row.done_at)}, by {who(row.done_by)}" if row.done_at else "Not yet"),
                ("What was done", row.done_note),
                ("Evidence", row.evidence.label if row.evidence else ""),
            ),
        )
        for row in rows
    ]  # fmt: skip
    return section("actions", "Actions", *cards) if cards else None


def own_records(reader: Reader) -> Part | None:
    """Where the agencies keep it in their own systems."""
    rows = reader.reads(reader.dispute.own_records.select_related(*_PEOPLE))
    texts = [
        f"{row.agency.name}: {row.own_reference}, recorded on {when(row.recorded_on)} ({reader.label(row.stage)})"
        for row in rows
    ]
    return section("own_records", "In the agencies' own records", items(texts)) if texts else None


def still_owed(reader: Reader) -> Part:
    """Duties that nobody has done, whether their stage is open or left behind."""
    rows = reader.reads(reader.dispute.duties.filter(done_at__isnull=True).select_related("agency"))
    texts = [
        f"{ask_of(row.kind, row.role)}: {owner_words(row)}, since {when(row.opened_at)} ({reader.label(row.stage)})"
        f"{'; the stage ended without it' if row.carried_at else ''}"
        for row in rows
    ]
    return section("owed", "What is still owed", items(texts) or note("Nothing is owed."))
