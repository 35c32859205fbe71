"""'I have it': meets its limit, stops the first alarm, and comes back when nothing follows (F33)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from cases.errors import Refused
from escalation.actions import positions, sweep
from escalation.actions.acknowledge import acknowledge
from escalation.models import Dispute, Notification
from escalation.protocol import Event, Limit, LimitKind, Side, Unit
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast, cast, make_partnership
from tests.factories_disputes import make_dispute, publish, source_protocol
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    """A protocol that wants an acknowledgement in 4 hours and a reply in 48, and reminds after 20."""
    clock.move_to(now)
    people, rules = cast(make_partnership("halton")), source_protocol("halton")
    limits = (
        Limit(key="ack", kind=LimitKind.ACKNOWLEDGE, number=4, unit=Unit.HOURS, label="They say that they have it"),
        Limit(key="reply", kind=LimitKind.RESPOND, number=48, unit=Unit.HOURS, label="They reply", owner=Side.RESPONDING),
    )
    first = rules.stages[0].model_copy(update={"limits": limits})
    second = rules.stages[1].model_copy(update={"limits": ()})
    publish(
        people.partnership, "halton", now=now, stages=(first, second, *rules.stages[2:]),
        clock=rules.clock.model_copy(update={"remind_after_hours": 20, "warn_hours_before": (36,)}),
    )  # fmt: skip
    return people


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def near(people: Cast) -> int:
    return Notification.objects.filter(event=Event.LIMIT_NEAR, recipient=people.health.practitioner).count()


def test_it_meets_its_limit_is_told_and_counts_once(people: Cast, dispute: Dispute, now: datetime) -> None:
    acknowledge(dispute=dispute, by=people.health.practitioner, now=now)
    row = dispute.deadlines.get(key="ack")
    assert (row.met_at, row.met_by) == (now, people.health.practitioner)
    assert Notification.objects.filter(event=Event.ACKNOWLEDGED, recipient=people.council.practitioner).count() == 1
    assert dispute.chronology.filter(headline__endswith="has it").count() == 1
    with pytest.raises(Refused, match="already"):
        acknowledge(dispute=dispute, by=people.health.practitioner, now=now)
    for who in (people.council.practitioner, people.stranger, people.chair):
        with pytest.raises(Refused):
            acknowledge(dispute=dispute, by=who, now=now)


def test_the_first_alarm_stops_and_it_comes_back_until_there_is_a_reply(
    people: Cast, dispute: Dispute, now: datetime
) -> None:
    acknowledge(dispute=dispute, by=people.health.practitioner, now=now)
    sweep.sweep(now=now + timedelta(hours=12))
    assert near(people) == 0
    assert sweep.sweep(now=now + timedelta(hours=20)).recalled == 1
    assert sweep.sweep(now=now + timedelta(hours=20)).recalled == 0
    assert near(people) == 1
    assert sweep.sweep(now=now + timedelta(hours=40)).recalled == 1
    assert near(people) == 2
    positions.state_position(
        dispute=dispute, stance="stands", text="The ward is full.", by=people.health.practitioner, now=now + timedelta(hours=41)
    )
    assert sweep.sweep(now=now + timedelta(hours=60)).recalled == 0


def test_without_it_the_alarm_comes(people: Cast, dispute: Dispute, now: datetime) -> None:
    sweep.sweep(now=now + timedelta(hours=12, minutes=1))
    assert near(people) >= 1


def test_after_the_limit_it_stays_missed(people: Cast, dispute: Dispute, now: datetime) -> None:
    acknowledge(dispute=dispute, by=people.health.practitioner, now=now + timedelta(hours=5))
    row = dispute.deadlines.get(key="ack")
    assert row.missed_at is not None
    assert row.met_at is not None


def test_the_page_and_the_api(client: Client, people: Cast, dispute: Dispute) -> None:
    path = f"/disputes/{dispute.reference}/acknowledgement/give/"
    client.force_login(people.council.practitioner.user)
    assert client.get(path).status_code == 403
    client.force_login(people.stranger.user)
    assert client.get(path).status_code == 404
    client.force_login(people.health.practitioner.user)
    assert "I have it" in client.get(f"/disputes/{dispute.reference}/").content.decode()
    assert "20 hours" in client.get(path).content.decode()
    assert client.post(path).status_code == 302
    assert "I have it" not in client.get(f"/disputes/{dispute.reference}/").content.decode()
    answer = signed_in(people.health.practitioner).post(f"/api/disputes/{dispute.reference}/acknowledge/")
    assert answer.status_code == 409
    other = make_dispute(people, now=dispute.raised_at)
    answer = signed_in(people.health.practitioner).get(f"/api/disputes/{other.reference}/")
    assert "acknowledge" in answer.data["acts"]
    answer = signed_in(people.health.practitioner).post(f"/api/disputes/{other.reference}/acknowledge/")
    assert answer.status_code == 200, answer.data
    assert "acknowledge" not in answer.data["acts"]
