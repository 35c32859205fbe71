"""A clock the tests can move, for the test itself, its live server, its worker processes and its database."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString

import psycopg
from django.utils import timezone
from psycopg import sql

from escalation.embedded import SUPERUSER
from tests.services import database_name, services

# The database's own time functions, shadowed by ones that add the shift: so `SELECT now()` and the
# triggers of the test's database follow the clock as well. A test that shares its transaction with others
# (tests/worlds.py) tells when it began, which is what `now()` means to it.
SHADOW = """
CREATE SCHEMA test_clock;
CREATE TABLE test_clock.shift (shift interval NOT NULL, began timestamptz);
INSERT INTO test_clock.shift VALUES ('0');
CREATE FUNCTION test_clock.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT coalesce(began, pg_catalog.now()) + shift FROM test_clock.shift';
CREATE FUNCTION test_clock.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT pg_catalog.statement_timestamp() + shift FROM test_clock.shift';
CREATE FUNCTION test_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.clock_timestamp() + shift FROM test_clock.shift';
GRANT USAGE ON SCHEMA test_clock TO PUBLIC;
GRANT SELECT ON test_clock.shift TO PUBLIC;
"""
NOW = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
SEARCH_PATH = "test_clock, pg_catalog, public"

real_now: Callable[[], datetime] = timezone.now
_moved: list[bool] = []


def is_moved() -> bool:
    """Whether a clock of this process stands elsewhere than the real one."""
    return bool(_moved)


def begin(*, in_another: bool) -> None:
    """A test begins, in a transaction that is ``in_another``'s or in those of its own."""
    _tell("began = CASE WHEN %s THEN pg_catalog.clock_timestamp() END", in_another)


@functools.cache
def _connection() -> psycopg.Connection:
    """One for the whole run; the superuser's, because tests may not touch the clock by SQL."""
    return psycopg.connect(services().url(SUPERUSER, database_name()), autocommit=True)


def _tell(change: LiteralString, *values: object) -> None:
    statement = sql.SQL("UPDATE test_clock.shift SET ") + sql.SQL(change)
    _connection().execute(statement, values)


def follow_file(file: Path) -> None:
    """Make this process read the shift of its clock from a file, as the worker of a test does."""
    timezone.now = functools.partial(_shifted_by_file, file)


def _shifted_by_file(file: Path) -> datetime:
    try:
        shift = float(file.read_text() or 0)
    except FileNotFoundError:
        shift = 0.0
    return real_now() + timedelta(seconds=shift)


class Clock:
    """Moves the time that pages, API and tasks read; time goes on running from there."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.shift = timedelta()

    def move_to(self, moment: datetime) -> None:
        self._set(moment.astimezone(UTC) - real_now())

    def advance(self, **by: float) -> None:
        self._set(self.shift + timedelta(**by))

    def reset(self) -> None:
        if self.shift:
            self._set(timedelta())

    def now(self) -> datetime:
        return real_now() + self.shift

    def _set(self, shift: timedelta) -> None:
        self.shift = shift
        part = self.file.with_suffix(".part")
        part.write_text(str(shift.total_seconds()))
        part.replace(self.file)
        _moved[:] = [True] if shift else []
        _tell("shift = %s, began = CASE WHEN began IS NOT NULL THEN pg_catalog.clock_timestamp() END", shift)
