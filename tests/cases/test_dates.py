"""Dates are said as people in the United Kingdom say them, whatever the clock change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cases.templatetags.dates import (
    ago,
    by_when,
    clock_time,
    date_and_time,
    day_month,
    days_left,
    long_date,
)

END_OF_DAY = datetime(2026, 4, 10, 22, 59, tzinfo=UTC)  # 23:59 in British Summer Time


def test_dates_carry_the_day_of_the_week() -> None:
    assert long_date(date(2026, 4, 10)) == "Fri 10 April 2026"
    assert day_month(date(2026, 4, 3)) == "Fri 3 April"
    assert date_and_time(END_OF_DAY) == "Fri 10 April 2026 at 23:59"


def test_the_day_is_that_of_london_not_of_greenwich() -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)

    assert long_date(late) == "Thu 2 July 2026"
    assert clock_time(late) == "00:30"


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (END_OF_DAY, "by Fri 10 April, end of day"),
        (datetime(2026, 1, 9, 23, 59, tzinfo=UTC), "by Fri 9 January, end of day"),
        (datetime(2026, 4, 10, 13, 30, tzinfo=UTC), "by Fri 10 April, 14:30"),
        (date(2026, 4, 10), "by Fri 10 April, end of day"),
        (None, ""),
    ],
)
def test_by_when(due: datetime | date | None, words: str) -> None:
    assert by_when(due) == words


def test_by_when_names_the_year_when_it_is_another_one(now: datetime) -> None:
    assert by_when(END_OF_DAY, now) == "by Fri 10 April, end of day"
    assert by_when(END_OF_DAY.replace(year=2027), now) == "by Sat 10 April 2027, end of day"


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(hours=20), "yesterday"),
        (timedelta(days=4), "4 days ago"),
        (timedelta(days=40), "Sat 21 February 2026"),
        (timedelta(days=-1), "Fri 3 April 2026 at 10:00"),
    ],
)
def test_ago(past: timedelta, words: str, now: datetime) -> None:
    assert ago(now - past, now) == words


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(days=2), "2 days left"),
        (timedelta(hours=20), "1 day left"),
        (timedelta(hours=2), "due today"),
        (timedelta(hours=-2), "overdue since today"),
        (timedelta(days=-1), "1 day overdue"),
        (timedelta(days=-3), "3 days overdue"),
    ],
)
def test_days_left_counts_calendar_days(ahead: timedelta, words: str, now: datetime) -> None:
    assert days_left(now + ahead, now) == words


def test_a_plain_date_is_due_until_its_day_is_over(now: datetime) -> None:
    assert days_left(date(2026, 4, 2), now) == "due today"
    assert days_left(date(2026, 4, 1), now) == "1 day overdue"
