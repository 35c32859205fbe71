"""When limits fall due: the worked dates, both clock changes, and the rule in words."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from cases.roles import Nation
from escalation.deadlines import LONDON, due, schedule, warnings_before
from escalation.protocol import Anchor, Clock, DayKind, Limit, Protocol, Unit
from tests.escalation.counting import (
    CALENDAR,
    CALENDARS,
    EASTER,
    ENGLAND,
    HALTON,
    SCOTLAND,
    ULSTER,
    WORKING,
    halton,
    limit,
)


def dates_of(protocol: Protocol, nation: Nation, arose: datetime) -> dict[str, date]:
    found = schedule(protocol, {Anchor.CONCERN_AROSE: arose}, CALENDARS[nation])
    return {one.key: worked_out.due_at.astimezone(LONDON).date() for _, one, worked_out in found if worked_out}


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


def test_warnings_come_earliest_first() -> None:
    clock = Clock(warn_hours_before=(1, 24))
    assert warnings_before(EASTER, clock) == (EASTER - timedelta(hours=24), EASTER - timedelta(hours=1))
