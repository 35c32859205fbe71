"""The only writer of audit events: each is chained by hash to the one before it in its case, agency or partnership."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, models

from cases import together
from cases.models import Appointment, AuditEvent, AuditHead

GENESIS = bytes(32)
SCOPE_OF_SERVICE = "service"  # the chain for what belongs to no partnership, such as mail from nobody known
EVENTS_AT_ONCE = 5_000
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
    if not together.is_open():
        for scope, event in recorded:
            _append(scope, event)
        return
    heads = hold({scope for scope, _ in recorded}, waits=False)
    for scope, event in recorded:
        head = heads[scope]
        event.head, event.seq, event.prev_hash = head, head.seq + 1, bytes(head.hash)
        event.hash = digest(event)
        head.seq, head.hash = event.seq, event.hash
    together.write([event for _, event in recorded])
    together.change(list(heads.values()), "seq", "hash")


# One event, in one statement: the end of the chain goes forward, and the event is what it went forward by. The hash is that
# of ``digest``: what comes before and the number are known only here.
APPEND = """
WITH head AS (
    UPDATE cases_audithead SET seq = seq + 1, hash = sha256(
        int8send(octet_length(hash)) || hash
        || int8send(length((seq + 1)::text)) || convert_to((seq + 1)::text, 'UTF8') || %(rest)s
    ) WHERE scope = %(scope)s RETURNING id, seq, old.hash AS before, new.hash AS hash
)
INSERT INTO cases_auditevent
    (head_id, seq, at, user_id, appointment_id, action, object_type, object_id, data, prev_hash, hash)
SELECT id, seq, %(at)s, %(user_id)s, %(appointment_id)s, %(action)s, %(object_type)s, %(object_id)s, %(data)s, before, hash
FROM head RETURNING id, head_id, seq, prev_hash, hash
"""


def _append(scope: str, event: AuditEvent) -> None:
    values: dict[str, Any] = {
        "scope": scope, "rest": _rest(event), "at": event.at, "user_id": event.user_id,
        "appointment_id": event.appointment_id, "action": event.action, "object_type": event.object_type,
        "object_id": event.object_id, "data": canonical(event.data),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(APPEND, values)
        written = cursor.fetchone()
        if written is None:
            hold([scope])
            cursor.execute(APPEND, values)
            written = cursor.fetchone()
    event.pk, event.head_id, event.seq, event.prev_hash, event.hash = written
    event._state.adding, event._state.db = False, connection.alias


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
    return hashlib.sha256(_fields(bytes(event.prev_hash), str(event.seq).encode()) + _rest(event)).digest()


def _rest(event: AuditEvent) -> bytes:
    """Those fields that do not depend on its place in the chain."""
    words = (
        str(microseconds(event.at)), str(event.user_id or ""), str(event.appointment_id or ""), event.action,
        event.object_type, event.object_id, canonical(event.data),
    )  # fmt: skip
    return _fields(*(word.encode() for word in words))


def _fields(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def canonical(data: object) -> str:
    """What an event holds, as the one text of it that goes into the hash."""
    return _JSON.encode(data)


_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def microseconds(at: datetime) -> int:
    """A moment as whole microseconds since 1970 UTC."""
    return round((at - _EPOCH).total_seconds() * 1_000_000)


def broken_links(scope: str | None = None) -> Iterator[str]:
    """What is wrong with the chains, one line each; nothing when every event is as it was written."""
    heads = AuditHead.objects.filter(scope=scope) if scope else AuditHead.objects.all()
    ends = {pk: (name, seq, bytes(end)) for pk, name, seq, end in heads.values_list("pk", "scope", "seq", "hash")}
    for head_id, events in groupby(_events(list(ends) if scope else None), key=itemgetter(0)):
        name, seq, end = ends.pop(head_id, (f"chain {head_id}", 0, GENESIS))
        yield from _broken(name, events, seq, end)
    for name, seq, end in ends.values():
        yield from _broken(name, iter(()), seq, end)


def _broken(scope: str, events: Iterator[tuple[Any, ...]], last: int, end: bytes) -> Iterator[str]:
    number, before = 0, GENESIS
    for _, seq, prev, found, middle, data in events:
        number += 1
        if seq != number:
            yield f"{scope}: event {number} is missing"
            number = seq
        if prev != before or hashlib.sha256(_fields(prev, b"%d" % seq) + middle + _data_field(data)).digest() != found:
            yield f"{scope}: event {seq} is not as it was written"
        before = found
    if (last, end) != (number, before):
        yield f"{scope}: the end of the chain is missing"


# Every event in the order of its chain; the fields between its number and its data come as ``_rest`` puts them together.
WORDS = (
    "((extract(epoch FROM at) * 1000000)::bigint)::text", "coalesce(user_id::text, '')", "coalesce(appointment_id::text, '')",
    "action", "object_type", "object_id",
)  # fmt: skip
MIDDLE = " || ".join(f"int8send(octet_length({word})) || convert_to({word}, 'UTF8')" for word in WORDS)
EVENTS = f"""
SELECT head_id, seq, prev_hash, hash, {MIDDLE}, data::text FROM cases_auditevent
WHERE %(heads)s::bigint[] IS NULL OR head_id = ANY(%(heads)s) ORDER BY head_id, seq
"""  # noqa: S608 (our own names)


def _events(head_ids: list[int] | None) -> Iterator[tuple[Any, ...]]:
    """PostgreSQL prepares the next ones while these are looked at."""
    with connection.chunked_cursor() as cursor, ThreadPoolExecutor(max_workers=1) as reader:
        cursor.execute(EVENTS, {"heads": head_ids})
        following = reader.submit(cursor.fetchmany, EVENTS_AT_ONCE)
        while rows := following.result():
            following = reader.submit(cursor.fetchmany, EVENTS_AT_ONCE)
            yield from rows


@lru_cache(maxsize=10_000)
def _data_field(written: str) -> bytes:
    return _fields(canonical(json.loads(written)).encode())
