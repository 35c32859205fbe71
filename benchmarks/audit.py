"""How many chained events a second 32 writers add, against bare inserts of the same rows, and how fast the trail is verified.

Run: ``python benchmarks/audit.py [seconds] [writers]``. Both take turns in one run, each event in a transaction of its
own, on a PostgreSQL with the durability of a real one; checkpoints are made meanwhile every second.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.world import servers

CASES, ROUNDS = 64, 2


def main() -> None:
    """Start a database, let both kinds of writers write, verify, print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    writers = int(sys.argv[2]) if len(sys.argv) > 2 else 32
    with servers():
        _measure(seconds / (2 * ROUNDS), writers)


def _measure(seconds: float, writers: int) -> None:
    from cases import checkpoints, verifying
    from cases.models import AuditEvent, Partnership

    partnership = Partnership.objects.create(key="bench", name="Bench", short_name="Bench", reference_prefix="BEN")
    now = datetime.now(UTC)
    _make_bare_table()
    chained = plain = 0
    for _ in range(ROUNDS):
        plain += _write(seconds, writers, lambda number, turn: _insert(number, now), None)
        chained += _write(seconds, writers, lambda number, turn: _event(partnership, number + turn, now), checkpoints.seal)
    checkpoints.seal(now=now)
    began = time.monotonic()
    told = verifying.verify()
    took = time.monotonic() - began
    each, bare = chained / (seconds * ROUNDS), plain / (seconds * ROUNDS)
    print(f"{writers} writers, {CASES} chains: {each:,.0f} chained events/s, bare inserts {bare:,.0f}/s, ratio {each / bare:.0%}")
    print(f"checkpoints {told.checkpoints}; wrong: {told.broken or 'nothing'}")
    print(f"verified {told.events:,} events in {took:.1f} s ({told.events / took:,.0f}/s)")
    if AuditEvent.objects.count() != chained:
        raise SystemExit("Events were lost.")


def _make_bare_table() -> None:
    import psycopg

    from escalation.embedded import OWNER_ROLE
    from tests.services import database_name, services

    with psycopg.connect(services().url(OWNER_ROLE, database_name())) as owner:
        owner.execute("CREATE TABLE public.bare (LIKE cases_auditevent INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES)")


def _insert(number: int, now: datetime) -> None:
    """The same columns and indexes, and nothing else."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare (head_id, seq, at, action, object_type, object_id, data, prev_hash, hash) "
            "VALUES (%s, nextval(pg_get_serial_sequence('bare', 'id')), %s, 'case_read', 'cases.case', '1', '{}', "
            "sha256(%s), sha256(%s))",
            [number, now, os.urandom(8), os.urandom(8)],
        )


def _event(partnership: Any, number: int, now: datetime) -> None:
    from django.db import transaction

    from cases import audit

    with transaction.atomic():
        audit.record("case_read", partnership, scope=f"case:{number % CASES}", by=None, now=now)


def _write(seconds: float, writers: int, act: Any, seal: Any) -> int:
    """How many acts all writers did in this time."""
    from django.db import connection

    done, over = [0] * writers, Event()

    def write(number: int) -> None:
        turn = 0
        try:
            while not over.is_set():
                act(number, turn)
                turn += 1
        finally:
            done[number] = turn
            connection.close()

    def keep_sealing() -> None:
        while seal and not over.wait(1):
            seal(now=datetime.now(UTC))
        connection.close()

    threads = [Thread(target=write, args=(number,)) for number in range(writers)] + [Thread(target=keep_sealing)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    over.set()
    for thread in threads:
        thread.join()
    return sum(done)


if __name__ == "__main__":
    main()
