"""The page of a dispute: what each person sees first, what they may do, and what stays hidden."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from cases.models import Appointment
from escalation.models import Dispute
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import make_dispute, people_under

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@pytest.fixture
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def see(client: Client, dispute: Dispute, who: Appointment, tab: str = "") -> Any:
    client.force_login(who.user)
    return client.get(f"/disputes/{dispute.reference}/{tab}")


def test_the_other_side_is_told_that_it_is_their_turn_and_may_reply(client: Client, people: Cast, dispute: Dispute) -> None:
    response = see(client, dispute, people.health.practitioner)
    assert response.status_code == 200
    said = response.content.decode()
    assert "is to reply" in said
    assert "Discharge home without a care package." in said
