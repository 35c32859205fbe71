"""What holds for every limit: properties over thousands of examples, and a second oracle."""

import os
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.roles import Nation
from escalation.calendars import calendar_for
from escalation.deadlines import LONDON, due
from escalation.protocol import Clock, DayKind, Unit
from tests.escalation import oracle
from tests.escalation.counting import CALENDARS, ENGLAND, WORKING, halton, limit

EXAMPLES = settings(max_examples=int(os.environ.get("CALENDAR_EXAMPLES", "2000")), deadline=None)

moments = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001
    datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
nations = st.sampled_from(list(Nation))
day_kinds = st.sampled_from(list(DayKind))
numbers = st.integers(1, 60)


@EXAMPLES
@given(moments, numbers, day_kinds, nations, st.sampled_from([0, 1]), st.booleans())
def test_same_as_the_oracle(
    start: datetime, number: int, days: DayKind, nation: Nation, first_day: int, after: bool
) -> None:
    clock = Clock(days=days, first_day_number=first_day)
    ours = due(limit(number, after=after), clock, start, CALENDARS[nation]).due_at
    distance = number if after else number - first_day
    assert ours == oracle.due_at(start, distance, working=days is WORKING, nation=nation.value)


@EXAMPLES
@given(moments, numbers, nations, st.sets(st.dates(date(2024, 1, 1), date(2036, 1, 1)), max_size=8), st.times())
def test_same_as_the_oracle_with_closures_and_any_end_of_day(
    start: datetime, number: int, nation: Nation, closed: set[date], ends: time
) -> None:
    ends = ends.replace(second=0, microsecond=0)
    if 1 <= ends.hour < 2:
        return  # an hour that the clock change leaves out, and no office's end of day
    calendar = calendar_for(nation, closures=dict.fromkeys(closed, "closed"))
    ours = due(limit(number, Unit.WORKING_DAYS), Clock(day_end=ends), start, calendar).due_at
    hour_and_minute = (ends.hour, ends.minute)
    assert ours == oracle.due_at(
        start, number - 1, working=True, nation=nation.value, ends=hour_and_minute, closed=closed
    )


@EXAMPLES
@given(moments, st.integers(1, 60), nations)
def test_a_due_date_is_a_working_day_where_the_rule_says_so(start: datetime, number: int, nation: Nation) -> None:
    found = due(limit(number, Unit.WORKING_DAYS, after=True), Clock(), start, CALENDARS[nation])
    day, first = found.due_at.astimezone(LONDON).date(), start.astimezone(LONDON).date()
    assert CALENDARS[nation].is_working_day(day)
    assert len(found.skipped) + number == (day - first).days
    assert all(reason and not CALENDARS[nation].is_working_day(skipped) for skipped, reason in found.skipped)


@EXAMPLES
@given(moments, st.timedeltas(timedelta(), timedelta(days=40)), numbers, st.sampled_from(list(Unit)), nations)
def test_later_starts_are_never_due_sooner(
    start: datetime, later: timedelta, number: int, unit: Unit, nation: Nation
) -> None:
    clock, calendar = Clock(days=WORKING), CALENDARS[nation]
    first = due(limit(number, unit), clock, start, calendar).due_at
    assert first <= due(limit(number, unit), clock, start + later, calendar).due_at


@EXAMPLES
@given(moments, numbers, st.sampled_from(list(Unit)), nations)
def test_more_is_never_due_sooner(start: datetime, number: int, unit: Unit, nation: Nation) -> None:
    calendar = CALENDARS[nation]
    less = due(limit(number, unit), Clock(), start, calendar).due_at
    assert less < due(limit(number + 1, unit), Clock(), start, calendar).due_at


@EXAMPLES
@given(moments, st.integers(1, 1000), st.sampled_from(["UTC", "Europe/London", "Pacific/Auckland"]))
def test_hours_are_real_hours_wherever_the_moment_was_written(start: datetime, number: int, zone: str) -> None:
    found = due(limit(number, Unit.HOURS), Clock(), start.astimezone(ZoneInfo(zone)), CALENDARS[ENGLAND])
    assert found.due_at == start + timedelta(hours=number)


@EXAMPLES
@given(moments, numbers, nations, st.dates(date(2024, 1, 1), date(2036, 1, 1)))
def test_a_closure_never_makes_a_limit_sooner(start: datetime, number: int, nation: Nation, closed: date) -> None:
    one = limit(number, Unit.WORKING_DAYS)
    with_closure = calendar_for(nation, closures={closed: "closed"})
    assert due(one, Clock(), start, CALENDARS[nation]).due_at <= due(one, Clock(), start, with_closure).due_at


@pytest.mark.slow
@pytest.mark.parametrize("days", list(DayKind))
def test_every_hour_of_three_years_under_haltons_limits(days: DayKind) -> None:
    protocol, calendar = halton(days), CALENDARS[ENGLAND]
    limits = [one for stage in protocol.stages for one in stage.limits]
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    wrong = []
    while start < end:
        for one in limits:
            ours = due(one, protocol.clock, start, calendar).due_at
            if one.unit is Unit.HOURS:
                theirs = start + timedelta(hours=one.number)
            else:
                theirs = oracle.due_at(start, one.number - 1, working=days is WORKING)
            if ours != theirs:
                wrong.append((start, one.key, ours, theirs))
        start += timedelta(hours=1)
    assert wrong == []
