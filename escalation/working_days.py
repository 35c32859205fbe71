"""Working-day arithmetic over a calendar handed in; knows no clock, no nation and no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

WEEKEND_NAMES = {5: "Saturday", 6: "Sunday"}


@dataclass(frozen=True)
class Calendar:
    """Which days are not worked, each with the name that explains it; ``version`` names the data they came from."""

    holidays: Mapping[date, str] = field(default_factory=dict)
    closures: Mapping[date, str] = field(default_factory=dict)
    version: str = ""
    known_until: date | None = None

    def reason_not_worked(self, day: date) -> str:
        """Why this day is not a working day ('' when it is one)."""
        return WEEKEND_NAMES.get(day.weekday(), "") or self.holidays.get(day, "") or self.closures.get(day, "")

    def is_working_day(self, day: date) -> bool:
        """Whether the day is worked."""
        return not self.reason_not_worked(day)


@dataclass(frozen=True)
class Counted:
    """The day a count ended on, and the days passed over on the way, each with its reason."""

    day: date
    skipped: tuple[tuple[date, str], ...] = ()


def add_working_days(start: date, days: int, calendar: Calendar) -> Counted:
    """The ``days``-th working day after ``start``; 0 is ``start`` itself, worked or not."""
    day, skipped = start, []
    while days > 0:
        day += timedelta(days=1)
        if reason := calendar.reason_not_worked(day):
            skipped.append((day, reason))
        else:
            days -= 1
    return Counted(day, tuple(skipped))


def add_calendar_days(start: date, days: int) -> Counted:
    """The day ``days`` after ``start``."""
    return Counted(start + timedelta(days=days))
