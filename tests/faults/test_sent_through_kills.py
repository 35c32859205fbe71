"""What was accepted survives the death of web processes, and what is sent again under its key does not double (R13)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from threading import Event, Semaphore, Thread

import pytest
from knox.models import AuthToken

from cases import audit
from cases.models import Sent
from escalation.embedded import die_with_parent
from escalation.models import Action
from tests.calling import one
from tests.factories_disputes import make_dispute, people_under
from tests.processes import port_for_a_server

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("LONG") != "1", reason="takes a minute: LONG=1"),
]  # fmt: skip
CLIENTS, FAULTS = 4, 20


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A web server with three worker processes on the test's database."""
    port, log = port_for_a_server(), tmp_path / "web"
    command = [sys.executable, "-m", "gunicorn", "escalation.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    command += ["--workers", "3", "--worker-class", "gthread", "--threads", "2"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, preexec_fn=die_with_parent(signal.SIGTERM))
    address, end = f"http://localhost:{port}", time.monotonic() + 180
    while not sends(f"{address}/healthy", {}, None):
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.2)
    yield address, process
    process.terminate()
    process.wait(60)


def sends(url: str, headers: dict[str, str], data: object) -> int:
    """The status of the answer, 0 when there was none."""
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"} | headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def workers_of(process: subprocess.Popen[bytes]) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def test_each_act_happened_exactly_once(server: tuple[str, subprocess.Popen[bytes]], now: datetime) -> None:
    address, process = server
    people = people_under("halton", now=now)
    dispute, by = make_dispute(people, now=now), people.council.practitioner
    over, progress, accepted, lost = Event(), Semaphore(0), Counter[str](), Counter[str]()

    def client(number: int, token: str) -> None:
        count = 0
        while not over.is_set():
            count += 1
            key = f"{number}-{count}"
            headers = {"Authorization": f"Token {token}", "Idempotency-Key": key}
            data = {"what": key, "owner": by.pk, "due_on": "2099-04-20"}
            while (status := sends(f"{address}{one(dispute, 'actions/')}", headers, data)) not in (200, 201):
                assert status in (0, 500, 502, 503), status
                lost[key] += 1
            accepted[key] += 1
            progress.release()

    tokens = [AuthToken.objects.create(by.user)[1] for _ in range(CLIENTS)]
    threads = [Thread(target=client, args=pair) for pair in enumerate(tokens)]
    for thread in threads:
        thread.start()
    for _ in range(FAULTS):
        assert progress.acquire(timeout=120)
        os.kill(workers_of(process)[0], signal.SIGKILL)
    over.set()
    for thread in threads:
        thread.join()
    done = Counter(Action.objects.filter(dispute=dispute).values_list("what", flat=True))
    sys.stderr.write(f"{len(accepted)} accepted, {FAULTS} processes killed, {sum(lost.values())} sent again\n")
    assert done == accepted
    assert set(Sent.objects.values_list("key", flat=True)) == set(accepted)
    assert list(audit.broken_links()) == []
