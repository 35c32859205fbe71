"""The only writer of audit events: each is chained by hash to the one before it in its case, agency or partnership."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import models

from cases import together
from cases.models import Appointment, AuditEvent, AuditHead

GENESIS = bytes(32)
SCOPE_OF_SERVICE = "service"  # the chain for what belongs to no partnership, such as mail from nobody known
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def scope_of_case(case_id: int) -> str:
    """The chain that holds everything about one case."""
    return f"case:{case_id}"


def scope_of_agency(agency_id: int) -> str:
    """The chain for what concerns an agency and no case."""
    return f"agency:{agency_id}"


def scope_of_partnership(partnership_id: int) -> str:
    """The chain for what concerns a partnership and no case or agency."""
    return f"partnership:{partnership_id}"


def record(
    action: str,
    obj: models.Model,
    *,
    scope: str,
    by: Appointment | None,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Append one event in the caller's transaction; ``by=None`` is the clock.

    ``data`` holds ids, codes and field names only, never words from a case (T19).
    """
    event = AuditEvent(
        at=now,
        user_id=by.user_id if by else None,
        appointment=by,
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        data=dict(data or {}) | ({"standing_in_for": by.in_place_of_id} if by and by.in_place_of_id else {}),
    )
    together.at_the_end(_chain, (scope, event), very=True)
    return event


def _chain(recorded: list[tuple[str, AuditEvent]]) -> None:
    """Put events at the ends of their chains, in the order in which they were recorded.

    Many at once are of the clock, which waits for nobody here: it does its work again later when somebody holds an end.
    """
    heads = hold({scope for scope, _ in recorded}, waits=not together.is_open())
    for scope, event in recorded:
        head = heads[scope]
        event.head, event.seq, event.prev_hash = head, head.seq + 1, bytes(head.hash)
        event.hash = digest(event)
        head.seq, head.hash = event.seq, event.hash
    together.write([event for _, event in recorded])
    together.change(list(heads.values()), "seq", "hash")


def hold(scopes: Collection[str], *, waits: bool = True) -> dict[str, AuditHead]:
    """The ends of these chains, begun where there were none, locked in one order until the caller's transaction ends."""
    heads = AuditHead.objects.select_for_update(no_key=True, nowait=not waits).filter(scope__in=scopes).order_by("pk")
    held = {head.scope: head for head in heads}
    if missing := sorted(set(scopes) - set(held)):
        AuditHead.objects.bulk_create([AuditHead(scope=scope, hash=GENESIS) for scope in missing], ignore_conflicts=True)
        held |= {head.scope: head for head in heads.filter(scope__in=missing)}
    return held


def refused_in(scope: str) -> models.QuerySet[AuditEvent]:
    """What people tried in vain in one chain, the latest first: each thing once a minute, with how often it was tried again."""
    found = AuditEvent.objects.filter(head__scope=scope, action__in=("refused", "refused_again"), appointment__isnull=False)
    return found.select_related("appointment__user", "appointment__agency", "appointment__partnership").order_by("-pk")


def digest(event: AuditEvent) -> bytes:
    """SHA-256 over the length-prefixed fields of the event and the hash before it; time in microseconds since 1970 UTC."""
    parts = (
        bytes(event.prev_hash),
        str(event.seq).encode(),
        str(microseconds(event.at)).encode(),
        str(event.user_id or "").encode(),
        str(event.appointment_id or "").encode(),
        event.action.encode(),
        event.object_type.encode(),
        event.object_id.encode(),
        json.dumps(event.data, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode(),
    )
    sha = hashlib.sha256()
    for part in parts:
        sha.update(len(part).to_bytes(8, "big"))
        sha.update(part)
    return sha.digest()


def microseconds(at: datetime) -> int:
    """A moment as whole microseconds since 1970 UTC."""
    return round((at - _EPOCH).total_seconds() * 1_000_000)


def broken_links(scope: str | None = None) -> Iterator[str]:
    """What is wrong with the chains, one line each; nothing when every event is as it was written."""
    heads = AuditHead.objects.filter(scope=scope) if scope else AuditHead.objects.all()
    for head in heads.order_by("pk").iterator():
        seq, before = 0, GENESIS
        for event in head.events.order_by("seq").iterator():
            seq += 1
            if event.seq != seq:
                yield f"{head.scope}: event {seq} is missing"
                seq = event.seq
            if bytes(event.prev_hash) != before or digest(event) != bytes(event.hash):
                yield f"{head.scope}: event {event.seq} is not as it was written"
            before = bytes(event.hash)
        if head.seq != seq or bytes(head.hash) != before:
            yield f"{head.scope}: the end of the chain is missing"


