"""A second way to work out a due date, sharing nothing with the product: no holidays package, no zoneinfo, no counting loop.

Bank holidays come from the rules of the Acts and the proclamations, summer time from the last Sundays of March and
October, and the n-th working day from its position in one long list of working days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from functools import cache

YEARS = range(2024, 2041)
ONE_DAY = timedelta(days=1)
WORLD_CUP = date(2026, 6, 15)  # proclaimed for Scotland only


def easter_sunday(year: int) -> date:
    """The Gregorian computus in its Meeus/Jones/Butcher form."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    (i, k) = divmod(c, 4)
    week = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * week) // 451
    month, day = divmod(h + week - 7 * m + 114, 31)
    return date(year, month, day + 1)


def first_monday(year: int, month: int) -> date:
    return next(date(year, month, day) for day in range(1, 8) if date(year, month, day).weekday() == 0)


def last_monday(year: int, month: int) -> date:
    return max(date(year, month, day) for day in range(25, 32) if date(year, month, day).weekday() == 0)


def moved_off_weekend(days: list[date]) -> set[date]:
    """Each day, or the next weekday nobody has taken when it falls on a weekend."""
    taken = {day for day in days if day.weekday() < 5}
    for day in days:
        if day.weekday() >= 5:
            while day.weekday() >= 5 or day in taken:
                day += ONE_DAY
            taken.add(day)
    return taken


def weekday_holidays(nation: str, year: int) -> set[date]:
    easter = easter_sunday(year)
    days = {easter - 2 * ONE_DAY, first_monday(year, 5), last_monday(year, 5)}
    days |= moved_off_weekend([date(year, 12, 25), date(year, 12, 26)])
    if nation == "scotland":
        days |= moved_off_weekend([date(year, 1, 1), date(year, 1, 2)])
        days |= moved_off_weekend([date(year, 11, 30)]) | {first_monday(year, 8)}
        days |= {WORLD_CUP} if year == WORLD_CUP.year else set()
    else:
        days |= moved_off_weekend([date(year, 1, 1)]) | {easter + ONE_DAY, last_monday(year, 8)}
    if nation == "northern-ireland":
        days |= moved_off_weekend([date(year, 3, 17)]) | moved_off_weekend([date(year, 7, 12)])
    return days


@cache
def working_days(nation: str) -> tuple[date, ...]:
    """Every working day of the oracle's years, in order."""
    off = {day for year in YEARS for day in weekday_holidays(nation, year)}
    first, last = date(YEARS.start, 1, 1), date(YEARS.stop - 1, 12, 31)
    every = (first + n * ONE_DAY for n in range((last - first).days + 1))
    return tuple(day for day in every if day.weekday() < 5 and day not in off)


def nth_working_day(start: date, n: int, nation: str, closed: Collection[date]) -> date:
    """By position in the list, moved on by one for each closed working day that it passes."""
    days = working_days(nation)
    position = bisect_right(days, start) + n - 1
    for day in sorted(closed):
        is_listed = days[bisect_right(days, day) - 1] == day
        if is_listed and start < day <= days[position]:
            position += 1
    return days[position]


@cache
def summer_time(year: int) -> tuple[datetime, datetime]:
    """From when to when (UTC) clocks in the UK are an hour ahead."""
    sundays = [max(date(year, m, d) for d in range(25, 32) if date(year, m, d).weekday() == 6) for m in (3, 10)]
    begins, ends = (datetime(day.year, day.month, day.day, 1, tzinfo=UTC) for day in sundays)
    return begins, ends


def uk_day(moment: datetime) -> date:
    moment = moment.astimezone(UTC)
    begins, ends = summer_time(moment.year)
    return (moment + timedelta(hours=1 if begins <= moment < ends else 0)).date()


def at_uk_time(day: date, hour: int, minute: int) -> datetime:
    """A UK wall-clock time in UTC; of an hour that comes twice, the first."""
    as_utc = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
    begins, ends = summer_time(day.year)
    an_hour = timedelta(hours=1)
    return as_utc - an_hour if begins + an_hour <= as_utc < ends + an_hour else as_utc


def due_at(
    start: datetime,
    days_after: int,
    *,
    working: bool,
    nation: str = "england-and-wales",
    ends: tuple[int, int] = (23, 59),
    closed: Collection[date] = (),
) -> datetime:
    """The end of the day that lies this many days after the start's day in the UK."""
    day = uk_day(start)
    if working and days_after:
        day = nth_working_day(day, days_after, nation, closed)
    elif not working:
        day += days_after * ONE_DAY
    return at_uk_time(day, *ends)
