"""One chain with its proof as plain data, which scripts/verify_audit.py checks without Django and without the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cases import audit, checkpoints, keys
from cases.errors import Refused
from cases.models import AuditEvent, AuditHead, Restore, SigningKey

FORMAT = 1


def bundle_of(scope: str, *, now: datetime) -> dict[str, Any]:
    """Every event of a chain, the newest checkpoint, and the proof that the chain is under it; ids and codes only."""
    sealed = checkpoints.proof_for(scope, now=now)
    head = AuditHead.objects.filter(scope=scope).first()
    if sealed is None or head is None:
        raise Refused(f"There is no chain {scope}. A case has case:ID, an agency agency:ID, a partnership partnership:ID.")
    public = keys.known_keys().get(sealed.checkpoint.key_id, b"")
    return {
        "format": FORMAT,
        "scope": scope,
        "exported_at": now.astimezone(UTC).isoformat(),
        "events": [_plain(event) for event in head.events.order_by("seq").iterator()],
        "sealed": {"seq": sealed.seal.seq, "hash": bytes(sealed.seal.hash).hex()},
        "proof": {
            "index": sealed.proof.index, "size": sealed.proof.size, "path": [step.hex() for step in sealed.proof.path],
        },
        "checkpoint": {"text": sealed.checkpoint.text, "signature": bytes(sealed.checkpoint.signature).hex()},
        "key": {"id": sealed.checkpoint.key_id, "public": public.hex()},
        "keys": [_introduced(row) for row in SigningKey.objects.order_by("pk")],
        "restores": [_restored(row) for row in Restore.objects.order_by("pk")],
    }  # fmt: skip


def _introduced(row: SigningKey) -> dict[str, Any]:
    return {
        "statement": row.statement, "signature": bytes(row.signature).hex(),
        "before_signature": bytes(row.before_signature).hex(),
    }  # fmt: skip


def _restored(row: Restore) -> dict[str, Any]:
    return {"first_lost": row.first_lost, "last_lost": row.last_lost, "at": row.at.astimezone(UTC).isoformat()}


def _plain(event: AuditEvent) -> dict[str, Any]:
    return {
        "seq": event.seq, "at": audit.microseconds(event.at), "user": event.user_id, "appointment": event.appointment_id,
        "action": event.action, "object_type": event.object_type, "object_id": event.object_id, "data": event.data,
        "prev_hash": bytes(event.prev_hash).hex(), "hash": bytes(event.hash).hex(),
    }  # fmt: skip
