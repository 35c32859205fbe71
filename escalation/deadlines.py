"""When each limit falls due, when to warn of it, and the explanation of the date; pure functions of what they are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from escalation.protocol import Anchor, Clock, DayKind, Limit, Protocol, Unit
from escalation.working_days import Calendar, Counted, add_calendar_days, add_working_days

LONDON = ZoneInfo("Europe/London")

ANCHOR_WORDS = {
    Anchor.CONCERN_AROSE: "the concern arose",
    Anchor.DISPUTE_RAISED: "the disagreement was raised",
    Anchor.DECISION_RECEIVED: "the decision was received",
    Anchor.STAGE_OPENED: "the stage opened",
    Anchor.FIRST_DISCUSSION: "the first discussion took place",
    Anchor.REQUEST_SENT: "the request was sent",
    Anchor.PREVIOUS_LIMIT_DUE: "the previous limit fell due",
    Anchor.PREVIOUS_LIMIT_MET: "the previous limit was met",
}


@dataclass(frozen=True)
class Due:
    """When one limit falls due (UTC), and why: every step a reader needs to check it with a paper calendar (F29)."""

    due_at: datetime
    anchor: Anchor
    anchor_at: datetime
    rule: str
    skipped: tuple[tuple[date, str], ...]
    calendar_version: str

    def explanation(self) -> dict[str, object]:
        """The explanation as plain data, for storage, page, API and PDF alike."""
        return {
            "anchor": ANCHOR_WORDS[self.anchor],
            "anchor_at": self.anchor_at.isoformat(),
            "rule": self.rule,
            "skipped": [{"day": day.isoformat(), "why": why} for day, why in self.skipped],
            "calendar": self.calendar_version,
        }


def anchor_of(limit: Limit, clock: Clock) -> Anchor:
    """The event this limit is counted from: its own, or the clock's."""
    return limit.anchor or clock.anchor


def due(limit: Limit, clock: Clock, anchor_at: datetime, calendar: Calendar) -> Due:
    """When ``limit`` falls due, counted from ``anchor_at`` (aware); hours are real hours, days end at the clock's day end."""
    anchor = anchor_of(limit, clock)
    if limit.unit is Unit.HOURS:
        due_at = anchor_at.astimezone(UTC) + timedelta(hours=limit.number)
        rule = f"{limit.number} hours, counted as real hours, after {ANCHOR_WORDS[anchor]}"
        return Due(due_at, anchor, anchor_at, rule, (), calendar.version)
    counted = _count(limit, clock, anchor_at.astimezone(LONDON).date(), calendar)
    local = datetime.combine(counted.day, clock.day_end, tzinfo=LONDON)
    return Due(local.astimezone(UTC), anchor, anchor_at, _rule(limit, clock, anchor), counted.skipped, calendar.version)


def day_kind(limit: Limit, clock: Clock) -> DayKind:
    """Whether this limit's days are calendar or working days."""
    return clock.days if limit.unit is Unit.DAYS else DayKind(limit.unit.value)


def _count(limit: Limit, clock: Clock, start: date, calendar: Calendar) -> Counted:
    days = limit.number if limit.after else limit.number - clock.first_day_number
    if day_kind(limit, clock) is DayKind.WORKING_DAYS:
        return add_working_days(start, days, calendar)
    return add_calendar_days(start, days)


def _rule(limit: Limit, clock: Clock, anchor: Anchor) -> str:
    kind = "working days" if day_kind(limit, clock) is DayKind.WORKING_DAYS else "calendar days"
    ends = "the end of the day" if clock.day_end.hour == 23 else f"{clock.day_end:%H:%M}"
    if limit.after:
        return f"{limit.number} {kind} after the day {ANCHOR_WORDS[anchor]}, until {ends}"
    return (
        f"until {ends} of Day {limit.number}, counting {kind}, "
        f"where Day {clock.first_day_number} is the day {ANCHOR_WORDS[anchor]}"
    )


def schedule(
    protocol: Protocol, events: Mapping[Anchor, datetime], calendar: Calendar
) -> Iterator[tuple[int, Limit, Due | None]]:
    """Every limit of every stage with its due date, or None while its anchor has not happened yet (F82)."""
    for stage in protocol.stages:
        for limit in stage.limits:
            at = events.get(anchor_of(limit, protocol.clock))
            yield stage.order, limit, due(limit, protocol.clock, at, calendar) if at else None


def warnings_before(due_at: datetime, clock: Clock) -> tuple[datetime, ...]:
    """When to warn of a limit, earliest first."""
    return tuple(sorted(due_at - timedelta(hours=hours) for hours in clock.warn_hours_before))
