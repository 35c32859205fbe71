"""The launcher of ./start: it comes up, says so twice, mends what dies, and leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.processes import port_for_a_server

BASE = Path(__file__).resolve().parent.parent
SETTINGS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DEMO", "DEBUG", "SECRET_KEY",
            "AUDIT_CHECKPOINT_FILE")
COMMAND = [sys.executable, "-m", "escalation.launcher"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")


@dataclass
class Launched:
    """A launcher of its own, with an empty database, beside whatever else runs here."""

    state: Path
    port: int
    output: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        return {**kept, "STATE_DIRECTORY": str(self.state)}

    def start(self) -> subprocess.Popen[bytes]:
        with self.output.open("wb") as output:
            process = subprocess.Popen(
                [*COMMAND, "--port", str(self.port)], cwd=BASE, env=self.environment, stdout=output, stderr=output
            )
        self.started.append(process)
        wait_until(lambda: "The service is ready" in self.said or process.poll() is not None, 400)
        assert process.poll() is None, self.said
        return process

    @property
    def said(self) -> str:
        return self.output.read_text()

    def processes(self) -> dict[int, str]:
        """Every process that names this state directory in its command line or environment."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                texts = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                if str(self.state).encode() in texts and int(entry.name) != os.getpid():
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return found

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthy", timeout=30) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def wait_until(condition: Callable[[], object], patience: float) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.1)


@pytest.fixture
def launched(tmp_path: Path) -> Iterator[Launched]:
    state = Path(tempfile.mkdtemp(prefix="escalation-start-"))  # not tmp_path: root's servers run under another account
    (state / "demo-data").write_text("done")
    running = Launched(state, port_for_a_server(), tmp_path / "output")
    yield running
    for process in running.started:
        process.send_signal(signal.SIGTERM)
        process.wait(180)
    shutil.rmtree(state, ignore_errors=True)


@pytest.mark.slow
def test_start_mends_itself_and_a_killed_launcher_leaves_nothing_behind(launched: Launched) -> None:
    launcher = launched.start()
    wait_until(launched.answers, 120)

    again = subprocess.run(
        [*COMMAND, "--port", str(launched.port)], cwd=BASE, env=launched.environment, capture_output=True, text=True, check=False
    )
    assert again.returncode == 0
    assert "already running" in again.stdout

    web = [pid for pid, command in launched.processes().items() if "gunicorn" in command]
    for pid in web:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: "web ended" in launched.said and launched.answers(), 240)

    launcher.kill()
    launcher.wait()
    wait_until(lambda: not launched.processes(), 120)
    assert not launched.answers()

    launched.start()
    wait_until(launched.answers, 120)
    assert f"kept in {launched.state}" in launched.said
