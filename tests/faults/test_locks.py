"""Two transactions want the same rows in opposite order: the clock gives way, and a person's act is done again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from cases import audit
from cases.models import AuditEvent
from escalation.actions import sweep
from escalation.models import ChronologyEntry, Deadline, Dispute, Notification
from escalation.transitions import lock
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories_disputes import fresh, make_dispute, people_under

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def meanwhile(act: Callable[[], None]) -> Iterator[None]:
    """Another connection does this at the same time; what it fails with fails the test."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    yield
    thread.join(60)
    assert not thread.is_alive()
    assert not failures, failures[0]


def wait_until_somebody_waits() -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits for a lock")


def end_of_chain(dispute: Dispute) -> list[str]:
    return [audit.scope_of_case(dispute.case_id)]


def test_the_clock_gives_way_to_an_act_that_holds_the_end_of_a_chain(now: datetime) -> None:
    """The act goes on to lock the dispute that the clock has: nobody deadlocks, and the next sweep does the work."""
    people = people_under("halton", now=now)
    disputes = [make_dispute(people, now=now) for _ in range(4)]
    late = now + timedelta(days=2, hours=14)
    holds, swept = Event(), Event()

    def act() -> None:
        with transaction.atomic():
            audit.hold(end_of_chain(disputes[0]))
            holds.set()
            assert swept.wait(60)
            lock(disputes[0])

    with meanwhile(act):
        assert holds.wait(60)
        done = sweep.sweep(now=late)
        swept.set()
    assert (done.failed, done.escalated) == (0, 3)
    assert fresh(disputes[0]).stage == 1
    assert not AuditEvent.objects.filter(action="limit_missed", object_id=str(disputes[0].pk)).exists()
    assert sweep.sweep(now=late).escalated == 1
    assert list(audit.broken_links()) == []


@pytest.mark.parametrize("address", ["/disputes/{}/acknowledgement/give/", "/api/disputes/{}/acknowledge/"])
def test_an_act_that_loses_a_deadlock_is_done_again(address: str, clock: Clock, now: datetime) -> None:
    """PostgreSQL ends whoever waited first, here the person; they see what they would have seen without it (R3)."""
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute = make_dispute(people, now=now)
    client, holds = signed_in(people.health.practitioner), Event()

    def other() -> None:
        with transaction.atomic():
            audit.hold(end_of_chain(dispute))
            holds.set()
            wait_until_somebody_waits()
            lock(dispute)

    with meanwhile(other):
        assert holds.wait(60)
        answer = client.post(address.format(dispute.reference), format="json" if "/api/" in address else None)
    assert answer.status_code in (200, 302)
    assert AuditEvent.objects.filter(action="acknowledged").count() == 1
    assert dispute.acknowledgements.count() == 1


def test_locked_rows_may_be_pointed_at_meanwhile(now: datetime) -> None:
    """Foreign keys are checked when an act ends; it must not wait there for whoever works on the dispute."""
    people = people_under("halton", now=now)
    dispute = make_dispute(people, now=now)
    with meanwhile(lambda: _point_at(dispute, now)), transaction.atomic():
        lock(dispute)
        end = time.monotonic() + 20
        while not ChronologyEntry.objects.filter(headline="Meanwhile").exists():
            assert time.monotonic() < end, "it waits for the lock"
            time.sleep(0.02)


def _point_at(dispute: Dispute, now: datetime) -> None:
    ChronologyEntry.objects.create(
        dispute=dispute, stage=1, headline="Meanwhile", kind="event", happened_at=now, recorded_at=now, by_words="-"
    )


def test_a_batch_writes_what_disputes_one_by_one_write(now: datetime) -> None:
    people = people_under("halton", now=now)
    disputes = [make_dispute(people, now=now) for _ in range(4)]
    late = now + timedelta(days=2, hours=14)
    sweep.sweep(now=late, at_once=3)  # three together, the fourth alone
    assert {fresh(dispute).stage for dispute in disputes} == {2}
    models = (Deadline, ChronologyEntry, Notification)
    assert {tuple(model.objects.filter(dispute=dispute).count() for model in models) for dispute in disputes} == {
        tuple(model.objects.filter(dispute=disputes[3]).count() for model in models)
    }
    written = [_written(dispute) for dispute in disputes]
    assert written[0] == written[1] == written[2] == written[3]


def _written(dispute: Dispute) -> list[object]:
    hidden, limits = dispute.reference, dispute.deadlines.order_by("stage", "key")
    return [
        list(limits.values_list("stage", "key", "due_at", "missed_at", "met_at", "next_look_at")),
        list(dispute.stages.order_by("order").values_list("order", "opened_at", "closed_at", "closed_how")),
        list(dispute.duties.order_by("stage", "kind", "agency").values_list("stage", "kind", "agency", "carried_at")),
        sorted(dispute.participants.values_list("appointment", "side", "from_stage")),
        list(dispute.chronology.order_by("pk").values_list("happened_at", "stage", "headline", "body")),
        sorted((text.replace(hidden, "…"), who, at) for text, who, at in
               dispute.notifications.values_list("text", "recipient", "next_attempt_at")),
        list(AuditEvent.objects.filter(head__scope=audit.scope_of_case(dispute.case_id), at__gt=dispute.raised_at)
             .order_by("seq").values_list("action", "at", "user")),
    ]  # fmt: skip
