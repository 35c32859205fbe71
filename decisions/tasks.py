"""Background jobs of decisions: documents that somebody waits for are made here, one at a time in each worker."""

from __future__ import annotations

from threading import Lock

from celery import shared_task

from cases.clock import database_now
from decisions.actions.exports import claim_export, make_export
from decisions.models import Export

AT_MOST = 20
_making = Lock()


@shared_task(name="decisions.tasks.render_exports")
def render_exports() -> None:
    """Make the documents that wait; while one is being made here, other ticks leave the worker's threads to the clock."""
    if not _making.acquire(blocking=False):
        return
    try:
        for _ in range(AT_MOST):
            export = claim_export(now=database_now())
            if export is None:
                return
            if export.state == Export.State.RENDERING:
                make_export(export=export, now=database_now())
    finally:
        _making.release()
