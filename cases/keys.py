"""The keys that sign checkpoints, one after the other: which the record knows, and whether the one before introduced each."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from cases import signing
from cases.models import AuditCheckpoint, SigningKey

HEADING = "Safeguarding disagreements audit key 1"
NOBODYS = "the signing key {key} is not the one of checkpoint {number}, and nobody introduced it"


def statement_of(*, public: bytes, before_public: bytes, was_lost: bool, at: datetime) -> str:
    """What both keys sign, or after a loss the new one alone: one fact in each line, in this order."""
    facts = {
        "origin": settings.AUDIT_ORIGIN,
        "key": signing.key_id(public),
        "public": public.hex(),
        "before": signing.key_id(before_public),
        "before public": before_public.hex(),
        "lost": "yes" if was_lost else "no",
        "time": at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    return "\n".join([HEADING, *(f"{name}: {value}" for name, value in facts.items())]) + "\n"


def known_keys() -> dict[str, bytes]:
    """The key in use, those the settings name, and whichever these came after according to the record, by id."""
    known, rows = signing.known_keys(), list(SigningKey.objects.order_by("-pk"))
    for row in rows:
        if row.key_id in known and is_sound(row):
            known.setdefault(row.before_id, bytes(row.before_public))
    return known


def is_sound(row: SigningKey) -> bool:
    """Whether the statement is of these keys, and signed by the new one, and by the old one unless it was lost."""
    public, before = bytes(row.public), bytes(row.before_public)
    said = statement_of(public=public, before_public=before, was_lost=row.was_lost, at=row.at)
    ids = (signing.key_id(public), signing.key_id(before))
    if ids != (row.key_id, row.before_id) or _without_origin(said) != _without_origin(row.statement):
        return False
    if not signing.is_signed(row.statement, bytes(row.signature), public):
        return False
    return row.was_lost or signing.is_signed(row.statement, bytes(row.before_signature), before)


def _without_origin(statement: str) -> list[str]:
    return [line for line in statement.splitlines() if not line.startswith("origin: ")]


def is_introduced(key: str, *, after: str) -> bool:
    """Whether this key may sign after that one."""
    rows = SigningKey.objects.filter(key_id=key, before_id=after)
    return key == after or any(is_sound(row) for row in rows)


def what_is_nobodys(newest: AuditCheckpoint | None) -> str:
    """Why the key in use may not sign after the newest checkpoint; empty when it may."""
    own = signing.key_id(signing.public_key())
    if newest is None or is_introduced(own, after=newest.key_id):
        return ""
    return NOBODYS.format(key=own, number=newest.number)
