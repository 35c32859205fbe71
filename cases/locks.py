"""Who gives way when two transactions want the same rows: the clock does, and a person's act is done again."""

from __future__ import annotations

from django.db import OperationalError, connection

LONGEST_WAIT = "400ms"  # well before PostgreSQL looks for a deadlock, in which it may choose a person's act to fail
LOST = ("40P01", "55P03")  # deadlock detected, lock not available


def give_way() -> None:
    """From now on the caller's transaction, one of the clock, fails rather than waits long for a lock of somebody else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LONGEST_WAIT])


def was_lost(error: BaseException) -> bool:
    """Whether a transaction failed only because another one had what it needed."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) in LOST
