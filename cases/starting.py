"""Whether web, worker and beat may start: not over a database that is older than its own checkpoints, until that is declared."""

from __future__ import annotations

import sys
import time

from django.db import DatabaseError, ProgrammingError, connections

from cases import keys, outside
from cases.models import AuditCheckpoint

REFUSED = 3  # the exit code; gunicorn does not start a process again that ends with it
AGAIN = 1  # the database is only away: whoever watches over this process starts it again
PATIENCE = 30.0
SAYS = """\
This does not start: {why}.
{what}
What to do is said in docs/operations.md, "Bring it back" and "The signing key".
"""
OLDER = "Either an older backup is in place of the newest, or somebody took a part of the record away."
NOBODYS = "Put the key back, or let two people introduce the other one."
NO_DATABASE = "the database does not answer, so nobody knows whether it is the newest"


def why_not() -> str:
    """Why it may not start or go on; empty when it may."""
    try:
        if problem := outside.what_is_older():
            return problem
    except (OSError, ValueError) as error:
        return f"the file of checkpoints cannot be read ({type(error).__name__})"
    return keys.what_is_nobodys(AuditCheckpoint.objects.order_by("-number").first())


def refuse_if_older(patience: float = PATIENCE) -> None:
    """End this process with a plain message when it may not start; waits for a database that is only just coming."""
    if why := _patiently(patience):
        what = OLDER if "older" in why or "is not the one of" in why else NOBODYS if "key" in why else ""
        sys.stderr.write(SAYS.format(why=why, what=what))
        sys.stderr.flush()
        raise SystemExit(AGAIN if why == NO_DATABASE else REFUSED)


def _patiently(patience: float) -> str:
    end = time.monotonic() + patience
    try:
        while True:
            try:
                return why_not()
            except ProgrammingError:
                return ""  # its tables are not there yet: nothing can be older
            except DatabaseError:
                if time.monotonic() > end:
                    return NO_DATABASE
                time.sleep(0.5)
    finally:
        connections.close_all()  # nothing of it goes into the processes that are forked from here
