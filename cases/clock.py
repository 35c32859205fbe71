"""The database's clock: the one source of the time that the doors hand in as ``now``."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def database_now(*, patience: str = "") -> datetime:
    """The database's time (UTC), which alone decides limits; the same moment throughout one transaction.

    With ``patience`` the transaction waits no longer than that for a lock from here on.
    """
    with connection.cursor() as cursor:
        if patience:
            cursor.execute("SELECT now(), set_config('lock_timeout', %s, true)", [patience])
        else:
            cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    return now
