"""Parts of a background job: each is done although another fails; what failed is logged by its name and number alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from cases import locks

logger = logging.getLogger(__name__)


class PartsFailed(Exception):
    """Some parts of a job failed, each of which was logged; the job says so to whatever runs it."""


def each(*parts: Callable[..., object], now: datetime) -> None:
    """Do all of them; afterwards fail by name, if any did."""
    failed = []
    for part in parts:
        named = part.func if isinstance(part, partial) else part
        name = f"{named.__module__}.{named.__name__}"
        try:
            part(now=now)
        except Exception:
            logger.exception("%s failed; the other parts of the job were done", name)
            failed.append(name)
    if failed:
        raise PartsFailed(", ".join(failed))


def one_by_one(act: Callable[..., int], ids: Iterable[int], *, now: datetime) -> int:
    """Do it to each, in a transaction of its own; one that fails holds up no other. Returns how many were done.

    What somebody holds at this moment is left to the next time.
    """
    done = 0
    for pk in ids:
        try:
            done += act(pk, now=now)
        except Exception as error:
            if locks.was_lost(error):
                logger.info("%s is left to the next time for %s: somebody holds what it needs", act.__module__, pk)
            else:
                logger.exception("%s failed for %s", act.__module__, pk)
    return done
