"""When the clock would recall the limits of a simulated stage, before and after they pass, and when each e-mail goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from escalation.deadlines import LONDON, after_quiet_hours, warnings_before
from escalation.protocol import Clock, Protocol
from escalation.simulated import Dated, Recalled, Step
from escalation.working_days import Calendar, add_working_days

MORNING = time(9)
MOST_MORNINGS = 3


def recalled(step: Step, protocol: Protocol, calendar: Calendar) -> Iterator[Recalled]:
    """What is said of each limit while the stage is open, in the order in which it is said."""
    said = [one for dated in step.limits for one in _of(dated, step, protocol.clock, calendar)]
    yield from sorted(said, key=lambda one: one.at)


def _of(one: Dated, step: Step, clock: Clock, calendar: Calendar) -> Iterator[Recalled]:
    if one.due is None:
        return
    until = one.met_at or step.ended_at
    for what, at in _moments(one, clock, calendar):
        if at > step.opened_at and (until is None or at <= until):
            yield Recalled(one.limit, what, at, after_quiet_hours(at, clock))


def _moments(one: Dated, clock: Clock, calendar: Calendar) -> Iterator[tuple[str, datetime]]:
    if one.due is None:
        return
    for at in warnings_before(one.due.due_at, clock, one.due.anchor_at):
        yield "is near", at
    if one.missed_at is None:
        return
    yield "has passed", one.missed_at
    if clock.tell_next_up_after_hours:
        yield "has passed: the next person up is told", one.missed_at + timedelta(hours=clock.tell_next_up_after_hours)
    if clock.chase_every_working_day:
        for number in range(1, MOST_MORNINGS + 1):
            day = add_working_days(one.missed_at.astimezone(LONDON).date(), number, calendar).day
            again = ", and so every working day" if number == MOST_MORNINGS else ""
            yield f"is still awaited{again}", datetime.combine(day, MORNING, tzinfo=LONDON).astimezone(UTC)
