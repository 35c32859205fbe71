"""How long it takes to sweep and notice limits that fall due in the same minute, against SQL that writes the same rows.

Run: ``python benchmarks/sweep.py [disputes] [due]`` (10,000 and 1,000). The bodies of the real Celery tasks are called, on
servers of their own whose clock is moved, with a real SMTP server. Printed: seconds, SQL statements for each limit and each
e-mail, the ratio of the sweep to a floor measured in the same run (quality.md P1, P2), and what a sweep costs that finds
nothing to do among few disputes and among many (P3).
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import world

RAISED = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)  # Thursday; the next stage must begin by the end of Saturday
THEMES = ["bruising", "discharge", "medication", "hoarding", "self_neglect", "money", "capacity", "domestic_abuse"]
NOT_YET = timedelta(days=2)  # raised so much later, the others are not even near a limit
ROUNDS, IDLE_ROUNDS = 3, 20

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


def floor(before: dict[str, int], swept: list[int], others: list[int]) -> float:
    """Seconds for the same rows in bare SQL; everything is taken back afterwards."""
    from django.db import connection, transaction

    from cases.models import AuditHead
    from escalation.models import Dispute

    def keys(of: list[int], owner: str) -> list[int]:
        if owner == "dispute_id":
            return of
        cases = dict(Dispute.objects.filter(pk__in=of).values_list("pk", "case_id"))
        if owner == "case_id":
            return [cases[pk] for pk in of]
        heads = dict(AuditHead.objects.filter(scope__startswith="case:").values_list("scope", "pk"))
        return [heads[f"case:{cases[pk]}"] for pk in of]

    pairs = {owner: {"a": keys(swept, owner), "b": keys(others, owner)} for owner in set(WRITTEN.values())}
    with transaction.atomic(), connection.cursor() as cursor:
        began = time.perf_counter()
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
        took = time.perf_counter() - began
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


def main() -> None:
    """Make the world, sweep it, deliver the notices, and print what it took."""
    disputes = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    due = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    with world.servers() as clock:
        clock.move_to(RAISED)
        world.found(RAISED - timedelta(hours=1))
        made = world.crowd("halton", THEMES, "raised", due, now=RAISED)
        few, _ = idle()
        made += world.crowd("halton", THEMES, "raised", disputes - due, now=RAISED + NOT_YET, number=due)
        print(f"{disputes:,} open disputes made in {made:.0f} s ({disputes / made:,.0f} a second)", flush=True)
        many, sql = idle()
        print(f"idle sweep: {few * 1000:.1f} ms among {due:,}, {many * 1000:.1f} ms among {disputes:,}: ratio {many / few:.2f}; "
              f"{sql} SQL", flush=True)
        _run(clock, due)


def _run(clock: Any, due: int) -> None:
    from cases import audit
    from escalation.models import Deadline, Dispute, Notification
    from escalation.tasks import deliver_notices, sweep_deadlines
    from tests.processes import MailServer

    Notification.objects.filter(sent_at=None).update(sent_at=RAISED, next_attempt_at=None)  # those of raising went long ago
    everybody = list(Dispute.objects.order_by("pk").values_list("pk", "raised_at"))
    first_day = min(at for _, at in everybody).date()
    swept = [pk for pk, at in everybody if at.date() == first_day]
    others = [pk for pk, at in everybody if at.date() != first_day][: len(swept)]
    limits = Deadline.objects.filter(dispute__in=swept, kind="start")
    clock.move_to(max(limits.values_list("due_at", flat=True)) + timedelta(seconds=30))
    before = marks()
    with counted() as sql:
        began = time.perf_counter()
        sweep_deadlines()
        took = time.perf_counter() - began
    missed = Deadline.objects.filter(missed_at__isnull=False).count()
    moved = Dispute.objects.filter(stage=2).count()
    notices = Notification.objects.filter(sent_at=None).count()
    assert missed == moved == due == len(swept), (missed, moved, due)
    assert not list(audit.broken_links())
    floors = [floor(before, swept, others) for _ in range(ROUNDS)] if len(others) == len(swept) else []
    print(f"sweep: {due:,} limits missed and moved in {took:.1f} s ({due / took:,.0f} a second), "
          f"{sql.statements / due:.2f} SQL each, {notices:,} notices written", flush=True)
    if floors:
        least = statistics.median(floors)
        print(f"floor: {least:.2f} s ({due / least:,.0f} a second); ratio {least / took:.2f} of the floor's speed", flush=True)
    _deliver(MailServer(), deliver_notices, notices, took)


def _deliver(mail: Any, deliver_notices: Any, notices: int, swept_in: float) -> None:
    from django.conf import settings

    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", urlsplit(mail.url).port,
    )  # fmt: skip
    with counted() as sql:
        began = time.perf_counter()
        while _waiting():
            deliver_notices()
        took = time.perf_counter() - began
    print(f"notices: {len(mail.messages):,} e-mails delivered in {took:.1f} s ({notices / took:,.0f} a second), "
          f"{sql.statements / notices:.2f} SQL each")
    print(f"swept and noticed: {swept_in + took:.1f} s in all")
    mail.stop()


def _waiting() -> bool:
    from cases.clock import database_now
    from escalation.models import Notification

    return Notification.objects.filter(next_attempt_at__lte=database_now()).exists()


if __name__ == "__main__":
    main()
