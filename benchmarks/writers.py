"""Many writers at the chains of a few cases at once: no fork, no deadlock, nothing lost, and how many events a second.

Run: ``python benchmarks/writers.py [seconds] [writers] [chains]`` (60, 32 and 64; each writer a process of its own), on a
PostgreSQL with the durability of a real one. Two sealers make checkpoints every second meanwhile. All is verified then.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.audit import DATA, _a_person, _seal_meanwhile
from benchmarks.taken import taken
from benchmarks.world import servers

PROCESSES = multiprocessing.get_context("fork")
SEALERS = 2


def main() -> None:
    """Start a database, let everybody write, verify, print."""
    seconds, writers, chains = (int(given) for given in (*sys.argv[1:], *("60", "32", "64")[len(sys.argv) - 1 :]))
    with servers():
        _measure(seconds, writers, chains)


def _measure(seconds: int, writers: int, chains: int) -> None:
    from django.db import connection

    person = _a_person(datetime.now(UTC))
    connection.close()
    over, counted = PROCESSES.Event(), PROCESSES.Queue()
    helpers = [
        PROCESSES.Process(target=_write, args=(person, number, chains, over, counted)) for number in range(writers)
    ]
    helpers += [PROCESSES.Process(target=_seal_meanwhile, args=(over,)) for _ in range(SEALERS)]
    with taken() as took:
        for helper in helpers:
            helper.start()
        time.sleep(seconds)
        over.set()
        told = [counted.get() for _ in range(writers)]
    for helper in helpers:
        helper.join()
    done, failed, slowest = sum(one[0] for one in told), sum(one[1] for one in told), max(one[2] for one in told)
    print(
        f"{writers} writers, {chains} chains, {SEALERS} sealers, {seconds} s: {done:,} events, {done / took.wall:,.0f}/s, {took}"
    )
    print(f"failed: {failed}; the slowest event took {slowest * 1000:,.0f} ms; deadlocks: {_deadlocks()}")
    _verify(done)


def _write(person: Any, number: int, chains: int, over: Any, counted: Any) -> None:
    """As many events as possible, each in a transaction of its own, as a reader's are."""
    from django.db import DatabaseError, connection, transaction

    from cases import audit

    done, failed, slowest, turn = 0, 0, 0.0, number
    while not over.is_set():
        began = time.monotonic()
        try:
            with transaction.atomic():
                now = datetime.now(UTC)
                audit.record("case_read", person, scope=f"case:{turn % chains}", by=person, now=now, data=DATA)
            done += 1
        except DatabaseError:
            failed += 1
        slowest, turn = max(slowest, time.monotonic() - began), turn + 7
    connection.close()
    counted.put((done, failed, slowest))


def _deadlocks() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def _verify(done: int) -> None:
    from cases import checkpoints, verifying
    from cases.models import AuditEvent

    checkpoints.seal(now=datetime.now(UTC))
    told = verifying.verify()
    print(
        f"{told.events:,} events in {told.chains} chains under {told.checkpoints} checkpoints; wrong: {told.broken or 'nothing'}"
    )
    if AuditEvent.objects.count() != done or told.broken:
        raise SystemExit("Events were lost, or a chain forked.")


if __name__ == "__main__":
    main()
