"""Limits whose date moves: counted again by another calendar, extended, made sooner, paused; old and new are kept (F30, F36)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cases.models import Appointment
from escalation import chronology, clock, deadlines
from escalation.models import Deadline, DeadlineChange, Dispute
from escalation.protocol import Anchor, Limit, Protocol
from escalation.working_days import Calendar


@dataclass(frozen=True)
class Moved:
    """A limit that is to have another date, and how that is worked out."""

    row: Deadline
    old_due_at: datetime
    due_at: datetime
    explanation: dict[str, Any]

    @property
    def in_words(self) -> str:
        """Old and new, for the story and the notice."""
        return f"{self.row.label}: it was due {clock.date_in_words(self.old_due_at)}, now {clock.date_in_words(self.due_at)}."


def counted_again(dispute: Dispute, closures: Mapping[date, str], *, now: datetime) -> list[Moved]:
    """The limits still ahead whose date differs when counted with these closures; what is over, or would be, stays."""
    rules = dispute.rules
    calendar = clock.calendar_for(rules, dispute.concern_arose_at, closures)
    rows = {(row.stage, row.key): row for row in dispute.deadlines.all()}
    due_by_key = {key: row.due_at for (_, key), row in rows.items()}
    moved = []
    for stage in rules.stages:
        for limit in deadlines.limits_at(rules, stage.order):
            row = rows.get((stage.order, limit.key))
            if row is None or not row.is_open or row.missed_at is not None:
                continue
            anchor_at = datetime.fromisoformat(row.explanation["anchor_at"])
            if deadlines.anchor_of(limit, rules.clock) is Anchor.PREVIOUS_LIMIT_DUE:
                anchor_at = due_by_key.get(limit.anchor_limit, anchor_at)
            worked_out = deadlines.due(limit, rules.clock, anchor_at, calendar)
            due_at = _with_changes(row, limit, rules, worked_out.due_at, calendar)
            if due_at != row.due_at and due_at > now:
                due_by_key[limit.key] = due_at
                moved.append(Moved(row, row.due_at, due_at, row.explanation | worked_out.explanation()))
    return moved


def limit_of(dispute: Dispute, row: Deadline) -> Limit:
    """The limit as the protocol of the dispute words it."""
    return next(one for one in deadlines.limits_at(dispute.rules, row.stage) if one.key == row.key)


def _with_changes(row: Deadline, limit: Limit, rules: Protocol, due_at: datetime, calendar: Calendar) -> datetime:
    """A date as it is counted, with what people said since: extensions, sooner dates, and pauses that are over."""
    paused_at = row.created_at
    for change in row.changes.all():
        if change.kind == DeadlineChange.Kind.EXTENDED:
            due_at = change.new_due_at
        elif change.kind == DeadlineChange.Kind.SOONER:
            due_at = min(due_at, change.new_due_at)
        elif change.kind == DeadlineChange.Kind.PAUSED:
            paused_at = change.at
        elif change.kind == DeadlineChange.Kind.RESUMED:
            due_at = deadlines.after_pause(limit, rules.clock, due_at, paused_at, change.at, calendar)
    return due_at


def after_pause(row: Deadline, dispute: Dispute, paused_at: datetime, closures: Mapping[date, str], *, now: datetime) -> datetime:
    """The date of a limit whose pause ends now."""
    rules, limit = dispute.rules, limit_of(dispute, row)
    calendar = clock.calendar_for(rules, dispute.concern_arose_at, closures)
    return deadlines.after_pause(limit, rules.clock, row.due_at, paused_at, now, calendar)


def move_date(
    moved: Moved, dispute: Dispute, *, kind: DeadlineChange.Kind, why: str, by: Appointment | None, now: datetime,
    by_words: str = "",
) -> None:
    """Give an open limit its other date and keep old and new for ever; it is warned of again before the new one."""
    row = moved.row
    row.due_at, row.explanation = moved.due_at, moved.explanation
    if row.next_look_at is not None:
        row.next_look_at = clock.next_look(row, dispute.rules, now)
    row.save(update_fields=["due_at", "explanation", "next_look_at"])
    DeadlineChange.objects.create(
        deadline=row, kind=kind, old_due_at=moved.old_due_at, new_due_at=moved.due_at, why=why, by=by,
        by_words=by_words or (by.described if by else chronology.CLOCK), at=now,
    )  # fmt: skip
