"""The frame of every page: who acts, where one can go, and that a tab never shows a name."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from cases.models import Appointment
from cases.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def page_of(client: Client, held: Appointment, url: str = "/directory/") -> str:
    client.force_login(held.user)
    return client.get(url).content.decode()


def test_the_frame_says_who_acts_where(client: Client) -> None:
    held = factories.cast().council.line_manager
    page = page_of(client, held)
    assert held.user.name in page
    assert "line manager" in page
    assert held.partnership.name in page
    assert "Switch role" not in page


def test_whoever_has_several_roles_can_switch(client: Client) -> None:
    people = factories.cast()
    held = people.council.line_manager
    factories.make_appointment(Role.PRACTITIONER, people.health.agency, user=held.user)
    assert 'href="/account/roles/"' in page_of(client, held)


def test_the_current_place_is_marked(client: Client) -> None:
    page = page_of(client, factories.cast().council.line_manager)
    assert re.search(r'href="/directory/" aria-current="true"', page)


def test_before_signing_in_there_is_nowhere_to_go(client: Client) -> None:
    page = client.get("/help/").content.decode()
    assert "govuk-service-navigation" not in page
    assert 'href="/account/login/"' in page


@pytest.mark.parametrize("url", ["/directory/", "/cases/", "/account/roles/", "/help/", "/api/docs/"])
def test_titles_name_nobody(client: Client, url: str) -> None:
    people = factories.cast()
    title = re.search(r"<title>(.*?)</title>", page_of(client, people.council.lead, url), re.DOTALL)
    assert title
    assert title[1].endswith("– Safeguarding disagreements")
    for held in Appointment.objects.select_related("user"):
        assert held.user.name.split()[1] not in title[1]
