"""The board manager reads the protocol: its timetable, versions, file and simulated cases, which nobody else gets to."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from escalation.protocol_files import loads
from tests.clock import Clock
from tests.escalation.protocol_pages import begin, go
from tests.factories import Cast, cast, make_partnership
from tests.factories_disputes import people_under, source_protocol
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


def test_the_protocol_in_force_is_read_as_a_timetable_with_its_versions(client: Client, people: Cast) -> None:
    page = go(client, people.board_manager, "/protocol/")
    assert "Halton professional challenge and escalation" in page
    assert "Stage 2 is concluded, by Day 9" in page
    assert "In force" in page
    assert "Version 1" in go(client, people.chair, "/protocol/versions/1/")


@pytest.mark.parametrize(
    "path", ["", "versions/1/", "versions/1/file/", "versions/1/simulate/", "differences/", "import/", "drafts/new/"]
)
def test_nobody_else_gets_there(client: Client, people: Cast, path: str) -> None:
    elsewhere = cast(make_partnership("luton"))
    for who in (people.council.practitioner, people.council.lead, people.auditor):
        go(client, who, f"/protocol/{path}", status=404)
    if "versions" in path:
        go(client, elsewhere.board_manager, f"/protocol/{path}", status=404)


def test_a_draft_is_its_partnerships_alone_and_the_chair_sees_it_once_submitted(client: Client, people: Cast) -> None:
    draft = begin(client, people.board_manager)
    elsewhere = cast(make_partnership("luton"))
    for path in ("", "file/", "simulate/", "submit/", "discard/", "part/clock/"):
        go(client, elsewhere.board_manager, f"/protocol/drafts/{draft.pk}/{path}", status=404)
        go(client, people.chair, f"/protocol/drafts/{draft.pk}/{path}", status=404)


def test_the_file_of_a_version_reads_back_as_the_same_protocol(client: Client, people: Cast) -> None:
    client.force_login(people.board_manager.user)
    answer = client.get("/protocol/versions/1/file/")
    assert answer["Content-Disposition"] == 'attachment; filename="protocol-version-1.yaml"'
    assert loads(answer.content.decode()) == source_protocol("halton")


def test_a_simulated_case_shows_every_date_and_who_is_told(client: Client, people: Cast) -> None:
    query = (
        "?concern_day=2&concern_month=4&concern_year=2026&concern_time=10:00&stage1=silence&stage2=reply&stage3=agreement"
        f"&raising={people.council.agency.pk}&responding={people.health.agency.pk}"
    )
    page = go(client, people.board_manager, f"/protocol/versions/1/simulate/{query}")
    assert "by Sat 4 April, end of day" in page
    assert "The clock opens Stage 2 by itself" in page
    assert "Agreed; each agency is asked to confirm it in writing" in page
    assert people.council.line_manager.user.name in page
    assert f"Stage 4: {source_protocol('halton').stage(4).name}" not in page.partition("Try it another way")[0]
    assert "It cannot be raised before" in go(
        client,
        people.board_manager,
        f"/protocol/versions/1/simulate/{query}&raised_day=1&raised_month=4&raised_year=2026&raised_time=10:00",
    )
