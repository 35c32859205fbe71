"""Agreed actions and colleagues brought in, at their pages."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from escalation.models import Action, Dispute
from tests.clock import Clock
from tests.escalation.work_pages import as_, parts, url
from tests.factories import Cast
from tests.factories_disputes import climb, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def test_actions_are_added_and_done_with_a_note(
    client: Client, people: Cast, dispute: Dispute, now: datetime, clock: Clock
) -> None:
    as_(client, people.council.practitioner)
    owner = str(people.health.practitioner.pk)
    answers = {"what": "Book the night sitter.", "owner": owner} | parts("due_on", day="7", month="4", year="2026")
    assert client.post(url(dispute, "actions/add/"), answers).status_code == 302
    action = Action.objects.get(dispute=dispute)
    assert "Book the night sitter." in client.get(url(dispute, "actions/")).content.decode()
    assert client.get(url(dispute, f"actions/{action.pk}/complete/")).status_code == 403
    clock.move_to(now + timedelta(days=8))
    as_(client, people.health.practitioner)
    assert "Late" in client.get(url(dispute, "actions/")).content.decode()
    path = url(dispute, f"actions/{action.pk}/complete/")
    assert client.get(path).status_code == 200
    assert "Say how it was done" in client.post(path, {"note": ""}).content.decode()
    assert client.post(path, {"note": "Booked by phone."}).status_code == 302
    assert "Booked by phone." in client.get(url(dispute, "actions/")).content.decode()
    assert client.post(path, {"note": "Again."}).status_code == 409
    assert client.get(url(dispute, f"actions/{2**70}/complete/")).status_code == 404


def test_somebody_who_is_not_on_it_cannot_own_an_action(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    answers = {"what": "Book it.", "owner": str(people.stranger.pk)} | parts("due_on", day="7", month="4", year="2026")
    assert client.post(url(dispute, "actions/add/"), answers).status_code == 200
    assert not Action.objects.exists()


def test_a_lead_brings_a_colleague_in(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = climb(dispute, now=now)
    colleague, stranger = people.council.senior_manager, people.stranger
    as_(client, people.council.line_manager)
    page = client.get(url(dispute, "people/bring-in/")).content.decode()
    assert colleague.user.name in page
    assert stranger.user.name not in page
    answers = {"who": str(colleague.pk), "reason": "Covers next week."}
    assert client.post(url(dispute, "people/bring-in/"), answers).status_code == 302
    assert dispute.participants.filter(appointment=colleague).exists()
    assert client.post(url(dispute, "people/bring-in/"), {"who": str(stranger.pk), "reason": "No."}).status_code == 200
    assert not dispute.participants.filter(appointment=stranger).exists()
