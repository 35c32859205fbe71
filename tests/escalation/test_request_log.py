"""Logs in production: one line of JSON for each request and each message, with ids and without a word that somebody wrote."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from escalation.request_log import Lines
from tests.clock import Clock
from tests.factories_disputes import make_dispute, people_under
from tests.test_lint import BASE, PRODUCTION

CANARY = "Canary-7c1f"


class Kept(logging.Handler):
    """What a log would hold."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(Lines())
        self.text: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.text.append(self.format(record))

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.text]


@pytest.fixture
def kept() -> Iterator[Kept]:
    """All lines of a test, requests included."""
    handler, root, requests = Kept(), logging.getLogger(), logging.getLogger("escalation.request_log")
    level = requests.level
    root.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    requests.setLevel(level)


@pytest.mark.django_db
def test_a_request_is_one_line_that_names_the_address_and_the_role_and_nothing_that_was_typed(
    kept: Kept, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute, by = make_dispute(people, now=now), people.council.practitioner
    client = Client(headers={"user-agent": CANARY})
    client.force_login(by.user)
    client.get(f"/disputes/{dispute.reference}/?order={CANARY}")
    client.post(f"/disputes/{dispute.reference}/acknowledgement/give/?{CANARY}", {"reason": CANARY, "kind": CANARY})
    client.get(f"/{CANARY}/")
    Client().post("/account/login/", {"login": f"{CANARY}@example.org", "password": CANARY})
    client.get("/healthy")
    told = [line for line in kept.lines if line["event"] == "request"]
    assert [(line["address"], line["method"], line["status"], line["acting"]) for line in told] == [
        ("dispute", "GET", 200, by.pk), ("acknowledge", "POST", told[1]["status"], by.pk),
        ("unknown", "GET", 404, by.pk), ("account_login", "POST", 200, None),
    ]  # fmt: skip
    assert [line["reference"] for line in told] == [dispute.reference, dispute.reference, None, None]
    assert len({line["request"] for line in told}) == 4
    assert all(line["milliseconds"] >= 0 and line["time"].endswith("+00:00") for line in told)
    assert CANARY not in "".join(kept.text)
    assert by.user.email not in "".join(kept.text)


def test_an_error_is_told_by_its_type_and_place(kept: Kept) -> None:
    def fails(name: str) -> None:
        try:
            int(name)
        except ValueError as error:
            raise IntegrityError(f"Failing row contains ({name})") from error

    try:
        fails(CANARY)
    except IntegrityError:
        logging.getLogger("escalation.actions.sweep").exception("dispute %s could not be swept", 12)
        logging.getLogger("django.request").exception("Internal Server Error: %s", f"/{CANARY}/")
        logging.getLogger("django.security.DisallowedHost").exception(f"Invalid HTTP_HOST header: {CANARY}")
        context = {"name": "escalation.tasks.sweep_deadlines", "id": "1-2", "exc": CANARY, "args": (CANARY,), "kwargs": CANARY}
        trace = logging.getLogger("celery.app.trace")
        trace.exception("Task %(name)s[%(id)s] raised unexpected: %(exc)s", context, extra={"data": context})
    ours, request, security, task = kept.lines
    assert ours["event"] == "dispute 12 could not be swept"
    assert [one["type"] for one in ours["errors"]] == ["django.db.utils.IntegrityError", "builtins.ValueError"]
    assert ours["errors"][1]["at"][-1].endswith(" fails")
    assert request["event"] == "Internal Server Error: %s"
    assert security["event"].startswith("test_request_log.py:")
    assert (task["task"], task["task_id"]) == ("escalation.tasks.sweep_deadlines", "1-2")
    assert CANARY not in "".join(kept.text)


IN_PRODUCTION = f"""
import logging, django
django.setup()
from django.test import Client
Client(raise_request_exception=False).get("/account/login/nothing/", headers={{"host": "disputes.example.org"}}, secure=True)
Client(raise_request_exception=False).get("/{CANARY}/", headers={{"host": "{CANARY}.example.org"}}, secure=True)
answer = Client().get("/account/login/", headers={{"host": "disputes.example.org"}}, secure=True)
print(answer.headers["Strict-Transport-Security"], answer.cookies.output())
from escalation.celery import app
app.log.setup(loglevel="WARNING")
logging.getLogger("celery.app.trace").error("Task %(name)s: %(exc)s", {{"name": "a", "exc": "{CANARY}"}})
logging.getLogger("gunicorn.error").error("Error handling request %s", "/{CANARY}/")
"""


def test_in_production_web_and_workers_write_nothing_but_such_lines() -> None:
    wanted = {**os.environ, "DJANGO_SETTINGS_MODULE": "escalation.settings", **PRODUCTION, "HASHED_STATIC": "0"}
    environment = {name: value for name, value in wanted.items() if value is not None}
    command = [sys.executable, "-W", "ignore", "-c", IN_PRODUCTION]
    done = subprocess.run(command, cwd=BASE, env=environment, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["logger"] for line in lines].count("celery.app.trace") == 1
    assert [line["logger"] for line in lines].count("gunicorn.error") == 1
    asked = [(line["address"], line["status"]) for line in lines if line["event"] == "request"]
    assert asked == [("unknown", 404), ("unknown", 400), ("account_login", 200)]
    assert CANARY not in done.stderr + done.stdout
    assert done.stdout.startswith("max-age=31536000; includeSubDomains")
    assert "__Host-csrf=" in done.stdout
    assert all(word in done.stdout for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain=" not in done.stdout
