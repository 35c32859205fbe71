"""What is typed at a verb's page is kept until it is sent or thrown away."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from escalation.models import Dispute, Draft
from tests.clock import Clock
from tests.escalation.work_pages import TALK, as_, url
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


def test_what_is_typed_is_kept_and_gone_once_sent(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    keep = f"/drafts/{dispute.reference}/record_discussion/"
    typed = TALK | {"result": "Half a sen\x00tence", "csrfmiddlewaretoken": "x", "other": "y"}
    assert client.post(keep, typed).status_code == 204
    assert "other" not in Draft.objects.get().data
    client.logout()
    assert client.post(keep, typed).status_code == 302
    as_(client, people.council.practitioner)
    page = client.get(url(dispute, "discussions/record/")).content.decode()
    assert "Half a sentence" in page
    assert "What you typed here before" in page
    assert 'value="09:30"' in page
    assert client.post(url(dispute, "discussions/record/"), TALK).status_code == 302
    assert not Draft.objects.exists()
    assert "Half a sentence" not in client.get(url(dispute, "discussions/record/")).content.decode()


def test_what_was_typed_can_be_thrown_away(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    client.post(f"/drafts/{dispute.reference}/withdraw/", {"reason": "Never mind."})
    assert client.post(f"/drafts/{dispute.reference}/withdraw/discard/").status_code == 302
    assert not Draft.objects.exists()


def test_nothing_is_kept_for_a_form_that_does_not_exist_or_a_dispute_that_is_hidden(
    client: Client, people: Cast, dispute: Dispute
) -> None:
    as_(client, people.council.practitioner)
    assert client.post(f"/drafts/{dispute.reference}/nonsense/", {"a": "b"}).status_code == 404
    assert client.post(f"/drafts/{dispute.reference}/withdraw-x/", {"a": "b"}).status_code == 404
    as_(client, people.stranger)
    assert client.post(f"/drafts/{dispute.reference}/withdraw/", {"reason": "b"}).status_code == 404
    assert not Draft.objects.exists()
