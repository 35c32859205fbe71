"""When limits fall due: the worked dates, properties over thousands of examples, and a second oracle."""

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.roles import Nation
from escalation.calendars import calendar_for
from escalation.deadlines import LONDON, due, schedule, warnings_before
from escalation.protocol import Anchor, Clock, DayKind, Limit, LimitKind, Protocol, Unit
from escalation.protocol_files import load, loads
from tests.escalation import oracle

EXAMPLES = settings(max_examples=int(os.environ.get("CALENDAR_EXAMPLES", "2000")), deadline=None)
CALENDARS = {nation: calendar_for(nation) for nation in Nation}
HALTON = load(Path("escalation/protocols/halton.yaml"))

moments = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001
    datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
nations = st.sampled_from(list(Nation))
day_kinds = st.sampled_from(list(DayKind))
numbers = st.integers(1, 60)


def limit(number: int, unit: Unit = Unit.DAYS, **settings: Any) -> Limit:
    return Limit(key="one", kind=LimitKind.RESPOND, number=number, unit=unit, label="One", **settings)


def halton(days: DayKind, first_day: int = 1) -> Protocol:
    clock = HALTON.clock.model_copy(update={"days": days, "first_day_number": first_day})
    return HALTON.model_copy(update={"clock": clock})


def dates_of(protocol: Protocol, nation: Nation, arose: datetime) -> dict[str, date]:
    found = schedule(protocol, {Anchor.CONCERN_AROSE: arose}, CALENDARS[nation])
    return {one.key: worked_out.due_at.astimezone(LONDON).date() for _, one, worked_out in found if worked_out}


# The worked dates of the requirements, 1.8.
CALENDAR, WORKING = DayKind.CALENDAR_DAYS, DayKind.WORKING_DAYS
ENGLAND, SCOTLAND, ULSTER = Nation.ENGLAND_AND_WALES, Nation.SCOTLAND, Nation.NORTHERN_IRELAND
EASTER = datetime(2026, 4, 2, 10, 30, tzinfo=LONDON)
CHRISTMAS = datetime(2026, 12, 23, 10, 30, tzinfo=LONDON)
LIMITS = ("s2-start", "s2-conclude", "s3-start", "s3-conclude", "s4-start", "s4-conclude")
WORKED = [
    (EASTER, CALENDAR, ENGLAND, ["Sat 04 Apr", "Fri 10 Apr", "Wed 15 Apr", "Fri 17 Apr", "Wed 22 Apr"]),
    (EASTER, CALENDAR, ULSTER, ["Sat 04 Apr", "Fri 10 Apr", "Wed 15 Apr", "Fri 17 Apr", "Wed 22 Apr"]),
    (EASTER, CALENDAR, SCOTLAND, ["Sat 04 Apr", "Fri 10 Apr", "Wed 15 Apr", "Fri 17 Apr", "Wed 22 Apr"]),
    (EASTER, WORKING, ENGLAND, ["Wed 08 Apr", "Thu 16 Apr", "Thu 23 Apr", "Mon 27 Apr", "Tue 05 May"]),
    (EASTER, WORKING, ULSTER, ["Wed 08 Apr", "Thu 16 Apr", "Thu 23 Apr", "Mon 27 Apr", "Tue 05 May"]),
    (EASTER, WORKING, SCOTLAND, ["Tue 07 Apr", "Wed 15 Apr", "Wed 22 Apr", "Fri 24 Apr", "Fri 01 May"]),
    (CHRISTMAS, CALENDAR, ENGLAND, ["Fri 25 Dec", "Thu 31 Dec", "Tue 05 Jan", "Thu 07 Jan", "Tue 12 Jan"]),
    (CHRISTMAS, CALENDAR, SCOTLAND, ["Fri 25 Dec", "Thu 31 Dec", "Tue 05 Jan", "Thu 07 Jan", "Tue 12 Jan"]),
    (CHRISTMAS, WORKING, ENGLAND, ["Tue 29 Dec", "Thu 07 Jan", "Thu 14 Jan", "Mon 18 Jan", "Mon 25 Jan"]),
    (CHRISTMAS, WORKING, SCOTLAND, ["Tue 29 Dec", "Fri 08 Jan", "Fri 15 Jan", "Tue 19 Jan", "Tue 26 Jan"]),
]


@pytest.mark.parametrize(("arose", "days", "nation", "expected"), WORKED)
def test_worked_dates(arose: datetime, days: DayKind, nation: Nation, expected: list[str]) -> None:
    found = dates_of(halton(days), nation, arose)
    day_3, day_9, day_14, day_16, day_21 = expected
    assert [f"{found[key]:%a %d %b}" for key in LIMITS] == [day_3, day_9, day_9, day_14, day_16, day_21]
    assert found["s1-start"] == (arose + timedelta(days=1)).date()


@pytest.mark.parametrize("nation", list(Nation))
def test_24_hours_run_through_holidays_to_the_same_clock_time(nation: Nation) -> None:
    found = {one.key: worked for _, one, worked in schedule(HALTON, {Anchor.CONCERN_AROSE: EASTER}, CALENDARS[nation])}
    assert found["s1-start"] is not None
    assert found["s1-start"].due_at.astimezone(LONDON) == datetime(2026, 4, 3, 10, 30, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("days", "nation", "expected"),
    [
        (CALENDAR, ENGLAND, ["Sun 05 Apr", "Sat 11 Apr", "Thu 16 Apr", "Sat 18 Apr", "Thu 23 Apr"]),
        (WORKING, ENGLAND, ["Thu 09 Apr", "Fri 17 Apr", "Fri 24 Apr", "Tue 28 Apr", "Wed 06 May"]),
        (WORKING, SCOTLAND, ["Wed 08 Apr", "Thu 16 Apr", "Thu 23 Apr", "Mon 27 Apr", "Tue 05 May"]),
    ],
)
def test_day_zero_counting_moves_every_date_one_step_later(days: DayKind, nation: Nation, expected: list[str]) -> None:
    found = dates_of(halton(days, first_day=0), nation, EASTER)
    keys = ("s2-start", "s2-conclude", "s3-conclude", "s4-start", "s4-conclude")
    assert [f"{found[key]:%a %d %b}" for key in keys] == expected


def test_days_end_at_the_clocks_day_end() -> None:
    office = Clock(days=WORKING, day_end=time(17, 0))
    found = due(limit(3), office, EASTER, CALENDARS[ENGLAND])
    assert found.due_at.astimezone(LONDON) == datetime(2026, 4, 8, 17, 0, tzinfo=LONDON)
    assert found.rule == "until 17:00 on Day 3, counting working days, where Day 1 is the day the concern arose"


def test_a_concern_just_before_midnight_counts_from_that_uk_day() -> None:
    late = datetime(2026, 7, 1, 22, 59, tzinfo=UTC)  # 23:59 in London
    assert due(limit(1), Clock(), late, CALENDARS[ENGLAND]).due_at.astimezone(LONDON).date() == date(2026, 7, 1)
    after = due(limit(1), Clock(), late + timedelta(minutes=1), CALENDARS[ENGLAND])
    assert after.due_at.astimezone(LONDON).date() == date(2026, 7, 2)


@pytest.mark.parametrize(
    ("start", "due_local"),
    [
        ("2026-10-24T12:00", "2026-10-25T11:00"),  # clocks go back: 24 real hours end an hour earlier on the wall
        ("2026-03-28T12:00", "2026-03-29T13:00"),  # clocks go forward: an hour later
        ("2026-10-25T00:30", "2026-10-25T23:30"),
        ("2028-02-28T12:00", "2028-02-29T12:00"),
        ("2026-12-31T18:00", "2027-01-01T18:00"),
    ],
)
def test_hours_are_real_hours_across_both_clock_changes(start: str, due_local: str) -> None:
    at = datetime.fromisoformat(start).replace(tzinfo=LONDON)
    found = due(limit(24, Unit.HOURS), Clock(), at, CALENDARS[ENGLAND])
    assert found.due_at - at.astimezone(UTC) == timedelta(hours=24)
    assert found.due_at.astimezone(LONDON).replace(tzinfo=None) == datetime.fromisoformat(due_local)


def test_the_explanation_can_be_checked_with_a_paper_calendar() -> None:
    found = due(limit(3), Clock(days=WORKING), EASTER, CALENDARS[ENGLAND])
    assert found.explanation() == {
        "anchor": "the concern arose",
        "anchor_at": "2026-04-02T10:30:00+01:00",
        "rule": "until the end of Day 3, counting working days, where Day 1 is the day the concern arose",
        "skipped": [
            {"day": "2026-04-03", "why": "Good Friday"},
            {"day": "2026-04-04", "why": "Saturday"},
            {"day": "2026-04-05", "why": "Sunday"},
            {"day": "2026-04-06", "why": "Easter Monday"},
        ],
        "calendar": CALENDARS[ENGLAND].version,
    }


@pytest.mark.parametrize(
    ("one", "rule"),
    [
        (limit(1, Unit.HOURS), "1 hour, counted as a real hour, after the concern arose"),
        (limit(48, Unit.HOURS), "48 hours, counted as real hours, after the concern arose"),
        (
            limit(1, Unit.WORKING_DAYS, after=True),
            "1 working day after the day the concern arose, until the end of the day",
        ),
        (
            limit(5, Unit.CALENDAR_DAYS, after=True, anchor="first_discussion"),
            "5 calendar days after the day the first discussion took place, until the end of the day",
        ),
    ],
)
def test_rules_in_words(one: Limit, rule: str) -> None:
    assert due(one, Clock(), EASTER, CALENDARS[ENGLAND]).rule == rule


def test_a_professionals_own_date_counts_only_when_allowed_and_sooner() -> None:
    own = EASTER + timedelta(hours=5)
    sooner, plain = limit(3, or_sooner=True), limit(3)
    assert due(sooner, Clock(), EASTER, CALENDARS[ENGLAND], own).due_at == own
    assert "which is sooner" in due(sooner, Clock(), EASTER, CALENDARS[ENGLAND], own).rule
    unmoved = due(plain, Clock(), EASTER, CALENDARS[ENGLAND]).due_at
    assert due(plain, Clock(), EASTER, CALENDARS[ENGLAND], own).due_at == unmoved
    assert due(sooner, Clock(), EASTER, CALENDARS[ENGLAND], EASTER + timedelta(days=30)).due_at == unmoved


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due(limit(3), Clock(), datetime(2026, 4, 2), CALENDARS[ENGLAND])  # noqa: DTZ001


# One stage with four limits in three units, each counted from another event (F28).


FOUR_LIMITS = loads("""
format: 1
key: four
name: Four limits in one stage
version: 1
effective_from: 2026-01-01
source: Invented
nation: england-and-wales
populations: [adult]
subjects: [{code: decision, label: A decision}]
grounds: [{code: unsafe, label: It is not safe}]
categories: [{code: other, label: Anything}]
stages:
  - order: 1
    label: One
    name: One
    about: One
    leads: {roles: [{role: line_manager}]}
    limits:
      - {key: ack, kind: acknowledge, number: 4, unit: hours, anchor: decision_received, label: A}
      - {key: reply, kind: respond, number: 2, unit: working_days, after: true, anchor: stage_opened, label: B}
      - {key: end, kind: conclude, number: 10, unit: calendar_days, after: true, anchor: first_discussion, label: C}
      - key: letter
        kind: written_outcome
        number: 1
        unit: working_days
        after: true
        anchor: previous_limit_due
        anchor_limit: end
        label: D
      - key: copy
        kind: written_outcome
        number: 1
        unit: days
        after: true
        anchor: previous_limit_met
        anchor_limit: letter
        owner: authority
        label: E
  - order: 2
    label: Two
    name: Two
    about: Two
    leads: {roles: [{role: senior_manager}]}
    limits:
      - {key: next, kind: start, number: 7, unit: days, after: true, anchor: stage_opened, label: N}
final_authority: {kind: agreement, title: Agreement}
""")


def test_four_limits_from_four_events_in_three_units() -> None:
    events = {
        Anchor.DECISION_RECEIVED: datetime(2026, 4, 2, 9, 0, tzinfo=LONDON),
        Anchor.STAGE_OPENED: datetime(2026, 4, 2, 11, 0, tzinfo=LONDON),
        Anchor.FIRST_DISCUSSION: datetime(2026, 4, 7, 15, 0, tzinfo=LONDON),
    }
    found = {one.key: worked for _, one, worked in schedule(FOUR_LIMITS, events, CALENDARS[ENGLAND], stage=1)}
    local = {key: f"{worked.due_at.astimezone(LONDON):%a %d %b %H:%M}" for key, worked in found.items() if worked}
    assert local == {
        "ack": "Thu 02 Apr 13:00",
        "reply": "Wed 08 Apr 23:59",
        "end": "Fri 17 Apr 23:59",
        "letter": "Mon 20 Apr 23:59",
        "next": "Thu 09 Apr 23:59",
    }
    assert found["copy"] is None
    assert found["letter"] is not None
    assert found["letter"].rule == "1 working day after the day the limit 'end' fell due, until the end of the day"


def test_what_has_not_happened_has_no_date_and_a_stage_has_its_own_events() -> None:
    def dated(events: dict[str, datetime], stage: int | None = None) -> set[str]:
        found = schedule(FOUR_LIMITS, events, CALENDARS[ENGLAND], stage=stage)
        return {one.key for _, one, worked in found if worked}

    assert dated({}) == set()
    assert dated({"stage_opened": EASTER}, stage=1) == {"reply", "next"}
    assert dated({"stage_opened": EASTER}, stage=2) == set()
    assert dated({"stage_opened.1": EASTER}) == {"reply", "next"}
    assert dated({"stage_opened": EASTER}) == {"reply", "next"}
    assert dated({"first_discussion.1": EASTER}) == {"end", "letter"}
    assert dated({"previous_limit_met.letter": EASTER}) == {"copy"}


def test_warnings_come_earliest_first() -> None:
    clock = Clock(warn_hours_before=(1, 24))
    assert warnings_before(EASTER, clock) == (EASTER - timedelta(hours=24), EASTER - timedelta(hours=1))


# Properties.


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
