"""How many chained events a second a few clients add, against bare inserts of the same rows; their size; how fast they verify.

Run: ``python benchmarks/audit.py [seconds] [clients]`` (60 and 2; each client a process of its own). Five kinds take turns in
one run, on a PostgreSQL with the durability of a real one: a bare insert by itself, a bare insert in a transaction, and an
event, which always joins the transaction of the act that it is about; the last two also with two notices for the outbox beside
them, as an act writes them (P11). Checkpoints are made every second while events are added.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.taken import Taken, taken
from benchmarks.world import servers

CHAINS, ROUNDS = 64, 8
TOGETHER, AT_ONCE = 60, 2_000
DATA = {"door": "page", "fields": "what was raised"}
PROCESSES = multiprocessing.get_context("fork")
Act = Callable[[int], None]


@dataclass
class Kind:
    """One kind of writing: how often it was done, and what that took."""

    name: str
    act: Act
    is_sealed: bool = False
    done: int = 0
    took: Taken = field(default_factory=Taken)

    @property
    def rate(self) -> float:
        """How many a second."""
        return self.done / self.took.wall

    def __str__(self) -> str:
        each = f"database {self.took.database / self.done * 1e6:,.0f} us of processor time each"
        return f"{self.name:<32} {self.rate:>8,.0f}/s   {each}"


def main() -> None:
    """Start a database, let all kinds of writing take turns, verify, print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    clients = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    with servers():
        _measure(seconds, clients)


def _measure(seconds: float, clients: int) -> None:
    from cases.models import AuditEvent

    now = datetime.now(UTC)
    person = _a_person(now)
    _make_bare_table()
    alone = Kind("bare insert by itself", lambda number: _insert(person, number, now, in_transaction=False))
    bare = Kind("bare insert in a transaction", lambda number: _insert(person, number, now, in_transaction=True))
    chained = Kind("event in a transaction", lambda number: _event(person, number, now), is_sealed=True)
    bare_act = Kind("bare insert and two notices", lambda number: _noticed(_insert_one, person, number, now))
    act = Kind("event and two notices", lambda number: _noticed(_record, person, number, now), is_sealed=True)
    kinds = (alone, bare, chained, bare_act, act)
    for _ in range(ROUNDS):
        for kind in kinds:
            _write(kind, seconds / (len(kinds) * ROUNDS), clients)
    print(f"{clients} clients, {CHAINS} chains, {ROUNDS} rounds", *kinds, sep="\n")
    print(f"with two notices each: {act.rate / bare_act.rate:.0%} of bare inserts")
    print(f"events reach {chained.rate / bare.rate:.0%} of bare inserts in a transaction, {chained.rate / alone.rate:.0%} alone")
    _many_together(person, now)
    _sizes()
    _verify()
    if AuditEvent.objects.count() != chained.done + act.done + TOGETHER * AT_ONCE:
        raise SystemExit("Events were lost.")


def _many_together(person: Any, now: datetime) -> None:
    """As a sweep does it: many events of many chains in one transaction."""
    from cases import audit, together

    with taken() as took:
        for _ in range(TOGETHER):
            with together.together():
                for number in range(AT_ONCE):
                    audit.record("case_read", person, scope=f"case:{number % CHAINS}", by=person, now=now, data=DATA)
    print(f"{AT_ONCE} events in a transaction: {TOGETHER * AT_ONCE / took.wall:,.0f}/s in {took}")


def _verify() -> None:
    from cases import audit, checkpoints, verifying

    checkpoints.seal(now=datetime.now(UTC))
    told = verifying.verify()
    print(f"checkpoints {told.checkpoints}; wrong: {told.broken or 'nothing'}")
    with taken() as took:
        wrong = list(audit.broken_links())
    print(f"chains of {told.events:,} events verified: {told.events / took.wall:,.0f}/s in {took}; wrong: {len(wrong)}")


def _sizes() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        sizes = "SELECT pg_relation_size(%(table)s), pg_indexes_size(%(table)s), count(*) FROM cases_auditevent"
        cursor.execute(sizes, {"table": "cases_auditevent"})
        rows, indexes, count = cursor.fetchone()
    print(f"{rows / count:.0f} bytes an event, and {indexes / count:.0f} in its indexes")


def _make_bare_table() -> None:
    import psycopg

    from escalation.embedded import OWNER_ROLE
    from tests.services import database_name, services

    with psycopg.connect(services().url(OWNER_ROLE, database_name())) as owner:
        owner.execute("CREATE TABLE public.bare (LIKE cases_auditevent INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES)")


def _a_person(now: datetime) -> Any:
    from cases.models import Appointment, Partnership, User

    partnership = Partnership.objects.create(key="bench", name="Bench", short_name="Bench", reference_prefix="BEN")
    user = User.objects.create_user("somebody@example.org", name="Somebody")
    return Appointment.objects.create(user=user, partnership=partnership, role="auditor", starts_on=now.date())


def _insert(person: Any, number: int, now: datetime, *, in_transaction: bool) -> None:
    from django.db import transaction

    with transaction.atomic() if in_transaction else nullcontext():
        _insert_one(person, number, now)


def _insert_one(person: Any, number: int, now: datetime) -> None:
    """The same columns and indexes, and nothing else."""
    from django.db import connection

    values = [number % CHAINS, now, person.user_id, person.pk, str(person.pk), json.dumps(DATA), os.urandom(32), os.urandom(32)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare (head_id, seq, at, user_id, appointment_id, action, object_type, object_id, data, prev_hash, hash) "
            "VALUES (%s, nextval(pg_get_serial_sequence('bare', 'id')), %s, %s, %s, 'case_read', 'cases.appointment', %s, %s, "
            "%s, %s)",
            values,
        )


def _event(person: Any, number: int, now: datetime) -> None:
    from django.db import transaction

    with transaction.atomic():
        _record(person, number, now)


def _record(person: Any, number: int, now: datetime) -> None:
    from cases import audit

    audit.record("case_read", person, scope=f"case:{number % CHAINS}", by=person, now=now, data=DATA)


def _noticed(write: Callable[[Any, int, datetime], None], person: Any, number: int, now: datetime) -> None:
    """What an act leaves behind: the row of the trail, and a notice to each of two people."""
    from django.db import transaction

    from escalation.models import Notification

    with transaction.atomic():
        write(person, number, now)
        notices = [
            Notification(
                recipient=person, event="raised", key=uuid4().hex, text="Something happened.", mail_text="Sign in.",
                created_at=now, message_id=f"<{uuid4().hex}@bench>", next_attempt_at=now,
            )
            for _ in range(2)
        ]  # fmt: skip
        Notification.objects.bulk_create(notices)


def _write(kind: Kind, seconds: float, clients: int) -> None:
    """Let all clients do it for so long."""
    from django.db import connection

    connection.close()
    over, counted = PROCESSES.Event(), PROCESSES.Queue()
    helpers = [PROCESSES.Process(target=_client, args=(kind.act, number, over, counted)) for number in range(clients)]
    if kind.is_sealed:
        helpers.append(PROCESSES.Process(target=_seal_meanwhile, args=(over,)))
    with taken() as took:
        for helper in helpers:
            helper.start()
        time.sleep(seconds)
        over.set()
        kind.done += sum(counted.get() for _ in range(clients))
    for helper in helpers:
        helper.join()
    kind.took += took


def _client(act: Act, number: int, over: Any, counted: Any) -> None:
    from django.db import connection

    turn = 0
    while not over.is_set():
        act(number * CHAINS // 2 + turn)
        turn += 1
    connection.close()
    counted.put(turn)


def _seal_meanwhile(over: Any) -> None:
    from cases import checkpoints

    while not over.wait(1):
        checkpoints.seal(now=datetime.now(UTC))


if __name__ == "__main__":
    main()
