"""The tables of notices again, with two workers, two beats and a real mail server: each e-mail comes exactly once.

The shortest walk runs with all tests; ``LONG=1`` takes the others as well, which are minutes each.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Appointment
from escalation import tasks
from escalation.actions.notice_choice import choose_digest
from escalation.deadlines import LONDON
from escalation.models import Acknowledgement, Deadline, InterimPlan, LeadGap, Notification
from escalation.models.dispute import RUNNING
from tests import notice_walk
from tests.clock import Clock
from tests.factories_disputes import make_dispute, people_under
from tests.notice_steps import walk_all
from tests.processes import MailServer, Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WALKS = ("luton", "halton", "dundee", "south_lanarkshire") if os.environ.get("LONG") == "1" else ("luton",)


def nothing_is_left() -> bool:
    """Whether every limit, reminder and notice that is due has been seen to."""
    now = timezone.now()
    waits = [
        Deadline.objects.filter(next_look_at__lte=now), Acknowledgement.objects.filter(remind_at__lte=now),
        Notification.objects.filter(next_attempt_at__lte=now),
    ]  # fmt: skip
    today = now.astimezone(LONDON).date()
    overdue = InterimPlan.objects.filter(
        ended_at=None, warned_at=None, review_on__lt=today, dispute__status__in=RUNNING
    )
    return not any(rows.exists() for rows in (*waits, overdue)) and not any(can_be_filled(gap, today) for gap in open_gaps())


def open_gaps() -> QuerySet[LeadGap]:
    return LeadGap.objects.filter(ended_at=None, agency__isnull=False).select_related("dispute__protocol")


def can_be_filled(gap: LeadGap, today: date) -> bool:
    """Whether somebody at the agency now holds a role that leads the stage."""
    roles = [lead.role for lead in gap.dispute.rules.stage(gap.stage).leads.roles]
    return Appointment.objects.active_on(today).filter(agency=gap.agency, role__in=roles).exists()


def look_through_workers(now: datetime) -> None:
    """Say 'look now' twice, to whoever takes it, until nothing is left to do."""
    end = time.monotonic() + 120
    while True:
        for task in (tasks.sweep_deadlines, tasks.deliver_notices) * 2:
            task.delay()
        for _ in range(20):
            time.sleep(0.1)
            if nothing_is_left():
                return
        assert time.monotonic() < end, "the workers did not do it in time"


@pytest.mark.parametrize("key", WALKS)
def test_each_e_mail_of_a_walk_comes_once_through_two_workers_and_two_beats(
    key: str, worker: Callable[..., Worker], mail_server: MailServer, clock: Clock, now: datetime
) -> None:
    clock.move_to(now)
    worker(beat=True)
    worker(beat=True)
    walk = notice_walk.start(key, now=now, clock=clock, look=look_through_workers)
    walk_all(walk)
    steps = notice_walk.table(walk, notice_walk.by_message_id(mail_server.messages))
    assert steps == notice_walk.written(key)["steps"]


def test_each_notice_is_in_one_digest_under_two_workers(
    worker: Callable[..., Worker], mail_server: MailServer, clock: Clock, now: datetime
) -> None:
    clock.move_to(now)
    people = people_under("south_lanarkshire", now=now)
    for who in (people.health.practitioner, people.council.line_manager):
        choose_digest(digest_at=(now + timedelta(hours=2)).time(), by=who, now=now)
    for number in range(6):
        make_dispute(people, now=now + timedelta(seconds=number))
    worker(beat=True)
    worker(beat=True)
    clock.move_to(now + timedelta(hours=4))
    look_through_workers(clock.now())
    for who in (people.health.practitioner, people.council.line_manager):
        mails = [message for message in mail_server.messages if message["To"] == who.user.email]
        assert len(mails) == 1
        waiting = Notification.objects.filter(recipient=who)
        assert str(mails[0].get_payload()).startswith(f"{waiting.count()} things to read.")
        assert {row.delivery for row in waiting} == {"sent"}
