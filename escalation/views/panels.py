"""What the panels of a dispute's pages say: safety, what happens now, the stages and their dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cases.models import Appointment
from cases.templatetags.dates import by_when, date_and_time, day_month, days_left, due_words, local_date
from escalation import permissions
from escalation.clock import dates_ahead
from escalation.deadlines import HOURS
from escalation.explained import explained
from escalation.models import Deadline, Dispute, DisputeStage, SafetyConfirmation
from escalation.protocol import Anchor, LimitKind
from escalation.turn import turn_of

LEVELS = {
    SafetyConfirmation.Answer.SAFE: "safe",
    SafetyConfirmation.Answer.WITH_MEASURES: "measures",
    SafetyConfirmation.Answer.NOT_SAFE: "unsafe",
}


def safety_of(dispute: Dispute, readable: Sequence[int], now: datetime) -> dict[str, Any]:
    """The latest answer to 'is the person safe?' that the reader may see."""
    latest = (
        dispute.safety_confirmations.filter(stage__in=readable)
        .select_related("recorded_by__user", "recorded_by__agency", "recorded_by__partnership")
        .order_by("-pk")
        .first()
    )
    if latest is None:
        unknown = "Nobody has confirmed it here yet"
        return {"answer": unknown, "level": "unknown", "confirmed": "", "latest": None, "review_passed": False}
    return {
        "answer": latest.get_answer_display(),
        "level": LEVELS[SafetyConfirmation.Answer(latest.answer)],
        "confirmed": f"{when_words(latest.recorded_at, now)} by {latest.recorded_by.described}",
        "latest": latest,
        "review_passed": latest.review_on is not None and latest.review_on < local_date(now),
    }


def when_words(at: datetime, now: datetime) -> str:
    """'today at 10:12', else the date and time."""
    words = date_and_time(at)
    return f"today at {words.rpartition(' at ')[2]}" if local_date(at) == local_date(now) else words


def line_of(dispute: Dispute, now: datetime) -> dict[str, Any]:
    """What happens now: whose turn, what, by when, how the date was worked out, and what the clock will do (F69, F29)."""
    turn = turn_of(dispute)
    line: dict[str, Any] = {"whose": turn.whose, "act": turn.act, "sentence": turn.sentence}
    line |= {"then": f"{turn.cover} {turn.then}".strip(), "by": "", "left": "", "day": "", "missed": False, "explained": ""}
    if turn.due is None:
        opened = next((row.opened_at for row in dispute.stages.all() if row.is_open), None)
        if opened and not dispute.has_ended:
            line["left"] = _open_for((local_date(now) - local_date(opened)).days)
        return line
    if turn.due.paused_at is not None:
        return line | {"left": "the time for this is paused", "explained": explained(turn.due)}
    return line | {
        "by": by_when(turn.due.due_at, now),
        "left": days_left(turn.due.due_at, now) + (" (a guide, not a limit)" if turn.due.is_indicative else ""),
        "day": day_number(dispute, turn.due),
        "missed": turn.is_overdue or (turn.due.due_at < now and not turn.due.is_indicative),
        "explained": explained(turn.due),
    }


def _open_for(days: int) -> str:
    return "opened today" if days == 0 else f"open {days} day{'' if days == 1 else 's'}"


def day_number(dispute: Dispute, row: Deadline) -> str:
    """'Day 9' where the protocol counts so."""
    for limit in dispute.rules.stage(row.stage).limits:
        if limit.key == row.key and limit.unit not in HOURS and not limit.after:
            return f"Day {limit.number}"
    return ""


def stages_of(dispute: Dispute, acting: Appointment, now: datetime) -> list[dict[str, Any]]:
    """Every stage of the protocol as it went, stands or is to come."""
    rows, heard_of = {row.order: row for row in dispute.stages.all()}, permissions.heard_stages(dispute, acting)
    ahead = _starts_ahead(dispute)
    drawn = []
    for stage in dispute.rules.stages:
        row = rows.get(stage.order)
        item = {"number": stage.order, "name": stage.name, "state": "ahead", "note": ahead.get(stage.order, "")}
        if dispute.has_ended and row is None:
            item["note"] = "not needed"
        elif row is not None:
            item |= _as_it_went(dispute, row, may_read=stage.order in heard_of)
        drawn.append(item)
    return drawn


def _as_it_went(dispute: Dispute, row: DisputeStage, *, may_read: bool) -> dict[str, Any]:
    if row.skipped_at is not None:
        by = row.skipped_by.described if may_read and row.skipped_by else ""
        reason = f": {row.skipped_reason}" if may_read else ""
        return {"state": "skipped", "skipped_by": by, "note": f"{day_month(row.skipped_at)}{reason}"}
    opened = f"opened {day_month(row.opened_at)}"
    if row.is_open:
        here = [limit for limit in dispute.deadlines.all() if limit.stage == row.order and limit.is_open]
        due = [limit.due_at for limit in here if limit.kind != LimitKind.START]
        words = f" · due {due_words(min(due))}" if due else ""
        return {"state": "now", "note": opened + words}
    return {"state": "done", "note": f"{opened} · {row.get_closed_how_display()} {day_month(row.closed_at)}"}


def _starts_ahead(dispute: Dispute) -> dict[int, str]:
    """When the stages to come start at the latest and are done, as far as that is known."""
    events = {Anchor.CONCERN_AROSE: dispute.concern_arose_at, Anchor.DISPUTE_RAISED: dispute.raised_at}
    if dispute.decision_received_at:
        events[Anchor.DECISION_RECEIVED] = dispute.decision_received_at
    words: dict[int, list[str]] = {}
    ahead = dates_ahead(
        dispute.rules, events, partnership_id=dispute.partnership_id, from_stage=dispute.stage + 1
    )
    for date in ahead:
        verb = {LimitKind.START: "starts", LimitKind.CONCLUDE: "concluded"}.get(date.limit.kind)
        if date.due_at is not None and verb:
            words.setdefault(date.stage.order, []).append(f"{verb} by {day_month(date.due_at)}")
    return {order: " · ".join(parts) for order, parts in words.items()}
