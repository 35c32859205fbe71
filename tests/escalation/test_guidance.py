"""The guidance: the protocol told to everybody in its own words."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from escalation.models import ProtocolVersion
from escalation.protocol import Protocol
from tests.clock import Clock
from tests.escalation.home_pages import see
from tests.factories import Cast
from tests.factories_disputes import people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@pytest.mark.parametrize("key", ["halton", "dundee", "luton", "south_lanarkshire"])
def test_guidance_tells_the_protocol_to_everybody(client: Client, clock: Clock, now: datetime, key: str) -> None:
    clock.move_to(now)
    people = people_under(key, now=now)
    for who in (people.council.practitioner, people.chair, people.auditor):
        page = see(client, who, "/guidance/")
        for stage in people_version(people).stages:
            assert f"{stage.label}: " in page
        assert people_version(people).final_authority.title.replace("'", "&#x27;") in page
    assert "Day 9" in page if key == "halton" else "no time limits" in page


def people_version(people: Cast) -> Protocol:
    version = ProtocolVersion.objects.newest_for(people.partnership)
    assert version is not None
    return version.protocol


def test_who_leads_each_stage_is_named_for_every_agency_and_a_gap_is_said(
    client: Client, clock: Clock, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    client.force_login(people.council.practitioner.user)
    with django_assert_max_num_queries(14):
        page = client.get("/directory/stages/").content.decode()
    second = page[page.index("Managers or safeguarding leads") : page.index("Senior managers and board representatives")]
    for who in (people.council.line_manager, people.council.lead, people.health.line_manager):
        assert who.user.name in second
    assert "Nobody is recorded who could lead it." in second, "the police have no line manager"
    assert people.chair.user.name in page[page.index("Board chair") :]
