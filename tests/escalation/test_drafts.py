"""Drafts: kept at every page, also after signing out, seen by nobody else, thrown away on demand."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from cases.roles import Role
from escalation.models import Draft
from tests.clock import Clock
from tests.escalation.raising_pages import address, answers, begin
from tests.factories import Cast, make_appointment
from tests.factories_disputes import people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


def test_a_draft_survives_signing_out_and_is_found_on_my_work(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    client.post(address(draft, "decision"), answers(people)["decision"])
    client.post("/account/logout/")
    assert client.get(address(draft, "decision")).status_code == 302
    client.force_login(people.council.practitioner.user)
    for page in ("/", "/disputes/raise/"):
        shown = client.get(page).content.decode()
        assert "Discharge home on Friday" in shown
        assert address(draft, "decision") in shown
    assert "Discharge home on Friday" in client.get(address(draft, "decision")).content.decode()


def test_autosave_keeps_what_is_typed_so_far_without_judging_it(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    response = client.post(address(draft, "worry"), {"worry": "She may f\x00"}, headers={"x-autosave": "1"})
    assert response.status_code == 204
    page = client.get(address(draft, "worry")).content.decode()
    assert "She may f" in page
    assert "There is a problem" not in page


def test_nobody_else_sees_a_draft(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    client.post(address(draft, "decision"), answers(people)["decision"])
    for other in (people.council.line_manager, people.health.practitioner, people.stranger, people.auditor):
        client.force_login(other.user)
        for step in ("danger", "decision", "check", "done", "emergency", "scope"):
            assert client.get(address(draft, step)).status_code == 404
            assert client.post(address(draft, step)).status_code == 404
        assert client.post(f"/disputes/raise/{draft.pk}/discard/").status_code == 404
        assert "Discharge home" not in client.get("/").content.decode()
    assert Draft.objects.filter(pk=draft.pk).exists()


def test_a_draft_belongs_to_the_role_in_which_it_was_begun(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    second = make_appointment(Role.LINE_MANAGER, people.health.agency, user=people.council.practitioner.user)
    client.post("/account/act-as/", {"role": second.pk})
    assert client.get(address(draft, "person")).status_code == 404


def test_a_draft_can_be_thrown_away_alone(client: Client, people: Cast) -> None:
    first = begin(client, people.council.practitioner)
    second = begin(client, people.council.practitioner)
    assert client.get(f"/disputes/raise/{first.pk}/discard/").status_code == 405
    assert client.post(f"/disputes/raise/{first.pk}/discard/").status_code == 302
    assert list(Draft.objects.all()) == [second]


def test_an_unknown_page_of_a_draft_is_not_there(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    assert client.get(address(draft, "nonsense")).status_code == 404
    assert client.get(address(draft, "done")).status_code == 404
