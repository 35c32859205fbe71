"""What commands are given in words: moments, days and answers, each refused with what to write instead."""

from __future__ import annotations

from datetime import date, datetime

from django.core.management.base import CommandError

from escalation.calendars import FIRST_YEAR, LAST_YEAR
from escalation.deadlines import LONDON
from escalation.protocol import Protocol


def split(given: str, option: str, shape: str = "NAME=VALUE") -> tuple[str, str]:
    """Two things with an equals sign between them."""
    name, equals, value = given.partition("=")
    if not equals:
        raise CommandError(f"{option} {given}: write it as {shape}.")
    return name.strip(), value.strip()


def moment(text: str, option: str) -> datetime:
    """A moment; without a time zone it is meant as UK time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{option} {text}: write a date and time such as 2026-04-02T10:00.") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR - 10:
        raise CommandError(f"{option} {text}: write a year from {FIRST_YEAR} to {LAST_YEAR - 10}.")
    return found if found.tzinfo else found.replace(tzinfo=LONDON)


def closure(given: str) -> tuple[date, str]:
    """A day that is not worked, and why."""
    day, why = split(given, "--closure", "DATE=WHY, such as '2026-04-07=Spring holiday'")
    try:
        return date.fromisoformat(day), why
    except ValueError as error:
        raise CommandError(f"--closure {given}: write a date such as 2026-04-07=Spring holiday.") from error


def of_track(protocol: Protocol, key: str) -> Protocol:
    """The rules of the track that was named; refused when there is none of that name, or one must be named."""
    try:
        return protocol.track(key)
    except LookupError as error:
        raise CommandError(f"--track: {error.args[0]}.") from error
