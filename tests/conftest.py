"""What every test gets: its database, a fixed moment, a movable clock, a worker, a mail server, a browser."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import hypothesis
import pytest
from django.core.cache import cache
from django.test import TransactionTestCase
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests import database, guards, processes
from tests.clock import NOW, Clock
from tests.services import checkpoint_file

pytest_plugins = ["tests.browsing", "tests.worlds"]


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.register_profile("shared machine", deadline=None)
    hypothesis.settings.load_profile("shared machine")
    guards.block_sockets()
    guards.deal_unordered_rows_backwards()
    guards.look_for_static_files_once()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        database.prepare()
    # Emptying belongs to the owner, and append-only tables refuse it to everybody else.
    TransactionTestCase._fixture_teardown = lambda case: database.empty()  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    yield
    if guards.cache_was_used():
        cache.clear()


@pytest.fixture(autouse=True)
def _no_checkpoints_of_another_test() -> Iterator[None]:
    """A test that was taken back leaves a file that is ahead of the database, over which nothing starts."""
    yield
    checkpoint_file().unlink(missing_ok=True)


@pytest.fixture
def now() -> datetime:
    """Thursday 2 April 2026, ten o'clock in London: the Thursday before Good Friday."""
    return NOW


@pytest.fixture
def clock(django_db_setup: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """The time that pages, API, tasks, worker and database read; `clock.move_to(now)`, `clock.advance(days=2)`."""
    moved = Clock(tmp_path / "clock")
    monkeypatch.setattr(timezone, "now", moved.now)
    yield moved
    moved.reset()


@pytest.fixture
def mail_server() -> Iterator[processes.MailServer]:
    """A real SMTP server; `.url` for EMAIL_URL, `.messages` for what arrived."""
    server = processes.MailServer()
    yield server
    server.stop()


@pytest.fixture
def worker(
    transactional_db: None, tmp_path: Path, clock: Clock, mail_server: processes.MailServer
) -> Iterator[Callable[..., processes.Worker]]:
    """Start a real Celery worker: `worker()`, or `worker(beat=True)`; it shares `clock` and `mail_server`."""
    started: list[processes.Worker] = []

    def start(*, beat: bool = False) -> processes.Worker:
        started.append(processes.Worker(tmp_path / f"worker{len(started)}", clock.file, mail_server.url, beat=beat))
        return started[-1]

    processes.empty_broker()
    yield start
    for process in started:
        process.stop()
    processes.empty_broker()
