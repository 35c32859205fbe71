"""A throw-away world for a benchmark: servers of its own, a migrated database, a clock that can be moved, a crowd of disputes."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))


@contextmanager
def servers() -> Iterator[Any]:
    """PostgreSQL and Valkey as the product runs them (durable), the web's role, and their clock, which moves; gone afterwards."""
    os.environ["TEST_STATE_DIRECTORY"] = tempfile.mkdtemp(prefix="escalation-benchmark-")
    from escalation.embedded import Services

    started = Services(Path(os.environ["TEST_STATE_DIRECTORY"]))
    try:
        started.start()
        started.create_database()
        os.environ.update(started.environment())
        os.environ.update({"STATE_DIRECTORY": str(started.state), "DEMO": "1", "DJANGO_SETTINGS_MODULE": "tests.settings"})
        import django

        django.setup()
        from tests import database
        from tests.clock import Clock

        database.prepare()
        yield Clock(started.state / "clock")
    finally:
        started.stop()
        shutil.rmtree(started.state, ignore_errors=True)
        shutil.rmtree(started.sockets, ignore_errors=True)


def found(now: datetime) -> None:
    """The demonstration's partnerships, people and protocols."""
    from decisions.demo.founding import found_everything

    found_everything(now=now)


def crowd(partnership: str, themes: list[str], walk: str, wanted: int, *, now: datetime, number: int = 0) -> float:
    """So many disputes of one partnership that have all come as far as one walk by ``now``; the seconds it took."""
    from decisions.demo import copies
    from decisions.demo.stories import Story
    from decisions.demo.telling import tell
    from escalation.models import Dispute

    began = time.perf_counter()
    last = Dispute.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    tell([Story(partnership, theme, 0.0, walk) for theme in themes], now=now, first_number=number)
    patterns = list(Dispute.objects.filter(pk__gt=last).select_related("case__person", "partnership").order_by("pk"))
    missing, number = wanted - len(patterns), number + len(patterns)
    for place, pattern in enumerate(patterns):
        times = missing // len(patterns) + (place < missing % len(patterns))
        copies.copy(pattern, times, first_number=number)
        number += times
    return time.perf_counter() - began

