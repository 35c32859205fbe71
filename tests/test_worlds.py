"""A world made once is the same for each test that shares it, whatever the tests before did to it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from cases.clock import database_now
from cases.models import Agency, Partnership
from tests.clock import Clock
from tests.factories import make_agency, make_partnership
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def home(now: datetime, clock: Clock) -> Partnership:
    clock.move_to(now)
    return make_partnership("halton")


@shared
def agency(home: Partnership) -> Agency:
    return make_agency(home)


@pytest.mark.parametrize("turn", range(2))
def test_what_a_test_did_is_gone_from_rows_and_from_values(turn: int, home: Partnership, agency: Agency) -> None:
    assert (agency.name != "Another", Agency.objects.count()) == (True, 1)
    assert agency.partnership is home
    agency.name = "Another"
    Agency.objects.update(name="Another")
    make_agency(home)


def test_what_was_made_for_others_alone_is_not_there(home: Partnership) -> None:
    assert list(Partnership.objects.all()) == [home]
    assert not Agency.objects.exists()


@pytest.mark.parametrize("days", [0, 2])
def test_the_clock_stands_where_it_stood_when_the_world_was_made(
    days: int, agency: Agency, clock: Clock, now: datetime
) -> None:
    assert timedelta() <= timezone.now() - now < timedelta(minutes=1)
    clock.advance(days=days)
    assert abs(timezone.now() - database_now()) < timedelta(seconds=5)
    assert database_now() - now >= timedelta(days=days)


def test_a_test_without_a_shared_world_begins_with_nothing() -> None:
    assert not Partnership.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_gets_it_made_anew(agency: Agency) -> None:
    assert Agency.objects.get() == agency
