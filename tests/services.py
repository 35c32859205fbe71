"""Throw-away PostgreSQL and Valkey for one test run, started before any settings are read."""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from escalation.embedded import Services

STATE_VARIABLE = "TEST_STATE_DIRECTORY"
_ours: list[Services] = []


def is_xdist_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


def worker_number() -> int:
    """0 for a run without xdist, else 1, 2, …: each has its own database and its own Valkey databases."""
    name = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(name.removeprefix("gw")) + 1 if name else 0


def database_name() -> str:
    return f"test_{worker_number()}"


def services() -> Services:
    """The servers of this run, as seen from the controller or from an xdist worker."""
    return Services(Path(os.environ[STATE_VARIABLE]), durable=False)


def redis_url() -> str:
    return f"{services().redis_url}?db={2 * worker_number()}"


def checkpoint_file() -> Path:
    """Where this process's own database has its checkpoints outside."""
    return Path(os.environ[STATE_VARIABLE]) / "audit" / f"{database_name()}.jsonl"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    if not is_xdist_worker():
        started = Services(Path(tempfile.mkdtemp(prefix="escalation-test-")), durable=False)
        _ours.append(started)
        os.environ[STATE_VARIABLE] = str(started.state)
        atexit.register(_clear_away)
        started.start()
        started.create_database()
    os.environ.update(services().environment())
    os.environ.update(
        {
            "REDIS_URL": redis_url(),
            "STATE_DIRECTORY": os.environ[STATE_VARIABLE],
            "AUDIT_CHECKPOINT_FILE": str(checkpoint_file()),
            "DEMO": "1",
            "DEBUG": "0",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
    )
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _clear_away()


def _clear_away() -> None:
    while _ours:
        started = _ours.pop()
        started.stop()
        shutil.rmtree(started.state, ignore_errors=True)
        shutil.rmtree(started.sockets, ignore_errors=True)
