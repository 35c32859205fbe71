"""Which rows PostgreSQL shows to this connection: those of whoever acts; all of them to an act, a worker and a command.

Row-level security stands behind ``visible_to`` (ADR 24): a filter that was forgotten shows nothing of what is not the
reader's. The database is told who acts when a request begins and works out for itself what that person may know of;
a connection that was told nothing sees no case and no dispute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.conf import settings
from django.db import connection, transaction

from cases.access import relations_that_open

if TYPE_CHECKING:
    from cases.models import Appointment

P = ParamSpec("P")
R = TypeVar("R")

REMEMBERED = "rows_shown"
NOBODY = "nobody"
EVERYTHING = "everything"  # what a connection shows before anybody tells it otherwise is ``settings.ROWS_SHOWN``


@contextmanager
def of(acting: Appointment | None) -> Iterator[None]:
    """For as long as this lasts only the rows of ``acting``, and of the places they take for others; afterwards as before."""
    before = _shown()
    show(acting)
    try:
        yield
    finally:
        _back_to(before)


def show(acting: Appointment | None) -> None:
    """From here on the rows of this person: for doors that learn only late in the request whom they serve."""
    if acting is None:
        if _shown() != NOBODY:
            _tell(NOBODY)
        return
    seats = [acting, *acting.places]
    opened = [_opening(seat) for seat in seats]
    lasting = [_opening(seat, after_the_end=True) for seat in seats]
    with connection.cursor() as cursor:
        cursor.execute("SELECT act_as(%s, %s, %s)", [[seat.pk for seat in seats], opened, lasting])
    _remember(acting)


def _opening(seat: Appointment, *, after_the_end: bool = False) -> str:
    return " ".join(sorted(relations_that_open("see", seat.role, after_the_end=after_the_end)))


@contextmanager
def everything(why: str) -> Iterator[None]:
    """Every row, for a door that counts or compares what its reader may not read; ``why`` is for whoever reads the code."""
    before = _shown()
    if before == EVERYTHING:
        yield
        return
    _tell(EVERYTHING)
    try:
        yield
    finally:
        _back_to(before)


def one_act(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function an act: one transaction, whose rules see every row, whatever the person acting may read.

    The door has found what is acted on among that person's rows; the act writes to others, counts and compares.
    """

    @wraps(function)
    def act(*args: P.args, **kwargs: P.kwargs) -> R:
        with everything("an act's rules and notices go beyond what one person may read"), transaction.atomic():
            return function(*args, **kwargs)

    return act


def _shown() -> Appointment | str:
    """Whose rows the connection shows."""
    shown: Appointment | str = getattr(connection.connection, REMEMBERED, settings.ROWS_SHOWN)
    return shown


def _tell(who: str) -> None:
    """Nobody or everything, and nothing of what was listed for somebody before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.acting', %s, false), set_config('app.disputes', '', false),"
            " set_config('app.cases', '', false), set_config('app.shut', '', false), set_config('app.partnership', '', false)",
            [who],
        )
    _remember(who)


def _remember(who: Appointment | str) -> None:
    setattr(connection.connection, REMEMBERED, who)


def _back_to(before: Appointment | str) -> None:
    """As it was before, worked out anew; a transaction that has failed takes the setting back with itself."""
    if connection.connection is None or connection.connection.closed:
        return  # the next connection begins with what the process shows by itself
    if connection.in_atomic_block and connection.needs_rollback:
        _remember(before)
    elif isinstance(before, str):
        _tell(before)
    else:
        show(before)
