"""A clock the tests can move, for the test itself, its live server and its worker processes."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone

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

    def now(self) -> datetime:
        return real_now() + self.shift

    def _set(self, shift: timedelta) -> None:
        self.shift = shift
        part = self.file.with_suffix(".part")
        part.write_text(str(shift.total_seconds()))
        part.replace(self.file)
