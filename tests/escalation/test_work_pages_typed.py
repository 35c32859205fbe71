"""What is typed at a verb's page is kept until it is sent."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from cases.models import Typed
from escalation.models import Dispute
from tests.clock import Clock
from tests.escalation.work_pages import TALK, as_, url
from tests.factories import Cast
from tests.factories_disputes import make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def test_what_is_typed_is_kept_and_gone_once_sent(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    page = url(dispute, "discussions/record/")
    typed = TALK | {"result": "Half a sen\x00tence", "csrfmiddlewaretoken": "x"}
    assert client.post(page, typed, headers={"X-Autosave": "1"}).status_code == 204
    assert not dispute.discussions.exists()
    client.logout()
    assert client.post(page, typed, headers={"X-Autosave": "1"}).status_code == 302
    as_(client, people.council.practitioner)
    shown = client.get(page).content.decode()
    assert "Half a sentence" in shown
    assert "What you typed here before" in shown
    assert 'value="09:30"' in shown
    assert client.post(page, TALK).status_code == 302
    assert not Typed.objects.exists()
    assert "Half a sentence" not in client.get(page).content.decode()
