"""Checks everything the audit trail rests on: chains, seals, checkpoints in the table and outside, guards, and tied rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import Sum

from cases import audit, checkpoints, guards, keys, merkle, outside, signing, tied
from cases.models import AuditCheckpoint, AuditHead, AuditSeal, Restore, SigningKey

PATIENCE = 2.0  # seconds for the file to follow a checkpoint that was committed this moment
SEALED_AND_GONE = """
SELECT seal.scope FROM cases_auditseal seal
LEFT JOIN cases_audithead head USING (scope)
LEFT JOIN cases_auditevent event ON event.head_id = head.id AND event.seq = seal.seq
WHERE event.hash IS DISTINCT FROM seal.hash ORDER BY seal.scope
"""


@dataclass
class Told:
    """What was looked at and what is wrong."""

    chains: int = 0
    events: int = 0
    checkpoints: int = 0
    unsealed: int = 0
    broken: list[str] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)  # what two people stated openly; not wrong


def verify(scope: str | None = None) -> Told:
    """Look at one chain, or at everything, as of one moment."""
    is_alone = not connection.in_atomic_block
    with transaction.atomic():
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        told = _look(scope)
    if scope is None:
        told.broken += list(outside_and_inside(_patiently(lambda: list(outside.lines()))))
    return told


def _look(scope: str | None) -> Told:
    heads = AuditHead.objects.filter(scope=scope) if scope else AuditHead.objects.all()
    totals = heads.aggregate(events=Sum("seq"))
    told = Told(chains=heads.count(), events=totals["events"] or 0, checkpoints=AuditCheckpoint.objects.count())
    sealed = AuditSeal.objects.filter(scope=scope) if scope else AuditSeal.objects.all()
    told.unsealed = max(0, told.events - (sealed.aggregate(events=Sum("seq"))["events"] or 0))
    checks: list[Callable[[], Iterator[str]]] = [_seals, _table, guards.missing_guards, tied.loose_ends]
    told.broken = list(audit.broken_links(scope))
    told.declared = list(declared()) if scope is None else []
    for check in checks if scope is None else []:
        told.broken += list(check())
    return told


def _seals() -> Iterator[str]:
    """The newest checkpoint's root is the one over all seals, and each seal is the hash of its event."""
    with connection.cursor() as cursor:
        cursor.execute(SEALED_AND_GONE)
        for (scope,) in cursor.fetchall():
            yield f"{scope}: what was sealed is not there"
    seals = sorted(AuditSeal.objects.all(), key=lambda seal: seal.scope.encode())
    newest = AuditCheckpoint.objects.order_by("-number").first()
    if newest is None:
        if seals:
            yield "there are seals and no checkpoint"
        return
    leaves = [merkle.leaf_of(seal.scope, seal.seq, bytes(seal.hash)) for seal in seals]
    if merkle.root_of(leaves) != bytes(newest.root):
        yield f"checkpoint {newest.number}: the ends of the chains are not those that were signed"


def _table() -> Iterator[str]:
    """Every checkpoint of the table is signed, says what its columns say, and names the one before it."""
    known, lost = keys.known_keys(), {row.first_lost: row for row in Restore.objects.all()}
    before, number, key = audit.GENESIS, 0, ""
    for row in AuditCheckpoint.objects.order_by("number").iterator():
        number += 1
        if row.number != number and number in lost:
            number, before = lost[number].last_lost + 1, bytes(lost[number].last_hash)
        if row.number != number:
            yield f"checkpoint {number} is missing"
            number = row.number
        elif bytes(row.previous) != before:
            yield f"checkpoint {row.number} does not follow the one before it"
        if key and not keys.is_introduced(row.key_id, after=key):
            yield f"checkpoint {row.number} is signed with the key {row.key_id}, which nobody introduced"
        if row.text != checkpoints.text_of(row) or bytes(row.hash) != outside.digest(row.text):
            yield f"checkpoint {row.number} is not as it was signed"
        yield from _signature(row.number, row.text, bytes(row.signature), row.key_id, known)
        before, key = bytes(row.hash), row.key_id


def declared() -> Iterator[str]:
    """What two people stated openly of the trail itself, in the order of their statements."""
    rows: list[Restore | SigningKey] = [*Restore.objects.all(), *SigningKey.objects.all()]
    for row in sorted(rows, key=lambda one: one.at):
        who = f"declared by appointments {row.by_id} and {row.second_id} on {row.at:%Y-%m-%d %H:%M} UTC"
        if isinstance(row, Restore):
            yield f"checkpoints {row.first_lost} to {row.last_lost} were lost when the database was restored, {who}"
        elif row.was_lost:
            yield f"key {row.key_id} signs after {row.before_id}, WITHOUT its signature because that key was lost, {who}"
        else:
            yield f"key {row.key_id} signs after {row.before_id}, which signed that, {who}"


def _signature(number: int, text: str, signature: bytes, key: str, keys: dict[str, bytes]) -> Iterator[str]:
    if key not in keys:
        yield f"checkpoint {number} is signed with the key {key}, which is not known (AUDIT_PUBLIC_KEYS)"
    elif not signing.is_signed(text, signature, keys[key]):
        yield f"checkpoint {number} has a signature that is not of its text"


def outside_and_inside(lines: list[outside.Line] | str) -> Iterator[str]:
    """The file has the same checkpoints as the table, each signed, and ends with the newest."""
    if isinstance(lines, str):
        yield lines
        return
    known_keys, lost = keys.known_keys(), list(Restore.objects.all())
    table = {row.number: bytes(row.hash) for row in AuditCheckpoint.objects.only("number", "hash").iterator()}
    for at, line in enumerate(lines):
        if at and line.number != lines[at - 1].number + 1:
            yield f"the file of checkpoints: {lines[at - 1].number + 1} is missing"
        yield from _in_table(line, table, lost)
        yield from _signature(line.number, line.text, line.signature, _key_of(line.text), known_keys)
    newest, known = max(table, default=0), lines[-1].number if lines else 0
    if lines and lines[0].number != 1:
        yield f"the file of checkpoints begins with {lines[0].number}"
    if known < newest:
        yield f"the file of checkpoints ends with {known}, the database with {newest}"


def _in_table(line: outside.Line, table: dict[int, bytes], lost: list[Restore]) -> Iterator[str]:
    """A line of the file is in the database as it is, or was openly declared lost."""
    restore = next((row for row in lost if row.first_lost <= line.number <= row.last_lost), None)
    if line.number in table:
        if table[line.number] != line.hash:
            yield f"checkpoint {line.number} is not the one of the file"
    elif restore is None:
        yield f"checkpoint {line.number} of the file is not in the database, which is older or was changed"
    elif restore.last_lost == line.number and bytes(restore.last_hash) != line.hash:
        yield f"checkpoint {line.number} of the file is not the one that was declared lost"


def _key_of(text: str) -> str:
    return text.rpartition("key: ")[2].strip()


def _patiently(read: Callable[[], list[outside.Line]]) -> list[outside.Line] | str:
    """The lines once they have caught up with the table; what is wrong when they cannot be read."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            lines = read()
        except ValueError as problem:
            return str(problem)
        newest = AuditCheckpoint.objects.order_by("-number").values_list("number", flat=True).first() or 0
        if (lines and lines[-1].number >= newest) or not newest or time.monotonic() > end:
            return lines
        time.sleep(0.2)
