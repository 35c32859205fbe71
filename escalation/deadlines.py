"""When each limit falls due, when to warn of it, and the explanation of the date; pure functions of what they are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from escalation.protocol import Anchor, Clock, DayKind, Limit, LimitKind, Protocol, Unit
from escalation.protocol_limits import HOURS as HOURS
from escalation.protocol_limits import WHOLE as WHOLE
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
COMES_IN = (Anchor.CONCERN_AROSE, Anchor.DISPUTE_RAISED, Anchor.DECISION_RECEIVED, Anchor.REQUEST_SENT)
OF_A_STAGE = (Anchor.STAGE_OPENED, Anchor.FIRST_DISCUSSION, Anchor.REQUEST_SENT)

Events = Mapping[Anchor, datetime] | Mapping[str, datetime]


@dataclass(frozen=True)
class Due:
    """When one limit falls due (UTC), and why: every step a reader needs to check it with a paper calendar (F29)."""

    due_at: datetime
    anchor: Anchor
    anchor_at: datetime
    rule: str
    skipped: tuple[tuple[date, str], ...]
    calendar_version: str
    counted_from: str = ""

    def explanation(self) -> dict[str, object]:
        """The explanation as plain data, for storage, page, API and PDF alike."""
        return {
            "anchor": self.counted_from or ANCHOR_WORDS[self.anchor],
            "anchor_at": self.anchor_at.isoformat(),
            "rule": self.rule,
            "skipped": [{"day": day.isoformat(), "why": why} for day, why in self.skipped],
            "calendar": self.calendar_version,
        }


def anchor_of(limit: Limit, clock: Clock) -> Anchor:
    """The event this limit is counted from: its own, or the clock's."""
    return limit.anchor or clock.anchor


def limits_at(protocol: Protocol, order: int) -> Sequence[Limit]:
    """The limits of a stage; at the last one also that of the whole, which ends there at the latest."""
    own, whole = protocol.stage(order).limits, protocol.clock.total_limit
    if whole is None or order < len(protocol.stages):
        return own
    asked = whole.model_dump() | {"key": WHOLE, "kind": LimitKind.CONCLUDE}
    return (*own, Limit.model_validate(asked))


def anchor_words(limit: Limit, clock: Clock) -> str:
    """That event in words, naming the stage or the limit that is meant."""
    anchor = anchor_of(limit, clock)
    if anchor is Anchor.PREVIOUS_LIMIT_DUE:
        return f"the limit '{limit.anchor_limit}' fell due"
    if anchor is Anchor.PREVIOUS_LIMIT_MET:
        return f"the limit '{limit.anchor_limit}' was met"
    if limit.kind is LimitKind.START and anchor is Anchor.STAGE_OPENED:
        return "the stage before it opened"
    return ANCHOR_WORDS[anchor]


def due(limit: Limit, clock: Clock, anchor_at: datetime, calendar: Calendar, own_date: datetime | None = None) -> Due:
    """When ``limit`` falls due, counted from ``anchor_at`` (aware).

    Hours are real hours; days end at the clock's day end. A professional's ``own_date`` counts only where the
    protocol says "or sooner", and only when it is sooner.
    """
    if anchor_at.tzinfo is None:
        raise ValueError("a limit is counted from a moment with a time zone")
    anchor, words = anchor_of(limit, clock), anchor_words(limit, clock)
    if limit.unit in HOURS:
        found = _after_hours(limit, anchor_at, calendar, words, anchor)
    else:
        start = _first_day(limit, clock, anchor_at, calendar)
        counted = _count(limit, clock, start.day, calendar)
        due_at = datetime.combine(counted.day, limit.by_time or clock.day_end, tzinfo=LONDON).astimezone(UTC)
        rule = _rule(limit, clock, words)
        found = Due(due_at, anchor, anchor_at, rule, (*start.skipped, *counted.skipped), calendar.version, words)
    if limit.or_sooner and own_date is not None and own_date < found.due_at:
        rule = f"{found.rule}, or sooner on the professional's own date, which is sooner"
        return replace(found, due_at=own_date.astimezone(UTC), rule=rule)
    return found


def _after_hours(limit: Limit, anchor_at: datetime, calendar: Calendar, words: str, anchor: Anchor) -> Due:
    number, skipped = limit.number, tuple[tuple[date, str], ...]()
    if limit.unit is Unit.HOURS:
        due_at = anchor_at.astimezone(UTC) + timedelta(hours=number)
        how = "counted as a real hour," if number == 1 else "counted as real hours,"
    else:
        due_at, skipped = add_working_day_hours(anchor_at, timedelta(hours=number), calendar)
        how = "counted as real hours on working days alone,"
    said = f"{number} hour{'' if number == 1 else 's'}, {how} after {words}"
    return Due(due_at, anchor, anchor_at, said, skipped, calendar.version, words)


def add_working_day_hours(
    start_at: datetime, hours: timedelta, calendar: Calendar
) -> tuple[datetime, tuple[tuple[date, str], ...]]:
    """The moment (UTC) after so many real hours of working days, from midnight to midnight; and the days passed over."""
    at, left, skipped = start_at.astimezone(LONDON), hours, []
    while True:
        midnight = datetime.combine(at.date() + timedelta(days=1), time(0), tzinfo=LONDON)
        room = midnight.astimezone(UTC) - at.astimezone(UTC)
        if reason := calendar.reason_not_worked(at.date()):
            skipped.append((at.date(), reason))
        elif left <= room:
            return at.astimezone(UTC) + left, tuple(skipped)
        else:
            left -= room
        at = midnight


def _worked_between(start_at: datetime, end_at: datetime, calendar: Calendar) -> timedelta:
    """The real hours of working days between two moments."""
    at, end, worked = start_at.astimezone(LONDON), end_at.astimezone(LONDON), timedelta(0)
    while at < end:
        midnight = datetime.combine(at.date() + timedelta(days=1), time(0), tzinfo=LONDON)
        until = min(midnight.astimezone(UTC), end.astimezone(UTC))
        if calendar.is_working_day(at.date()):
            worked += until - at.astimezone(UTC)
        at = midnight
    return worked


def _has_cut_off(limit: Limit, clock: Clock) -> bool:
    """Whether what this limit is counted from can come too late in the day: a request does, a meeting or a stage does not."""
    return clock.counted_until is not None and anchor_of(limit, clock) in COMES_IN


def _first_day(limit: Limit, clock: Clock, anchor_at: datetime, calendar: Calendar) -> Counted:
    """The day that counts as the event's: the next one for what came after the clock's cut-off, where it has one."""
    local = anchor_at.astimezone(LONDON)
    if not _has_cut_off(limit, clock):
        return Counted(local.date())
    works = day_kind(limit, clock) is DayKind.WORKING_DAYS
    is_late = clock.counted_until is not None and local.time() > clock.counted_until
    if works and (is_late or not calendar.is_working_day(local.date())):
        return add_working_days(local.date(), 1, calendar)
    return add_calendar_days(local.date(), 1 if is_late else 0)


def after_pause(
    limit: Limit, clock: Clock, due_at: datetime, paused_at: datetime, resumed_at: datetime, calendar: Calendar
) -> datetime:
    """The date of a limit whose time stood still: later by the hours, or by the days of its kind, that the pause took."""
    if limit.unit is Unit.HOURS:
        return due_at + (resumed_at - paused_at)
    if limit.unit is Unit.WORKING_DAY_HOURS:
        return add_working_day_hours(due_at, _worked_between(paused_at, resumed_at, calendar), calendar)[0]
    first, last = paused_at.astimezone(LONDON).date(), resumed_at.astimezone(LONDON).date()
    there = due_at.astimezone(LONDON)
    days = [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]
    if day_kind(limit, clock) is DayKind.WORKING_DAYS:
        worked = sum(calendar.is_working_day(day) for day in days)
        day = add_working_days(there.date(), worked, calendar).day
    else:
        day = there.date() + timedelta(days=len(days))
    return datetime.combine(day, there.time(), tzinfo=LONDON).astimezone(UTC)


def day_kind(limit: Limit, clock: Clock) -> DayKind:
    """Whether this limit's days are calendar or working days."""
    return clock.days if limit.unit is Unit.DAYS else DayKind(limit.unit.value)


def _count(limit: Limit, clock: Clock, start: date, calendar: Calendar) -> Counted:
    days = limit.number if limit.after else limit.number - clock.first_day_number
    if day_kind(limit, clock) is DayKind.WORKING_DAYS:
        return add_working_days(start, days, calendar)
    return add_calendar_days(start, days)


def _rule(limit: Limit, clock: Clock, words: str) -> str:
    working = day_kind(limit, clock) is DayKind.WORKING_DAYS
    kind = ("working day" if working else "calendar day") + ("" if limit.after and limit.number == 1 else "s")
    ends = limit.by_time or clock.day_end
    at = None if ends >= time(23, 59) else f"{ends:%H:%M}"
    late = ""
    if _has_cut_off(limit, clock):
        late = f"; after {clock.counted_until:%H:%M} it counts as the next {'working day' if working else 'day'}"
    if limit.after and limit.number == 0:
        return f"on the day {words}, until {at or 'the end of the day'}{late}"
    if limit.after:
        return f"{limit.number} {kind} after the day {words}, until {at or 'the end of the day'}{late}"
    end = f"{at} on" if at else "the end of"
    return f"until {end} Day {limit.number}, counting {kind}, where Day {clock.first_day_number} is the day {words}{late}"


def schedule(
    protocol: Protocol, events: Events, calendar: Calendar, *, stage: int | None = None
) -> Iterator[tuple[int, Limit, Due | None]]:
    """Every limit of every stage with its due date, or None while what it is counted from has not happened yet (F82).

    ``events`` are named as anchors are. ``stage_opened.2`` is the opening of stage 2 and
    ``previous_limit_met.KEY`` the meeting of that limit; a bare ``stage_opened`` is that of ``stage``, or of any
    stage when none is given. What counts from another limit falling due follows from that limit.
    """
    known = {str(name): at for name, at in events.items()}
    found: dict[str, Due | None] = {}
    for one in protocol.stages:
        for limit in limits_at(protocol, one.order):
            at = _anchor_at(limit, protocol.clock, one.order, known, found, stage)
            own = known.get(f"own_date.{limit.key}")
            found[limit.key] = due(limit, protocol.clock, at, calendar, own) if at else None
            yield one.order, limit, found[limit.key]


def _anchor_at(
    limit: Limit,
    clock: Clock,
    order: int,
    known: Mapping[str, datetime],
    found: Mapping[str, Due | None],
    stage: int | None,
) -> datetime | None:
    anchor = anchor_of(limit, clock)
    if anchor is Anchor.PREVIOUS_LIMIT_DUE:
        before = found.get(limit.anchor_limit)
        return before.due_at if before else None
    if anchor is Anchor.PREVIOUS_LIMIT_MET:
        return known.get(f"{anchor}.{limit.anchor_limit}", known.get(anchor))
    if anchor not in OF_A_STAGE:
        return known.get(anchor)
    watched = order - 1 if limit.kind is LimitKind.START else order
    bare = known.get(anchor) if stage in (None, watched) else None
    return known.get(f"{anchor}.{watched}", bare)


def after_quiet_hours(at: datetime, clock: Clock) -> datetime:
    """The moment itself, or the end of the quiet hours in which it lies (London time, also over midnight)."""
    if clock.quiet_from is None or clock.quiet_until is None:
        return at
    there = at.astimezone(LONDON)
    begins, ends, now = clock.quiet_from, clock.quiet_until, there.time()
    over_midnight = begins > ends
    is_quiet = (now >= begins or now < ends) if over_midnight else begins <= now < ends
    if not is_quiet:
        return at
    day = there.date() + timedelta(days=1 if over_midnight and now >= begins else 0)
    return datetime.combine(day, ends, tzinfo=LONDON).astimezone(UTC)


def next_digest(after: datetime, at: time, calendar: Calendar) -> datetime:
    """The next moment at which a digest is due: that time of day (London) on a working day, later than ``after``."""
    day = after.astimezone(LONDON).date()
    while True:
        moment = datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)
        if moment > after and calendar.is_working_day(day):
            return moment
        day += timedelta(days=1)


def warnings_before(due_at: datetime, clock: Clock, counted_from: datetime | None = None) -> tuple[datetime, ...]:
    """When to warn of a limit, earliest first: hours before, and when so much per cent of its time has gone."""
    found = {due_at - timedelta(hours=hours) for hours in clock.warn_hours_before}
    if counted_from is not None and counted_from < due_at:
        found |= {counted_from + (due_at - counted_from) * percent / 100 for percent in clock.warn_percent}
    return tuple(sorted(found))
