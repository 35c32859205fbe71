"""Every address × (somebody who may, a stranger, somebody of another partnership, nobody): what is hidden does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver

from cases.models import Appointment
from tests.url_matrix import COVERED, PUBLIC, ROWS, Row, World, make_world
from tests.worlds import shared

every_row = pytest.mark.parametrize("row", ROWS, ids=str)


@shared
def world(db: None, now: datetime) -> World:
    return make_world(now)


def ask(client: Client, row: Row, world: World, acting: Appointment | None) -> HttpResponse:
    if acting is not None:
        client.force_login(acting.user)
    url = row.url.format(**world.names)
    data: Any = {key: str(value).format(**world.names) for key, value in row.data.items()}
    kind = {"content_type": "application/json"} if url.startswith("/api/") and row.method != "get" else {}
    response: Any = getattr(client, row.method)(url, data, **kind)
    if response.status_code == 200 and row.hides:
        response.shown = row.hides.format(**world.names) in response.content.decode()
    answer: HttpResponse = response
    return answer


@every_row
def test_whoever_may_gets_the_page(client: Client, row: Row, world: World) -> None:
    response = ask(client, row, world, world.insider(row))
    assert response.status_code == row.answer, response.content.decode()[:2000]
    assert not row.hides or response.shown  # type: ignore[attr-defined]


@every_row
def test_a_stranger_finds_nothing(client: Client, row: Row, world: World) -> None:
    response = ask(client, row, world, world.people.stranger)
    assert response.status_code == row.stranger
    assert not row.hides or not response.shown  # type: ignore[attr-defined]


@every_row
def test_another_partnership_finds_nothing(client: Client, row: Row, world: World) -> None:
    response = ask(client, row, world, world.outsider(row))
    assert response.status_code == row.outsider
    assert not row.hides or not response.shown  # type: ignore[attr-defined]


@every_row
def test_nobody_is_asked_to_sign_in(client: Client, row: Row, world: World) -> None:
    response = ask(client, row, world, None)
    assert response.status_code == row.anonymous
    if row.anonymous == 302:
        assert response["Location"].startswith("/account/login/?next=")


@pytest.mark.parametrize(
    ("hidden", "unknown"),
    [
        ("/cases/{case}/", "/cases/HAL-C-2099-9999/"),
        ("/cases/{case}/person/", "/cases/HAL-C-2099-9999/person/"),
        ("/api/cases/{case}/", "/api/cases/HAL-C-2099-9999/"),
        ("/directory/{colleague}/", "/directory/999999999/"),
        ("/directory/{colleague}/end/", "/directory/99999999999999999999999/end/"),
    ],
)
def test_hidden_and_unknown_look_the_same(client: Client, world: World, hidden: str, unknown: str) -> None:
    client.force_login(world.people.stranger.user)
    pages = [client.get(url.format(**world.names)) for url in (hidden, unknown)]
    assert [page.status_code for page in pages] == [404, 404]
    assert without_tokens(pages[0]) == without_tokens(pages[1])


def without_tokens(response: Any) -> str:
    return re.sub(r'(value|nonce)="[^"]+"', "", response.content.decode())


def patterns(found: list[Any]) -> Iterator[URLPattern]:
    for pattern in found:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns)
        else:
            yield pattern


def test_every_address_has_a_row() -> None:
    in_table = {row.name for row in ROWS}
    addresses = {pattern.name for module in COVERED for pattern in patterns(import_module(module).urlpatterns)}
    assert addresses - in_table - PUBLIC == set()
