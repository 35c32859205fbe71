"""Notices of a case that was shut to their reader after they were written: no e-mail takes them, also not within a digest."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.db import connection

from cases.models import Appointment, AuditEvent, Case
from escalation import deliveries, digests
from escalation.actions.notice_choice import choose_digest
from escalation.models import Dispute, Notification, Undelivered
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import make_dispute, people_under
from tests.questions import Questions

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 4, 6, 7, 30, tzinfo=UTC)  # 8:30 in London


@pytest.fixture
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("south_lanarkshire", now=now)  # no limits: nothing falls due before a digest


def restrict(dispute: Dispute, *named: Appointment) -> None:
    Case.objects.filter(pk=dispute.case_id).update(named=[who.pk for who in named])


def bodies_to(who: Appointment) -> list[str]:
    return [str(message.body) for message in mail.outbox if message.to == [who.user.email]]


def kept_back() -> set[tuple[int, int]]:
    """The notice and the case of each event."""
    events = AuditEvent.objects.filter(action="notice_kept_back").select_related("head")
    return {(int(event.object_id), int(event.head.scope.removeprefix("case:"))) for event in events}


def test_what_waited_when_a_case_was_restricted_goes_to_those_named_alone(people: Cast, now: datetime) -> None:
    restricted, other = make_dispute(people, now=now), make_dispute(people, now=now)
    named, raiser, manager = people.health.practitioner, people.council.practitioner, people.council.line_manager
    restrict(restricted, named, raiser)
    Case.objects.filter(pk=other.case_id).update(shut_to=[named.user_id])  # they know that person
    owed = Notification.objects.filter(next_attempt_at__lte=now)
    gone = owed.filter(dispute=restricted).exclude(recipient__in=[named, raiser]) | owed.filter(dispute=other, recipient=named)
    expected = {(row.pk, row.dispute.case_id) for row in gone.select_related("dispute") if row.dispute}
    assert len(expected) > 1
    deliveries.deliver_due(now=now)
    assert [restricted.reference in body for body in bodies_to(named)] == [True]
    assert [other.reference in body for body in bodies_to(manager)] == [True]
    rows = Notification.objects.filter(left_out_why="shut")
    assert {(row.pk, row.delivery, row.left_out_at) for row in rows} == {(pk, "left_out", now) for pk, _ in expected}
    assert kept_back() == expected
    assert not Undelivered.objects.exists(), "nobody is asked to see to it"
    deliveries.deliver_due(now=now + timedelta(hours=1))
    assert kept_back() == expected


@pytest.mark.parametrize("which", [0, 2])
def test_a_digest_that_was_made_before_goes_without_it(people: Cast, now: datetime, which: int) -> None:
    reader = people.health.practitioner
    choose_digest(digest_at=time(8, 30), by=reader, now=now)
    disputes = [make_dispute(people, now=now + timedelta(minutes=number)) for number in range(3)]
    digests.make_digests(now=MONDAY)
    restrict(disputes[which], people.council.practitioner, people.council.senior_manager)
    deliveries.deliver_due(now=MONDAY)
    (body,) = bodies_to(reader)
    references = [dispute.reference for dispute in disputes if dispute is not disputes[which]]
    assert body.startswith("2 things to read.\n\n" + "\n".join(references) + "\n\nSign in")
    mine = Notification.objects.filter(recipient=reader).order_by("pk")
    assert [row.delivery for row in mine] == ["left_out" if row.dispute_id == disputes[which].pk else "sent" for row in mine]
    assert {pk for pk, _ in kept_back()} >= {row.pk for row in mine if row.delivery == "left_out"}


def test_nothing_of_a_digest_goes_when_all_is_shut_or_what_is_not_made_yet(people: Cast, now: datetime) -> None:
    reader = people.health.practitioner
    choose_digest(digest_at=time(8, 30), by=reader, now=now)
    disputes = [make_dispute(people, now=now) for _ in range(2)]
    restrict(disputes[0], people.council.practitioner, people.council.senior_manager)
    digests.make_digests(now=MONDAY)
    assert not Notification.objects.filter(carried_by__isnull=False).exists()
    restrict(disputes[1], people.council.practitioner, people.council.senior_manager)
    deliveries.deliver_due(now=MONDAY)
    assert bodies_to(reader) == []
    assert {row.left_out_why for row in Notification.objects.filter(recipient=reader)} == {"shut"}


def test_to_look_costs_one_statement_however_many_are_sent(people: Cast, now: datetime) -> None:
    def statements(number: int) -> int:
        for _ in range(number):
            make_dispute(people, now=now)
        with Questions(connection) as asked:
            deliveries.deliver_due(now=now)
        return len([query for query in asked.captured_queries if 'U0."named" IS NOT NULL' in query["sql"]])

    assert statements(1) == statements(4) == 1
