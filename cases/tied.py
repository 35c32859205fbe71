"""Rows of the business that an event answers for: a signed decision, an outcome, a missed limit are as the event says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from cases.models import AuditEvent

Said = Mapping[str, Any]


@dataclass(frozen=True)
class Tie:
    """What one kind of event says of its row, and the same facts read from the rows as they are now, by object id."""

    action: str
    what: str
    names: tuple[str, ...]
    rows: Callable[[], Iterable[tuple[str, Said]]]


# Filled by the packages above when they are ready.
TIES: list[Tie] = []


def digest_of(facts: Said) -> str:
    """The SHA-256 over a canonical JSON of these facts; moments as microseconds since 1970 UTC."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return round(value.astimezone(UTC).timestamp() * 1_000_000)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form.")


def loose_ends() -> Iterator[str]:
    """Rows that are not as their event says, that no event speaks of, and events whose row is gone."""
    for tie in TIES:
        yield from _loose(tie)


def _loose(tie: Tie) -> Iterator[str]:
    events = AuditEvent.objects.filter(action=tie.action).order_by("pk").values_list("object_id", "data")
    told: dict[str, set[str]] = {}
    for object_id, data in events.iterator():
        told.setdefault(object_id, set()).add(_written({name: data.get(name) for name in tie.names}))
    there: dict[str, set[str]] = {}
    for object_id, facts in tie.rows():
        there.setdefault(object_id, set()).add(_written({name: facts[name] for name in tie.names}))
    for object_id in sorted({*told, *there}, key=lambda one: (len(one), one)):
        if object_id not in told:
            yield f"{tie.what} {object_id}: the audit trail does not know it"
        elif object_id not in there:
            yield f"{tie.what} {object_id}: it is gone or taken back"
        elif told[object_id] != there[object_id]:
            yield f"{tie.what} {object_id}: it is not as the audit trail says"


def _written(facts: Said) -> str:
    return json.dumps(facts, sort_keys=True)
