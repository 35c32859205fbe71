"""Every address of disputes and decisions × (somebody who may, a stranger, another partnership, nobody); none without a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from cases.models import Appointment
from tests import url_matrix
from tests.calling import Browsers
from tests.clock import Clock
from tests.url_matrix_disputes import ROWS, Row
from tests.url_matrix_world import World, make_world, member
from tests.worlds import shared

METHODS = ("get", "post")
NOT_HERE = (404, 405)


@shared
def world(db: None, clock: Clock, now: datetime) -> World:
    clock.move_to(now)
    return make_world(now)


def faults(
    world: World, acting: Callable[[Row], Appointment | None], check: Callable[[Row, str, Any], str],
    methods: tuple[str, ...] = METHODS,
) -> list[str]:
    """Ask every row in both ways, each as if the others had not been asked; what is wrong with the answers."""
    found, browsers = [], Browsers()
    for row in ROWS:
        for method in methods:
            client = browsers.of(acting(row))
            with transaction.atomic():
                response = getattr(client, method)(row.url.format(**world.names))
                transaction.set_rollback(True)
            if told := check(row, method, response):
                found.append(f"{method} {row}: {response.status_code} {told}")
    return found


def shows(row: Row, world: World, response: Any) -> bool:
    return bool(row.hides) and row.hides.format(**world.names) in response.content.decode()


def test_whoever_may_gets_every_page(world: World) -> None:
    def check(row: Row, method: str, response: Any) -> str:
        if method == "post":
            return "an empty post breaks it" if response.status_code >= 500 else ""
        if response.status_code != row.answer:
            return f"instead of {row.answer}"
        return "" if not row.hides or shows(row, world, response) else f"without {row.hides}"

    assert faults(world, lambda row: member(world.people, row.insider), check) == []


def hidden(world: World, *, same_role: bool = False) -> Callable[[Row, str, Any], str]:
    def check(row: Row, method: str, response: Any) -> str:
        if shows(row, world, response):
            return f"shows {row.hides}"
        if row.is_open or (row.by_role and same_role):
            return "breaks" if response.status_code >= 500 else ""
        return "" if response.status_code in NOT_HERE else "instead of 404"

    return check


def test_a_stranger_finds_nothing(world: World) -> None:
    assert faults(world, lambda _: world.people.stranger, hidden(world)) == []


def test_another_partnership_finds_nothing(world: World) -> None:
    assert faults(world, lambda row: member(world.elsewhere, row.insider), hidden(world, same_role=True)) == []


def test_nobody_is_asked_to_sign_in(world: World) -> None:
    def check(row: Row, method: str, response: Any) -> str:
        if row.url.startswith("/api/"):
            return "" if response.status_code in (401, 405) else "instead of 401"
        asked = response.status_code == 302 and response["Location"].startswith("/account/login/?next=")
        return "" if asked else "instead of the way to sign in"

    assert faults(world, lambda _: None, check) == []


def patterns(found: list[Any]) -> Iterator[URLPattern]:
    for pattern in found:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns)
        else:
            yield pattern


def test_every_address_of_the_product_has_a_row() -> None:
    rows = {row.name for row in ROWS} | {row.name for row in url_matrix.ROWS} | url_matrix.PUBLIC | {"healthy"}
    addresses = {str(pattern.name) for pattern in patterns(get_resolver().url_patterns)}
    assert addresses - rows == set()
    assert {row.name for row in ROWS} - addresses == set()
