"""What the audit trail says of a declared restore and of a signing key, and those rows as they stand."""

from __future__ import annotations

from collections.abc import Iterator

from cases.models import Restore, SigningKey
from cases.tied import Said, Tie, digest_of

INTRODUCED, LOST = "signing_key_introduced", "signing_key_lost"


def said_of_restore(row: Restore) -> dict[str, object]:
    """What the event of a declared restore holds of it."""
    facts = {"reason": row.reason, "by": row.by_id, "at": row.at}
    return {
        "first_lost": row.first_lost, "last_lost": row.last_lost, "last_hash": bytes(row.last_hash).hex(),
        "second": row.second_id, "row": digest_of(facts),
    }  # fmt: skip


def said_of_key(row: SigningKey) -> dict[str, object]:
    """What the event of another signing key holds of it."""
    facts = {"reason": row.reason, "by": row.by_id, "at": row.at, "statement": row.statement}
    return {
        "key": row.key_id, "before": row.before_id, "public": bytes(row.public).hex(), "second": row.second_id,
        "signature": bytes(row.signature).hex(), "before_signature": bytes(row.before_signature).hex(), "row": digest_of(facts),
    }  # fmt: skip


def _restores() -> Iterator[tuple[str, Said]]:
    for row in Restore.objects.order_by("pk"):
        yield str(row.pk), said_of_restore(row)


def _keys(was_lost: bool) -> Iterator[tuple[str, Said]]:
    for row in SigningKey.objects.filter(was_lost=was_lost).order_by("pk"):
        yield str(row.pk), said_of_key(row)


OF_A_RESTORE = ("first_lost", "last_lost", "last_hash", "second", "row")
OF_A_KEY = ("key", "before", "public", "second", "signature", "before_signature", "row")
RESTORES = Tie("restore_declared", "declared restore", OF_A_RESTORE, _restores)
KEYS = Tie(INTRODUCED, "signing key", OF_A_KEY, lambda: _keys(was_lost=False))
LOST_KEYS = Tie(LOST, "signing key after a loss", OF_A_KEY, lambda: _keys(was_lost=True))
