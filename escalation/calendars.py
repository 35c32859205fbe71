"""The calendar of a nation: its bank holidays from the holidays package, a board's own closures, and how far both are known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from types import MappingProxyType

import holidays

from cases.roles import Nation
from escalation.working_days import Calendar

FIRST_YEAR, LAST_YEAR = 2000, 2100
PACKAGE_VERSION = version("holidays")

# Bank holidays are proclaimed two to three years ahead; later years are computed by rule and lack every one-off holiday.
# Raise this with every new version of the holidays package.
PROCLAIMED_UNTIL = date(2028, 12, 31)
SOON = timedelta(days=183)

SUBDIVISION = {
    Nation.ENGLAND_AND_WALES: "ENG",
    Nation.SCOTLAND: "SCT",
    Nation.NORTHERN_IRELAND: "NIR",
}
NAMES = {
    Nation.ENGLAND_AND_WALES: "England and Wales",
    Nation.SCOTLAND: "Scotland",
    Nation.NORTHERN_IRELAND: "Northern Ireland",
}


@cache
def bank_holidays(nation: Nation) -> Mapping[date, str]:
    """Every bank holiday of the nation with its name; the caller cannot change it."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    found = holidays.country_holidays("GB", subdiv=SUBDIVISION[nation], years=years)
    return MappingProxyType({day: str(name) for day, name in sorted(found.items())})


@cache
def _of_years(nation: Nation, first_year: int, last_year: int) -> Mapping[date, str]:
    days = {day: name for day, name in bank_holidays(nation).items() if first_year <= day.year <= last_year}
    return MappingProxyType(days)


def calendar_for(
    nation: Nation | str,
    first_year: int = FIRST_YEAR,
    last_year: int = LAST_YEAR,
    closures: Mapping[date, str] | None = None,
) -> Calendar:
    """The calendar of a nation for these years, with the closures that a board adds to it."""
    nation = Nation(nation)
    closed = dict(sorted((closures or {}).items()))
    return Calendar(
        holidays=_of_years(nation, first_year, last_year),
        closures=closed,
        version=_version(nation, closed),
        known_until=PROCLAIMED_UNTIL,
    )


def holidays_of_two_years(nation: Nation | str, year: int) -> list[tuple[date, str]]:
    """The bank holidays of a year and the next."""
    return list(_of_years(Nation(nation), year, year + 1).items())


def ends_soon(today: date) -> bool:
    """Whether what is known of bank holidays ends within six months."""
    return today + SOON > PROCLAIMED_UNTIL


def _version(nation: Nation, closures: Mapping[date, str]) -> str:
    """The data behind a date, in words: the same data always has the same words."""
    words = f"{NAMES[nation]} bank holidays, holidays package {PACKAGE_VERSION}"
    if not closures:
        return words
    written = "\n".join(f"{day.isoformat()} {why}" for day, why in closures.items())
    mark = hashlib.sha256(written.encode()).hexdigest()[:8]
    count = f"{len(closures)} local closure{'s' if len(closures) != 1 else ''}"
    return f"{words}; {count} ({mark})"
