"""What ./start runs: servers, migrations, demonstration data, then web, worker and beat until Ctrl-C."""

import argparse
import base64
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from escalation.embedded import ENVIRONMENT_FILE, ServiceError, Services, state_directory
from escalation.supervisor import REFUSES, Child, RefusesToStart, Supervisor
from escalation.welcome import welcome

BASE = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(BASE / "manage.py")]
FIRST_PORT = 8000
BEGUN = "begun"


def main() -> int:
    options = _options()
    state = state_directory(BASE)
    state.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    lock = _take_lock(state)
    if lock is None:
        return 0
    if options.reset and not _reset(state):
        return 1
    launcher = Launcher(state, lock.fileno(), options.port)
    try:
        launcher.run()
    except KeyboardInterrupt:
        _say("\nStopping …")
    except (ServiceError, RefusesToStart) as problem:
        _say(f"\n{problem}")
        return REFUSES if isinstance(problem, RefusesToStart) else 1
    finally:
        launcher.stop()
    _say("Stopped. Everything is kept; ./start goes on from here.")
    return 0


class Launcher:
    """One run of the product on this machine."""

    def __init__(self, state: Path, lock: int, port: int | None) -> None:
        self.state = state
        self.lock = lock
        self.port = _free_port(port)
        self.address = f"http://localhost:{self.port}"
        self.services = Services(state, held=(lock,))
        self.supervisor = Supervisor(tell=_say)
        self.environment = dict(os.environ)

    @property
    def is_demo(self) -> bool:
        return self.environment.get("DEMO") == "1"

    def run(self) -> None:
        self._start_servers()
        self._configure()
        self._migrate()
        self._start_web()
        self._fill()
        self._start_worker()
        people = self._people()
        self._wait_for_first_page()
        _say(welcome(self.environment["BASE_URL"], people, self.state))
        while True:
            time.sleep(0.5)
            self.supervisor.look_after()
            self.services.look_after(_say)

    def stop(self) -> None:
        (self.state / ENVIRONMENT_FILE).unlink(missing_ok=True)
        self.supervisor.stop()
        self.services.stop()

    def _start_servers(self) -> None:
        with _step("PostgreSQL and Valkey"):
            self.services.make_directories()
            if "DATABASE_URL" not in os.environ:
                self.services.start_postgres()
                self._clear_half_filled()
                self.services.create_database()
            if "REDIS_URL" not in os.environ:
                self.services.start_valkey()

    def _clear_half_filled(self) -> None:
        """A first run that was interrupted while it filled the demonstration begins again from nothing."""
        done = self.state / "demo-data"
        if done.exists() and done.read_text() == BEGUN:
            self.services.drop_database()
            shutil.rmtree(self.state / "audit", ignore_errors=True)
            done.unlink()
            (self.state / "migrated").unlink(missing_ok=True)

    def _configure(self) -> None:
        """Hand the servers' addresses to our children, and to any manage.py command run beside us."""
        is_ours = "DATABASE_URL" not in os.environ
        given = {**self.services.environment(), "BASE_URL": self.address, "STATE_DIRECTORY": str(self.state)}
        if is_ours:
            given |= {"DEMO": "1", "SECRET_KEY": _secret(self.state, "secret_key", 48).read_text()}
            given["AUDIT_SIGNING_KEY_FILE"] = str(_secret(self.state, "audit_signing_key", 32))
        for name, value in given.items():
            self.environment.setdefault(name, value)
        known = {name: self.environment[name] for name in given if name != "DATABASE_OWNER_URL" or is_ours}
        file = self.state / ENVIRONMENT_FILE
        file.touch(mode=0o600)
        file.write_text(json.dumps({**known, "LAUNCHER": str(os.getpid())}))

    def _migrate(self) -> None:
        done = self.state / "migrated"
        wanted = _signature(BASE.glob("*/migrations/*.py"), self.environment["DATABASE_URL"])
        if not done.exists() or done.read_text() != wanted:
            with _step("Database tables"):
                self._manage("migrate", "--verbosity=0", "--no-input")
            done.write_text(wanted)
        if not self.is_demo:
            with _step("Static files"):
                self._manage("collectstatic", "--verbosity=0", "--no-input")

    def _fill(self) -> None:
        done = self.state / "demo-data"
        if self.is_demo and not done.exists() and _has_command("demo_data"):
            done.write_text(BEGUN)
            with _step("Demonstration data"):
                self._manage("demo_data")
            done.write_text("done")

    def _people(self) -> list[dict[str, Any]]:
        if not self.is_demo or not _has_command("demo_people"):
            return []
        people: list[dict[str, Any]] = json.loads(self._manage("demo_people", "--json"))
        return people

    def _start_web(self) -> None:
        web = ["gunicorn", "escalation.wsgi", "--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread"]
        web += ["--workers", "2", "--threads", "8", "--preload", "--graceful-timeout", "5", "--no-control-socket"]
        self._keep_running("web", web)

    def _start_worker(self) -> None:
        """Only after the demonstration is filled, whose past limits are its own stories to tell."""
        worker = ["celery", "-A", "escalation", "worker", "-P", "threads", "-c", "4", "-B", "--loglevel", "WARNING"]
        worker += ["-s", str(self.state / "beat"), "--without-gossip", "--without-mingle"]
        self._keep_running("worker", worker)

    def _keep_running(self, name: str, arguments: list[str]) -> None:
        log = self.state / f"{name}.log"
        self.supervisor.add(Child(name, [sys.executable, "-m", *arguments], self.environment, log, held=(self.lock,)))

    def _wait_for_first_page(self, patience: float = 180) -> None:
        end = time.monotonic() + patience
        # A production address speaks TLS through a proxy in front of us, so there only the health check can be asked.
        page = "/" if self.is_demo else "/healthy"
        host = f"localhost:{self.port}" if self.is_demo else self.environment["ALLOWED_HOSTS"].partition(",")[0]
        with _step("First page"):
            while not _answers(f"http://localhost:{self.port}{page}", host):
                self.supervisor.look_after()
                if time.monotonic() > end:
                    log = (self.state / "web.log").read_text(errors="replace").strip().splitlines()
                    raise ServiceError("The first page did not come. The web server's last words:\n" + "\n".join(log[-12:]))
                time.sleep(0.2)

    def _manage(self, *arguments: str) -> str:
        environment = self.environment
        if "DATABASE_URL" not in os.environ:  # what it writes can be made again, so nobody waits for the disk
            environment = {**environment, "PGOPTIONS": "-c synchronous_commit=off"}
        command = [*MANAGE, *arguments, "--skip-checks"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServiceError(f"manage.py {arguments[0]} failed:\n{done.stderr[-3000:]}")
        return done.stdout


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./start", description="Start the whole product on this machine.")
    parser.add_argument("--port", type=int, help=f"port of the web address (otherwise the first free one from {FIRST_PORT})")
    parser.add_argument("--reset", action="store_true", help="delete everything kept here and begin anew, after asking")
    return parser.parse_args()


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _take_lock(state: Path) -> IO[str] | None:
    """The lock of this state directory, held by us and our children; none when another launcher runs."""
    lock = (state / "lock").open("w")
    told = False
    for _ in range(300):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if running := _running_address(state):
                _say(f"It is already running: {running}")
                return None
        else:
            return lock
        if not told:
            _say("Waiting for the servers of an interrupted run to end …")
            told = True
        time.sleep(0.1)
    raise SystemExit(f"Another process holds {state / 'lock'}. End it, then start again.")


def _running_address(state: Path) -> str | None:
    try:
        known = json.loads((state / ENVIRONMENT_FILE).read_text())
        os.kill(int(known["LAUNCHER"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    return str(known["BASE_URL"])


def _reset(state: Path) -> bool:
    _say(f"This deletes every dispute, person and file kept in {state}.")
    if input("Type yes to begin anew: ").strip().lower() != "yes":
        _say("Nothing was deleted.")
        return False
    for entry in state.iterdir():
        if entry.name in ("lock", "binaries"):
            continue
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    return True


def _free_port(wanted: int | None) -> int:
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + 20):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SystemExit(f"Port {wanted or FIRST_PORT} is taken by another program. Choose one: ./start --port 8123")


def _secret(state: Path, name: str, size: int) -> Path:
    file = state / name
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(base64.b64encode(secrets.token_bytes(size)).decode())
    return file


def _signature(files: Iterator[Path], database: str) -> str:
    digest = hashlib.sha256(database.encode())
    for file in sorted(files):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def _has_command(name: str) -> bool:
    return any(BASE.glob(f"*/management/commands/{name}.py"))


def _answers(address: str, host: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers={"Host": host}), timeout=10) as found:  # nosec B310
            return bool(found.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def _step(name: str) -> Iterator[None]:
    """Say what takes a while, and how long it took."""
    began = time.monotonic()
    print(f"{name} …", end=" ", flush=True)
    try:
        yield
    except BaseException:
        print("failed.", flush=True)
        raise
    print(f"done in {time.monotonic() - began:.1f} s.", flush=True)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
