"""Raising begins: danger first, then scope, and who cannot raise finds no such page."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from escalation.models import Dispute, Draft
from tests.clock import Clock
from tests.escalation.raising_pages import address, answers, begin, fill, text_of
from tests.factories import Cast
from tests.factories_disputes import people_under, publish
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


def test_danger_leads_to_the_emergency_page_and_the_answer_is_kept(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    response = client.post(address(draft, "danger"), {"danger": "yes"})
    assert response["Location"] == address(draft, "emergency")
    page = text_of(client.get(response["Location"]))
    assert "999" in page
    assert "01632 960 999" in page
    draft.refresh_from_db()
    assert draft.data["danger"] == {"danger": ["yes"]}
    assert address(draft, "scope") in page
    pages = answers(people)
    for step in ("scope", "person", "decision", "worry", "safety", "recipient"):
        client.post(address(draft, step), pages[step])
    client.post(address(draft, "check"))
    assert Dispute.objects.get().danger_answer == "in_danger"


def test_what_is_out_of_scope_is_signposted_and_leaves_nothing_behind(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    client.post(address(draft, "danger"), {"danger": "no"})
    assert "conduct" in text_of(client.get(address(draft, "scope")))
    response = client.post(address(draft, "scope"), {"about": "conduct"})
    page = text_of(client.get(response["Location"]))
    assert "positions of trust" in page
    assert not Draft.objects.exists()
    assert not Dispute.objects.exists()
    assert client.get(address(draft, "person")).status_code == 404


@pytest.mark.parametrize("about", ["", "something", "NONE"])
def test_scope_needs_an_answer(client: Client, people: Cast, about: str) -> None:
    draft = begin(client, people.council.practitioner)
    page = text_of(client.post(address(draft, "scope"), {"about": about}))
    assert "Choose one of the answers" in page
    assert Draft.objects.filter(pk=draft.pk).exists()


def test_an_unknown_signpost_is_not_there(client: Client, people: Cast) -> None:
    client.force_login(people.council.practitioner.user)
    assert client.get("/disputes/raise/elsewhere/nonsense/").status_code == 404


def test_who_cannot_raise_finds_no_such_page(client: Client, people: Cast) -> None:
    for acting in (people.chair, people.auditor, people.board_manager, people.council.board_representative):
        client.force_login(acting.user)
        assert client.get("/disputes/raise/").status_code == 404
        assert client.post("/disputes/raise/").status_code == 404


def test_without_a_protocol_the_start_says_so(client: Client, people: Cast) -> None:
    from tests import factories

    elsewhere = factories.cast(factories.make_partnership("nowhere"))
    client.force_login(elsewhere.council.practitioner.user)
    assert "There is no protocol yet" in text_of(client.get("/disputes/raise/"))
    assert client.post("/disputes/raise/").status_code == 200
    assert not Draft.objects.exists()


def test_a_protocol_without_scope_questions_goes_from_danger_to_the_person(client: Client, people: Cast, now: datetime) -> None:
    publish(people.partnership, "halton", now=now, out_of_scope=())
    draft = begin(client, people.council.practitioner)
    pages = answers(people)
    del pages["scope"]
    client.post(fill(client, draft, pages))
    assert Dispute.objects.count() == 1
