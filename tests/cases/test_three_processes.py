"""Ending a session, an account or all of them holds at the very next request on each of three web processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from cases.models import Appointment, User
from escalation.embedded import die_with_parent
from tests import factories
from tests.factories import PASSWORD
from tests.processes import port_for_a_server

pytestmark = pytest.mark.slow
SOON = 1.0


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given: object) -> None:
        return None


ASK = urllib.request.build_opener(_Stay)


@pytest.fixture
def addresses(transactional_db: None, tmp_path: Path) -> Iterator[list[str]]:
    """Three web servers of their own on the test's database."""
    ports = [port_for_a_server() for _ in range(3)]
    started = [_serve(port, tmp_path / f"web{port}") for port in ports]
    found = [f"http://localhost:{port}" for port in ports]
    end = time.monotonic() + 180
    while not all(_answers(f"{address}/healthy") for address in found):
        assert time.monotonic() < end, "\n".join(log.read_text() for log in tmp_path.glob("web*"))
        time.sleep(0.2)
    yield found
    for process in started:
        process.terminate()
        process.wait(60)


def _serve(port: int, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", "escalation.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    command += ["--worker-class", "gthread", "--threads", "2"]
    with log.open("wb") as output:
        return subprocess.Popen(command, stdout=output, stderr=output, preexec_fn=die_with_parent(signal.SIGTERM), env=os.environ)


def _answers(url: str, **headers: str) -> int:
    try:
        with ASK.open(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def close(held: Appointment) -> None:
    User.objects.filter(pk=held.user_id).update(is_active=False)


def leave(held: Appointment) -> None:
    Appointment.objects.filter(pk=held.pk).update(ends_on=date(2020, 2, 1))


def test_what_ends_has_ended_everywhere_within_a_second(addresses: list[str]) -> None:
    people = factories.cast()
    endings: list[tuple[Appointment, Callable[[Appointment], object]]] = [
        (people.council.practitioner, close), (people.council.line_manager, leave), (people.council.lead, _end_from_elsewhere),
    ]  # fmt: skip
    for held, end in endings:
        cookie = {"Cookie": f"sessionid={_signed_in(held).cookies['sessionid'].value}"}
        program = {"Authorization": f"Token {_token(held)}"}
        assert [_answers(f"{address}/directory/", **cookie) for address in addresses] == [200] * 3
        assert [_answers(f"{address}/api/roles/", **program) for address in addresses] == [200] * 3
        end(held)
        ended = time.monotonic()
        assert [_answers(f"{address}/directory/", **cookie) for address in addresses] == [302] * 3
        assert [_answers(f"{address}/api/roles/", **program) for address in addresses] == [401] * 3
        assert time.monotonic() - ended < SOON * len(addresses)


def _signed_in(held: Appointment) -> Client:
    client = Client()
    assert client.post("/account/login/", {"login": held.user.email, "password": PASSWORD}).status_code == 302
    return client


def _token(held: Appointment) -> str:
    given = Client().post("/api/token/", {"email": held.user.email, "password": PASSWORD}, content_type="application/json")
    return str(given.json()["token"])


def _end_from_elsewhere(held: Appointment) -> None:
    _signed_in(held).post("/account/sign-out-everywhere/", {"tokens": "yes"})
