"""Counting days over a calendar: which are passed over, with what reason, across year ends and leap days."""

from datetime import date

import pytest

from cases.roles import Nation
from escalation.calendars import calendar_for
from escalation.working_days import Calendar, add_calendar_days, add_working_days

ENGLAND = calendar_for(Nation.ENGLAND_AND_WALES)
SCOTLAND = calendar_for(Nation.SCOTLAND)


def test_each_day_passed_over_has_its_reason() -> None:
    counted = add_working_days(date(2026, 4, 2), 1, ENGLAND)
    assert counted.day == date(2026, 4, 7)
    assert counted.skipped == (
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 4, 4), "Saturday"),
        (date(2026, 4, 5), "Sunday"),
        (date(2026, 4, 6), "Easter Monday"),
    )


@pytest.mark.parametrize("start", [date(2026, 4, 2), date(2026, 4, 4)])
def test_no_days_is_the_start_itself_worked_or_not(start: date) -> None:
    assert add_working_days(start, 0, ENGLAND).day == start


@pytest.mark.parametrize(
    ("start", "days", "england", "scotland"),
    [
        (date(2026, 12, 24), 1, date(2026, 12, 29), date(2026, 12, 29)),  # Boxing Day, a Saturday, is kept on Monday
        (date(2026, 12, 31), 1, date(2027, 1, 4), date(2027, 1, 5)),  # 2 January, a Saturday, is kept on Monday
        (date(2027, 12, 24), 1, date(2027, 12, 29), date(2027, 12, 29)),  # both days of Christmas on the weekend
        (date(2028, 2, 28), 1, date(2028, 2, 29), date(2028, 2, 29)),  # leap day, a Tuesday
        (date(2028, 2, 28), 2, date(2028, 3, 1), date(2028, 3, 1)),
        (date(2026, 11, 27), 1, date(2026, 11, 30), date(2026, 12, 1)),  # Saint Andrew's Day
        (date(2026, 8, 28), 1, date(2026, 9, 1), date(2026, 8, 31)),  # late summer holiday
        (date(2026, 7, 31), 1, date(2026, 8, 3), date(2026, 8, 4)),  # summer holiday
    ],
)
def test_year_ends_leap_days_and_holidays_of_one_nation(start: date, days: int, england: date, scotland: date) -> None:
    assert add_working_days(start, days, ENGLAND).day == england
    assert add_working_days(start, days, SCOTLAND).day == scotland


def test_calendar_days_pass_over_nothing() -> None:
    assert add_calendar_days(date(2028, 2, 28), 2).day == date(2028, 3, 1)
    assert add_calendar_days(date(2027, 2, 28), 2).day == date(2027, 3, 2)
    assert add_calendar_days(date(2026, 4, 2), 3).skipped == ()


def test_a_weekend_is_named_before_the_holiday_that_falls_on_it() -> None:
    calendar = Calendar(holidays={date(2026, 12, 26): "Boxing Day"}, closures={date(2026, 12, 24): "Office closed"})
    assert calendar.reason_not_worked(date(2026, 12, 26)) == "Saturday"
    assert calendar.reason_not_worked(date(2026, 12, 24)) == "Office closed"
