"""The database's clock: the one source of the time that the doors hand in as ``now``."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The database's time (UTC), which alone decides limits; the same moment throughout one transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    return now
