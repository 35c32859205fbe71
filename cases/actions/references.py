"""References for cases and disputes: partnership, year, number, without gaps or repeats."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from cases.models import Partnership, ReferenceCounter


def next_reference(partnership: Partnership, *, kind: str, now: datetime) -> str:
    """The next number in the caller's transaction, such as ``HAL-2026-0012`` (kind ``D``) or ``HAL-C-2026-0007`` (kind ``C``)."""
    return next_references(partnership, 1, kind=kind, now=now)[0]


def next_references(partnership: Partnership, count: int, *, kind: str, now: datetime) -> list[str]:
    """The next ``count`` numbers in the caller's transaction, one after the other."""
    year = now.astimezone(ZoneInfo("Europe/London")).year
    ReferenceCounter.objects.bulk_create(
        [ReferenceCounter(partnership=partnership, kind=kind, year=year)], ignore_conflicts=True
    )
    counter = ReferenceCounter.objects.select_for_update(no_key=True).get(partnership=partnership, kind=kind, year=year)
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    middle = "" if kind == "D" else f"{kind}-"
    return [f"{partnership.reference_prefix}-{middle}{year}-{number:04d}" for number in range(first, first + count)]
