"""Paging by keyset: nothing is lost, nothing repeats, whichever field orders the list."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import RequestFactory

from cases.http import Page, page_of
from cases.models import Case
from tests import factories

pytestmark = pytest.mark.django_db


def page(address: str, key: str) -> Page[Case]:
    return page_of(Case.objects.all(), RequestFactory().get(f"/cases/{address}"), key=key, size=3)


@pytest.mark.parametrize("key", ["pk", "-pk", "opened_at", "-opened_at", "reference", "-reference"])
def test_there_and_back_again(now: datetime, key: str) -> None:
    people = factories.cast()
    for minutes in (5, 1, 1, 1, 3, 3, 1, 0):
        factories.make_case(people, now=now + timedelta(minutes=minutes, microseconds=minutes))
    sign = "-" if key.startswith("-") else ""
    expected = list(Case.objects.order_by(key, f"{sign}pk"))
    here = page("?agency=health", key)
    there: list[Page[Case]] = [here]
    while here.older:
        assert "agency=health" in here.older
        here = page(here.older, key)
        there.append(here)
    assert [row for part in there for row in part.rows] == expected
    assert [len(part.rows) for part in there] == [3, 3, 2]
    back = [here]
    while here.newer:
        here = page(here.newer, key)
        back.append(here)
    assert [part.rows for part in reversed(back)] == [part.rows for part in there]


def test_an_empty_list_has_no_neighbours() -> None:
    assert page("", "-opened_at") == Page(rows=[], newer=None, older=None)
