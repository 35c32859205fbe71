"""Feedback owed counts its days, is late once its stage has ended, and its giver sees who has read it (F16)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from cases.models import Appointment
from decisions.exports import assemble
from escalation import queues
from escalation.actions.feedback import give_feedback
from escalation.actions.moves import jump_for_immediate_risk
from escalation.home import home_for
from escalation.models import Dispute, FeedbackReceipt
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return climb(make_dispute(people, now=now), now=now)


@shared
def manager(dispute: Dispute, people: Cast) -> Appointment:
    rows = dispute.participants.filter(appointment__agency=people.council.agency).exclude(is_originator=True)
    found = rows.first()
    assert found is not None
    return found.appointment


def test_feedback_owed_has_its_age_and_is_late_after_the_stage(
    dispute: Dispute, people: Cast, manager: Appointment, now: datetime
) -> None:
    assert dispute.duties.filter(kind="feedback_given", done_at=None, agency=people.council.agency).exists()
    (line,) = queues.feedback_owed(manager, now + timedelta(days=3))
    assert line.note == "Owed for 3 days"
    jump_for_immediate_risk(
        dispute=fresh(dispute), to_stage=3, reason="She fell again.", by=people.council.practitioner, now=now
    )
    later = now + timedelta(days=5)
    assert any(line.note == "Owed for 5 days. Late: the stage has ended" for line in queues.feedback_owed(manager, later))
    assert any(one.heading == "Feedback owed, 1 late" for one in home_for(manager, later).blocks)
    made = assemble(fresh(dispute), kind="case_history", reason="r", by=manager, now=now)
    assert "still owed" in str([one for one in made["sections"] if one["key"] == "feedback"])


def test_the_giver_sees_who_has_read_it(
    client: Client, dispute: Dispute, people: Cast, manager: Appointment, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    give_feedback(dispute=dispute, text="We rang the ward.", no_action=False, by=manager, now=now)
    client.force_login(manager.user)
    assert "not read yet" in client.get(f"/disputes/{dispute.reference}/").content.decode()
    client.force_login(people.council.practitioner.user)
    assert "We rang the ward." in client.get(f"/disputes/{dispute.reference}/").content.decode()
    assert FeedbackReceipt.objects.filter(read_at__isnull=False).count() == 1
    client.force_login(manager.user)
    page = client.get(f"/disputes/{dispute.reference}/").content.decode()
    assert "Feedback you gave" in page
    assert "not read yet" not in page
    shown = signed_in(manager).get(f"/api/disputes/{dispute.reference}/work/").json()["feedback"]
    assert [one["read_at"] is not None for one in shown[-1]["receipts"]] == [True]
