"""What no column can hold, and what is too large, is refused wherever it comes in; forms are in test_bad_input."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from cases.forms.base import NUL_REFUSED
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import make_dispute, people_under, people_with_a_further_body
from tests.url_matrix_disputes import ROWS
from tests.url_matrix_world import member

pytestmark = pytest.mark.django_db
# Every word that a page or an endpoint asks its address for.
ASKED = (
    "newer", "older", "kind", "case", "change", "check", "track", "order", "state", "reference", "agency", "status", "stage",
    "whose", "overdue", "event", "unread", "before", "after", "new", "seen", "next", "q",
)  # fmt: skip
MUCH = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)


def test_a_nul_in_an_address_breaks_nothing(now: datetime, clock: Clock) -> None:
    """Under every name that a list asks for."""
    clock.move_to(now)
    people, found = people_with_a_further_body(now), list[str]()
    reference = make_dispute(people, now=now).reference
    client = Client(raise_request_exception=False)
    for row in ROWS:
        if "{" in row.url.replace("{dispute}/story", ""):
            continue
        client.force_login(member(people, row.insider).user)
        url = f"{row.url.format(dispute=reference)}?{'&'.join(f'{name}=~%00' for name in ASKED)}"
        with transaction.atomic():
            status = client.get(url).status_code
            transaction.set_rollback(True)
        if status >= 500:
            found.append(f"{status} {url}")
    assert not found, "\n".join(found)


def api(people: Cast, body: Any, address: str = "/api/disputes/") -> Any:
    client = Client(raise_request_exception=False)
    client.force_login(people.council.practitioner.user)
    return client.post(address, json.dumps(body), content_type="application/json")


def test_the_api_takes_no_nul_and_no_more_than_an_act_needs(now: datetime, clock: Clock) -> None:
    """Wherever it stands, a key included; and nothing is worked out of what is too large."""
    clock.move_to(now)
    people = people_under("halton", now=now)
    for sent, field in (
        ({"worry": "a\x00"}, "worry"), ({"unknown": [{"deep": "\x00"}]}, "unknown"), ({"answers": {"a\x00": "b"}}, "answers"),
        ({"a\x00": "b"}, None), (["\x00"], None),
    ):  # fmt: skip
        answer = api(people, sent)
        assert answer.status_code == 400, sent
        assert (answer.json()["message"], answer.json()["field"]) == (NUL_REFUSED, field)
    for address in ("/api/disputes/", "/api/token/"):
        answer = api(people, {"email": MUCH}, address)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_form_takes_no_more_than_an_act_needs(now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    client = Client(raise_request_exception=False)
    client.force_login(people_under("halton", now=now).council.practitioner.user)
    assert client.post("/account/act-as/", {"role": MUCH}).status_code == 400
