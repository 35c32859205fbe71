"""Which readings are pointed out, by stated rules that anybody can read; nothing is decided by them, somebody looks. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
SATURDAY = 5
NAME, HOURS, MANY, NOTHING_DONE = "name", "hours", "many", "nothing_done"


@dataclass(frozen=True)
class Rules:
    """The thresholds, as the settings have them."""

    from_hour: int = 7
    to_hour: int = 20
    cases_a_day: int = 15
    days_to_act: int = 14

    @property
    def words(self) -> dict[str, str]:
        """Each rule as a sentence, as the page and the file say it."""
        return {
            NAME: "The reader has the same surname as the person at risk",
            HOURS: f"Read before {self.from_hour:02}:00 or after {self.to_hour:02}:00 London time, or on a Saturday or Sunday",
            MANY: f"The reader opened more than {self.cases_a_day} cases on that day",
            NOTHING_DONE: f"The reader did nothing in the case from then on, for {self.days_to_act} days",
        }


def monday_of(day: date) -> date:
    """The first day of the week in which a day lies."""
    return day - timedelta(days=day.weekday())


def bounds_of(week_on: date) -> tuple[datetime, datetime]:
    """When a week begins and ends in London, whatever the clocks do meanwhile."""
    begin, end = (
        datetime(day.year, day.month, day.day, tzinfo=LONDON) for day in (week_on, week_on + timedelta(days=7))
    )
    return begin, end


def is_out_of_hours(at: datetime, rules: Rules) -> bool:
    """Whether a moment lies outside the hours in which one works."""
    local = at.astimezone(LONDON)
    return local.weekday() >= SATURDAY or not rules.from_hour <= local.hour < rules.to_hour


def is_same_surname(one: str, other: str) -> bool:
    """Whether two names end alike; of a double surname either half counts."""
    return bool(_surnames(one) & _surnames(other))


def _surnames(name: str) -> set[str]:
    words = name.split()
    return {part for part in re.split(r"[-‐–]", words[-1].casefold()) if part} if words else set()


def pointed_out(
    *,
    reader: str,
    person: str,
    read_at: Sequence[datetime],
    most_in_a_day: int,
    acted_at: datetime | None,
    now: datetime,
    rules: Rules,
) -> list[str]:
    """The rules that meet one person's readings of one case in a week; ``acted_at`` is their latest act in it."""
    found = [NAME] if person and is_same_surname(reader, person) else []
    if any(is_out_of_hours(at, rules) for at in read_at):
        found.append(HOURS)
    if most_in_a_day > rules.cases_a_day:
        found.append(MANY)
    is_over = now >= max(read_at) + timedelta(days=rules.days_to_act)
    if is_over and (acted_at is None or acted_at < min(read_at)):
        found.append(NOTHING_DONE)
    return found
