"""Tells disagreements on all cores: each partnership's in a process of its own, for none touches another's rows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import datetime
from multiprocessing import get_context

from django.db import connections

from decisions.demo.stories import Story
from decisions.demo.telling import Result, tell

Part = tuple[Sequence[Story], int]


def tell_on_all_cores(parts: Sequence[Part], *, now: datetime) -> Iterator[Result]:
    """The result of each part (stories, and the number of the first) as it is done; each is told whole or not at all."""
    connections.close_all()
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("fork")) as processes:
        for done in as_completed([processes.submit(_tell, stories, first, now) for stories, first in parts]):
            yield done.result()


def _forget_what_was_inherited() -> None:
    """A connection that the parent had open somewhere is still the parent's: this process opens one of its own."""
    for inherited in connections.all(initialized_only=True):
        inherited.connection = None


def _tell(stories: Sequence[Story], first: int, now: datetime) -> Result:
    _forget_what_was_inherited()
    try:
        return tell(stories, now=now, first_number=first)
    finally:
        connections.close_all()
