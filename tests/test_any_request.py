"""Whatever a program sends, valid or not, as whichever role: the API answers, and never with a fault of ours (schemathesis).

``./test`` sends one request to every fifth endpoint; ``REQUESTS=20000 ./test tests/test_any_request.py -n auto`` as many as
are wanted, a share of them as each role.
"""

from __future__ import annotations

import os
import warnings
from contextlib import suppress
from datetime import datetime
from itertools import cycle
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from tests.clock import Clock
from tests.url_matrix_world import World, make_world, member

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode

ROLES = ("council.practitioner", "council.lead", "chair", "board_manager", "auditor")
WANTED = int(os.environ.get("REQUESTS", "0"))
RUNS = [(role,) for role in ROLES] if WANTED else [ROLES]
ODDS_OF_NOTHING = 4  # one address of so many names something that there is not


def endpoints(client: Client) -> list[Any]:
    """Each operation of the API as it describes itself."""
    described = client.get("/api/schema/", headers={"accept": "application/json"}).json()
    schema: Any = schemathesis.openapi.from_dict(described)
    return [found.ok() for found in schema.get_all_operations()]


class Sender:
    """Sends what was made up, each as if nothing had been sent before, and keeps what the product could not answer."""

    def __init__(self, world: World) -> None:
        self.world, self.clients, self.faults, self.sent = world, dict[str, Client](), list[str](), 0
        for role in ROLES:
            self.clients[role] = Client(raise_request_exception=False)
            self.clients[role].force_login(member(world.people, role).user)

    def real(self, name: str, path: str) -> Any:
        """Something that there is, in place of a made-up part of the address."""
        names = self.world.names
        if name == "reference":
            return names["last" if "referral" in path or "outcome" in path else "dispute"]
        if name == "key":
            return names["item"]
        nouns = [noun for noun in names if noun in path.replace("-", "_")]
        return names[nouns[-1]] if nouns and name == "pk" else next(iter(self.world.names.values()))

    def send(self, role: str, case: Any, odds: int) -> None:
        """Send it, mostly to something that there is."""
        path, given = case.operation.path, dict(case.path_parameters or {})
        for name, value in given.items():
            part = self.real(name, path) if odds else value
            path = path.replace(f"{{{name}}}", quote(str(part), safe=""))
        query = urlencode(case.query or {}, doseq=True)
        with transaction.atomic():
            answer = self.ask(role, case, f"{path}?{query}" if query else path)
            transaction.set_rollback(True)
        self.sent += 1
        if answer.status_code >= 500:
            self.faults.append(f"{answer.status_code} {case.operation.method} {path}?{query} {str(case.body)[:200]} as {role}")

    def ask(self, role: str, case: Any, url: str) -> Any:
        method, client = case.operation.method.lower(), self.clients[role]
        if method in ("get", "delete", "head"):
            return getattr(client, method)(url)
        body = case.body if isinstance(case.body, dict | list | str | int | float | bool | type(None)) else {}
        return getattr(client, method)(url, body, content_type="application/json")


def made_up(operation: Any) -> st.SearchStrategy[Any]:
    """Requests that the description allows, and requests that it does not."""
    modes = (GenerationMode.NEGATIVE, GenerationMode.POSITIVE)
    return st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))


@pytest.mark.django_db
@pytest.mark.timeout(0)
@pytest.mark.parametrize("roles", RUNS, ids="-".join)
def test_the_api_answers_whatever_is_sent(roles: tuple[str, ...], now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    sender = Sender(make_world(now))
    found = endpoints(sender.clients[ROLES[0]])[:: 1 if WANTED else 5]
    wanted = WANTED // len(RUNS) if WANTED else len(found) * 4 // 5
    examples, healthy = 10 if WANTED else 1, list(HealthCheck)
    kept = settings(max_examples=examples, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=healthy)
    for operation in cycle(found):
        with suppress(Unsatisfiable):  # nothing can be wrong with a request that asks for nothing
            kept(given(st.sampled_from(roles), made_up(operation), st.integers(0, ODDS_OF_NOTHING - 1))(sender.send))()
        if operation is found[-1] and sender.sent >= wanted:
            break
    assert not sender.faults, "\n".join(sorted(set(sender.faults))[:30])
