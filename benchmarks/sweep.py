"""How long it takes to sweep and notice limits that fall due in the same minute, against SQL and SMTP that know no rules.

Run: ``python benchmarks/sweep.py [disputes] [due]`` (10,000 and 1,000). The bodies of the real Celery tasks are called, on
servers of their own whose clock is moved, with a mail server in a process of its own. Three waves fall due one day after the
other; after each, the floors are measured: the same rows written by SQL alone (quality.md P1), and the same e-mails handed
over ready-made on one connection. Printed: seconds on the wall and of processor time, SQL statements for each limit and each
e-mail, the ratios of the medians, and what a sweep costs that finds nothing to do among few disputes and among many (P3).
"""

from __future__ import annotations

import smtplib
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import world
from benchmarks.sink import Sink, sink
from benchmarks.taken import Taken, taken

RAISED = datetime(2026, 4, 13, 9, 0, tzinfo=UTC)  # Monday; the next stage must begin by the end of Wednesday
THEMES = ["bruising", "discharge", "medication", "hoarding", "self_neglect", "money", "capacity", "domestic_abuse"]
WAVES, DAY = 3, timedelta(days=1)
NOT_YET = 7 * DAY  # raised so much later, the others are not even near a limit when the last wave is due
IDLE_ROUNDS = 20

# The rows that the sweep wrote for the disputes ``a``, written for the disputes ``b`` by SQL alone: the same tables,
# constraints and triggers, no rules.
PAIRS = "unnest(%(a)s::bigint[], %(b)s::bigint[]) AS pair(a, b)"
WRITTEN = {
    "escalation_disputestage": "dispute_id", "escalation_duty": "dispute_id", "escalation_deadline": "dispute_id",
    "escalation_participant": "dispute_id", "escalation_chronologyentry": "dispute_id",
    "escalation_notification": "dispute_id", "cases_casemember": "case_id", "cases_auditevent": "head_id",
}  # fmt: skip
CHANGED = (
    f"""UPDATE escalation_deadline mine SET missed_at = mine.due_at + interval '1 minute', met_at = mine.due_at + interval
        '1 minute', next_look_at = NULL FROM {PAIRS}, escalation_deadline theirs WHERE mine.dispute_id = pair.b
        AND theirs.dispute_id = pair.a AND theirs.key = mine.key AND theirs.missed_at IS NOT NULL""",
    f"UPDATE escalation_dispute mine SET stage = 2, moved_at = now() FROM {PAIRS} WHERE mine.id = pair.b",
    f"""UPDATE escalation_disputestage mine SET closed_at = now(), closed_how = 'by_clock' FROM {PAIRS}
        WHERE mine.dispute_id = pair.b""",
    f"UPDATE escalation_duty mine SET carried_at = now() FROM {PAIRS} WHERE mine.dispute_id = pair.b AND done_at IS NULL",
)


class Count:
    """How many SQL statements went to the database."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        return execute(sql, params, many, context)


@contextmanager
def counted() -> Iterator[Count]:
    """Counts while it is open."""
    from django.db import connection

    count = Count()
    with connection.execute_wrapper(count):
        yield count


def marks() -> dict[str, int]:
    """The last row of each table that a sweep writes to."""
    from django.db import connection

    with connection.cursor() as cursor:
        found = {}
        for table in WRITTEN:
            cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def floor(before: dict[str, int], swept: Sequence[int], others: Sequence[int]) -> Taken:
    """What the same rows take in bare SQL; everything is taken back afterwards."""
    from django.db import connection, transaction

    from cases.models import AuditHead
    from escalation.models import Dispute

    def keys(of: Sequence[int], owner: str) -> list[int]:
        if owner == "dispute_id":
            return list(of)
        cases = dict(Dispute.objects.filter(pk__in=of).values_list("pk", "case_id"))
        if owner == "case_id":
            return [cases[pk] for pk in of]
        heads = dict(AuditHead.objects.filter(scope__startswith="case:").values_list("scope", "pk"))
        return [heads[f"case:{cases[pk]}"] for pk in of]

    pairs = {owner: {"a": keys(swept, owner), "b": keys(others, owner)} for owner in set(WRITTEN.values())}
    with transaction.atomic(), connection.cursor() as cursor, taken() as took:
        for statement in CHANGED:
            cursor.execute(statement, pairs["dispute_id"])
        for table, owner in WRITTEN.items():
            cursor.execute(_again(table, owner), {**pairs[owner], "mark": before[table]})
        cursor.execute(
            f"""UPDATE cases_audithead mine SET seq = theirs.seq, hash = theirs.hash FROM {PAIRS}, cases_audithead theirs
                WHERE mine.id = pair.b AND theirs.id = pair.a""",
            pairs["head_id"],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    return took


def _again(table: str, owner: str) -> str:
    from django.apps import apps

    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    columns = [one.column for one in model._meta.concrete_fields if not one.primary_key and not one.generated]
    instead = {owner: "pair.b", "message_id": "'floor.' || mine.message_id", "key": "mine.key", "seq": "mine.seq + 1000"}
    if table == "escalation_notification":
        instead["key"] = "'floor:' || mine.key"
    taken = ", ".join(instead.get(str(name), f'mine."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table}" ({names}) SELECT {taken} FROM "{table}" mine, {PAIRS} ' \
        f"WHERE mine.{owner} = pair.a AND mine.id > %(mark)s"


def idle() -> tuple[float, int]:
    """Seconds and statements of a sweep that finds nothing to do, the median of several."""
    from escalation.tasks import sweep_deadlines

    took = []
    for _ in range(IDLE_ROUNDS):
        with counted() as sql:
            began = time.perf_counter()
            sweep_deadlines()
            took.append(time.perf_counter() - began)
    return statistics.median(took), sql.statements


@dataclass(frozen=True)
class Wave:
    """What one wave took: the sweep and its e-mails, each with its floor, and the statements of both."""

    notices: int
    sweep: Taken
    sweep_floor: Taken
    mail: Taken
    mail_floor: Taken
    sweep_sql: int
    mail_sql: int


def main() -> None:
    """Make the world, sweep it in waves, deliver the notices, and print what it took."""
    disputes = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    due = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    with world.servers() as clock, sink() as mail:
        clock.move_to(RAISED)
        world.found(RAISED - timedelta(hours=1))
        others = max(disputes - WAVES * due, due)
        made = world.crowd("halton", THEMES, "raised", due, now=RAISED + NOT_YET)
        few, _ = idle()
        made += world.crowd("halton", THEMES, "raised", others - due, now=RAISED + NOT_YET, number=due)
        many, sql = idle()
        for wave in range(WAVES):  # telling goes on from day to day, so the latest were made first
            made += world.crowd("halton", THEMES, "raised", due, now=RAISED + wave * DAY, number=others + wave * due)
        print(f"{WAVES * due + others:,} open disputes made in {made:.0f} s", flush=True)
        print(f"idle sweep: {few * 1000:.1f} ms among {due:,}, {many * 1000:.1f} ms among {others:,}: "
              f"ratio {many / few:.2f}; {sql} SQL", flush=True)
        _tell([_wave(clock, mail, RAISED + wave * DAY, due) for wave in range(WAVES)], due)


def _wave(clock: Any, mail: Sink, raised: datetime, due: int) -> Wave:
    from cases import audit
    from escalation.models import Deadline, Dispute, Notification
    from escalation.tasks import deliver_notices, sweep_deadlines

    swept = list(Dispute.objects.filter(raised_at__date=raised.date()).order_by("pk").values_list("pk", flat=True))
    others = list(Dispute.objects.filter(raised_at__date=(RAISED + NOT_YET).date()).values_list("pk", flat=True)[:due])
    falls_due = max(Deadline.objects.filter(dispute__in=swept, kind="start").values_list("due_at", flat=True))
    clock.move_to(falls_due - timedelta(minutes=1))
    sweep_deadlines()  # what is to be done before that minute is no part of it
    Notification.objects.filter(sent_at=None).update(sent_at=RAISED, next_attempt_at=None)
    clock.move_to(falls_due + timedelta(seconds=30))
    before = marks()
    with counted() as sweep_sql, taken() as sweep:
        sweep_deadlines()
    missed = Deadline.objects.filter(dispute__in=swept, missed_at__isnull=False).count()
    moved = Dispute.objects.filter(pk__in=swept, stage=2).count()
    assert missed == moved == due == len(swept) == len(others), (missed, moved, due, len(swept))
    assert not list(audit.broken_links())
    sweep_floor = floor(before, swept, others)
    waiting = list(Notification.objects.filter(sent_at=None).select_related("recipient__user"))
    _mail_goes_to(mail.port)
    with counted() as mail_sql, taken() as delivery:
        while _waiting():
            deliver_notices()
    assert mail.taken() == (len(waiting), len(waiting))
    mail_floor = _mail_floor(mail.port, waiting)
    mail.taken()
    print(f"sweep {sweep}; floor {sweep_floor}")
    print(f"e-mails: {len(waiting):,} in {delivery}; floor {mail_floor}", flush=True)
    return Wave(len(waiting), sweep, sweep_floor, delivery, mail_floor, sweep_sql.statements, mail_sql.statements)


def _mail_goes_to(port: int) -> None:
    from django.conf import settings

    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", port,
    )  # fmt: skip


def _mail_floor(port: int, notices: Sequence[Any]) -> Taken:
    """The same e-mails, ready-made, one after the other on one connection."""
    from escalation.deliveries import _message

    ready = [(_message(notice), _message(notice).message().as_bytes(linesep="\r\n")) for notice in notices]
    with taken() as took, smtplib.SMTP("127.0.0.1", port) as server:
        for message, whole in ready:
            server.sendmail("sender@example.org", message.to, whole)
    return took


def _tell(waves: Sequence[Wave], due: int) -> None:
    first = waves[0]
    print(f"{due:,} limits: {first.sweep_sql / due:.2f} SQL each; {first.notices:,} notices: "
          f"{first.mail_sql / first.notices:.3f} SQL each")
    for what in ("sweep", "mail"):
        pairs = [(getattr(wave, f"{what}_floor"), getattr(wave, what)) for wave in waves]
        wall = statistics.median(least.wall for least, _ in pairs) / statistics.median(ours.wall for _, ours in pairs)
        cpu = statistics.median(least.cpu for least, _ in pairs) / statistics.median(ours.cpu for _, ours in pairs)
        print(f"{what}: {wall:.2f} of the floor's speed on the wall, {cpu:.2f} by processor time")
    both = [wave.sweep + wave.mail for wave in waves]
    slowest = max(both, key=lambda took: took.wall)
    print(f"swept and noticed, the slowest wave: {slowest}")


def _waiting() -> bool:
    from cases.clock import database_now
    from escalation.models import Notification

    return Notification.objects.filter(next_attempt_at__lte=database_now()).exists()


if __name__ == "__main__":
    main()
