"""What the audit trail says of a missed limit, and the missed limits as they stand."""

from __future__ import annotations

from collections.abc import Iterator

from cases.tied import Said, Tie, digest_of
from escalation.models import Deadline


def said_of_missed(row: Deadline) -> dict[str, object]:
    """What the event of a missed limit holds of it."""
    facts = {name: getattr(row, name) for name in ("stage", "key", "due_at", "missed_at")}
    return {"dispute": row.dispute_id, "stage": row.stage, "row": digest_of(facts)}


def _missed() -> Iterator[tuple[str, Said]]:
    for row in Deadline.objects.filter(missed_at__isnull=False).order_by("pk").iterator():
        yield str(row.pk), said_of_missed(row)


MISSED = Tie("limit_missed", "missed limit", ("dispute", "stage", "row"), _missed)
