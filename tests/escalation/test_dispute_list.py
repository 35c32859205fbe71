"""The list of disputes: its filters, its pages, and the same number of queries however many rows, here and at My work."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from escalation.models import Dispute
from tests.clock import Clock
from tests.escalation.home_pages import pass_by, see
from tests.factories import Cast
from tests.factories_disputes import climb, make_dispute, people_under
from tests.questions import Questions
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def three(people: Cast, now: datetime) -> tuple[Dispute, Dispute, Dispute]:
    first = make_dispute(people, now=now)
    second = climb(make_dispute(people, now=now), now=now)
    third = make_dispute(
        people, now=now, responding=[people.charity.agency], addressee=people.charity, entry_stage=3,
        immediate_risk_reason="She goes home alone tonight.",
    )  # fmt: skip
    return first, second, third


def test_filters_of_the_list(client: Client, people: Cast, now: datetime, three: tuple[Dispute, ...]) -> None:
    first, second, third = (dispute.reference for dispute in three)
    assert people.charity.agency is not None
    expected = {
        "": {first, second, third},
        "stage=1": {first},
        "stage=2": {second},
        f"agency={people.charity.agency.pk}": {third},
        f"reference={second}": {second},
        f"reference={second.lower()}": {second},
        "status=running": {first, second, third},
        "status=ended": set(),
        "status=awaiting_reply&stage=1": {first},
        "whose=raised": {first, second, third},
        "time=overdue": set(),
        "stage=99": {first, second, third},
        "agency=x&status=nonsense&whose=%00": {first, second, third},
    }
    for query, wanted in expected.items():
        page = see(client, people.council.practitioner, f"/disputes/?{query}")
        assert {reference for reference in (first, second, third) if f"/disputes/{reference}/" in page} == wanted, query
    assert f"/disputes/{third}/" not in see(client, people.health.lead, "/disputes/?whose=agency")
    assert f"/disputes/{third}/" in see(client, people.charity, "/disputes/?whose=mine")


def test_overdue_filter_finds_what_was_missed(client: Client, people: Cast, now: datetime, clock: Clock) -> None:
    dispute = make_dispute(people, now=now)
    pass_by(now + timedelta(days=14), clock)
    assert dispute.reference in see(client, people.council.practitioner, "/disputes/?time=overdue")


def test_a_protocol_without_limits_has_no_overdue_filter(client: Client, clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = people_under("dundee", now=now)
    assert 'name="time"' not in see(client, people.council.practitioner, "/disputes/")


def test_a_mark_that_is_no_place_in_the_list_is_not_found(client: Client, people: Cast) -> None:
    client.force_login(people.council.practitioner.user)
    assert client.get("/disputes/?older=nonsense").status_code == 404


def queries(client: Client, path: str) -> int:
    with Questions(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", ["/", "/disputes/"])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client, people: Cast, now: datetime, path: str
) -> None:
    readers = [
        people.council.practitioner,
        people.council.lead,
        people.health.practitioner,
        people.auditor,
        people.board_manager,
    ]
    case = None

    def grow(rows: int) -> dict[int, int]:
        nonlocal case
        for _ in range(rows):
            dispute = make_dispute(people, now=now, **({"case": case} if case else {}))
            case = dispute.case
        counted = {}
        for reader in readers:
            client.force_login(reader.user)
            client.get(path)
            counted[reader.pk] = queries(client, path)
        return counted

    few, many = grow(3), grow(27)
    assert few == many
    assert max(many.values()) <= 46, many


def test_pages_of_the_list_hold_every_dispute_once(client: Client, people: Cast, now: datetime) -> None:
    first = make_dispute(people, now=now)
    references = {first.reference} | {make_dispute(people, now=now, case=first.case).reference for _ in range(29)}
    page = see(client, people.council.practitioner, "/disputes/")
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = see(client, people.council.practitioner, f"/disputes/{older}")
    on_first = {reference for reference in references if f"/disputes/{reference}/" in page}
    on_second = {reference for reference in references if f"/disputes/{reference}/" in second}
    assert len(on_first) == 25
    assert on_first | on_second == references
    assert not on_first & on_second
