"""Seals the audit trail: a signed checkpoint over the ends of all chains, in a table and in a file outside the database."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from django.conf import settings
from django.db import connection, transaction

from cases import keys, merkle, outside, signing, together
from cases.audit import GENESIS
from cases.models import AuditCheckpoint, AuditSeal, Restore

LOCK = 7_241_930_451  # one sealer at a time
HEADING = "Safeguarding disagreements audit checkpoint 1"
log = logging.getLogger(__name__)

COVER = """
INSERT INTO cases_auditseal (scope, seq, hash, leaf)
SELECT head.scope, head.seq, head.hash,
       sha256('\\x00'::bytea || int4send(octet_length(head.scope)) || convert_to(head.scope, 'UTF8')
              || int8send(head.seq) || head.hash)
FROM cases_audithead head LEFT JOIN cases_auditseal known USING (scope)
WHERE head.seq > coalesce(known.seq, 0)
ON CONFLICT (scope) DO UPDATE SET seq = EXCLUDED.seq, hash = EXCLUDED.hash, leaf = EXCLUDED.leaf
"""
LEAVES = """
SELECT string_agg(leaf, ''::bytea ORDER BY scope COLLATE "C"), sum(seq)::bigint FROM cases_auditseal
"""


@dataclass(frozen=True)
class Sealed:
    """One chain under a checkpoint: how far it had come, and the proof."""

    checkpoint: AuditCheckpoint
    seal: AuditSeal
    proof: merkle.Proof


@transaction.atomic
def seal(*, now: datetime) -> AuditCheckpoint | None:
    """A checkpoint over everything committed; the newest one when nothing has changed since, None before the first event.

    Readers and writers of the chains are not held up. The file outside follows when the caller's transaction commits.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        newest = AuditCheckpoint.objects.order_by("-number").first()
        if problem := why_not(newest):
            log.error("no checkpoint is made: %s", problem)
            return newest
        cursor.execute(COVER)
        if cursor.rowcount == 0:
            return newest
        cursor.execute(LEAVES)
        leaves, events = cursor.fetchone()
    made = _signed(newest, merkle.root_of(_split(leaves)), heads=len(leaves) // 32, events=events, now=now)
    made.save(force_insert=True)
    transaction.on_commit(write_outside, robust=True)
    return made


def why_not(newest: AuditCheckpoint | None) -> str:
    """Why nothing may be sealed after this checkpoint: the file is ahead of the database, or nobody introduced the key."""
    try:
        last = outside.newest()
    except (OSError, ValueError):
        last = None  # what is wrong with the file is said by the verifier, and stops nobody
    if last is not None and last.number > (newest.number if newest else 0) and (problem := outside.what_is_older()):
        return problem
    return keys.what_is_nobodys(newest)


def seal_on_commit(*, now: datetime) -> None:
    """Seal at once when the caller's transaction has committed: for signatures and missed limits; once for a whole sweep."""
    together.once("seal on commit", lambda: transaction.on_commit(partial(seal, now=now), robust=True))


def write_outside() -> None:
    """Bring the file outside the database up to the table."""
    for problem in outside.catch_up():
        log.error("the file of checkpoints was left as it is: %s", problem)


def proof_for(scope: str, *, now: datetime) -> Sealed | None:
    """The newest checkpoint and the proof that this chain is under it; seals first. None when the chain has no event."""
    checkpoint = seal(now=now)
    own = AuditSeal.objects.filter(scope=scope).first()
    if checkpoint is None or own is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(LEAVES)
        leaves = _split(cursor.fetchone()[0])
        cursor.execute('SELECT count(*) FROM cases_auditseal WHERE scope COLLATE "C" < %s', [scope])
        index = cursor.fetchone()[0]
    return Sealed(checkpoint, own, merkle.prove(leaves, index))


def _signed(before: AuditCheckpoint | None, root: bytes, *, heads: int, events: int, now: datetime) -> AuditCheckpoint:
    number, previous = _before(before)
    made = AuditCheckpoint(
        number=number + 1, at=now, origin=settings.AUDIT_ORIGIN, heads=heads, events=events, root=root,
        previous=previous, key_id=signing.key_id(signing.public_key()),
    )  # fmt: skip
    made.text = text_of(made)
    made.hash, made.signature = outside.digest(made.text), signing.sign(made.text)
    return made


def _before(newest: AuditCheckpoint | None) -> tuple[int, bytes]:
    """Which checkpoint the next one follows: the newest, or after a declared restore the last of those that were lost."""
    lost = Restore.objects.order_by("-last_lost").first()
    if lost is not None and (newest is None or lost.last_lost > newest.number):
        return lost.last_lost, bytes(lost.last_hash)
    return (newest.number, bytes(newest.hash)) if newest else (0, GENESIS)


def text_of(checkpoint: AuditCheckpoint) -> str:
    """What is signed: one fact in each line, in this order."""
    facts = {
        "origin": checkpoint.origin,
        "number": checkpoint.number,
        "heads": checkpoint.heads,
        "events": checkpoint.events,
        "root": bytes(checkpoint.root).hex(),
        "time": checkpoint.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "previous": bytes(checkpoint.previous).hex(),
        "key": checkpoint.key_id,
    }
    return "\n".join([HEADING, *(f"{name}: {value}" for name, value in facts.items())]) + "\n"


def _split(leaves: bytes) -> list[bytes]:
    whole = bytes(leaves)
    return [whole[at : at + 32] for at in range(0, len(whole), 32)]
