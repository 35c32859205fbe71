"""A clock the tests can move, for the test itself, its live server, its worker processes and its database."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from django.utils import timezone

from escalation.embedded import SUPERUSER
from tests.services import database_name, services

# The database's own time functions, shadowed by ones that add the shift: so `SELECT now()` and the
# triggers of the test's database follow the clock as well.
SHADOW = """
CREATE SCHEMA test_clock;
CREATE TABLE test_clock.shift (shift interval NOT NULL);
INSERT INTO test_clock.shift VALUES ('0');
CREATE FUNCTION test_clock.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT pg_catalog.now() + shift FROM test_clock.shift';
CREATE FUNCTION test_clock.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT pg_catalog.statement_timestamp() + shift FROM test_clock.shift';
CREATE FUNCTION test_clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.clock_timestamp() + shift FROM test_clock.shift';
GRANT USAGE ON SCHEMA test_clock TO PUBLIC;
GRANT SELECT ON test_clock.shift TO PUBLIC;
"""
SEARCH_PATH = "test_clock, pg_catalog, public"

real_now: Callable[[], datetime] = timezone.now


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
        self._set(timedelta())

    def now(self) -> datetime:
        return real_now() + self.shift

    def _set(self, shift: timedelta) -> None:
        self.shift = shift
        part = self.file.with_suffix(".part")
        part.write_text(str(shift.total_seconds()))
        part.replace(self.file)
        with psycopg.connect(services().url(SUPERUSER, database_name()), autocommit=True) as connection:
            connection.execute("UPDATE test_clock.shift SET shift = %s", [self.shift])
