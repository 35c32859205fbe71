"""Tells and copies disagreements on all cores: each partnership's in a process of its own, for none touches another's rows."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import datetime
from multiprocessing import get_context

from django.db import connections

from decisions.demo import copies
from decisions.demo.stories import Story
from decisions.demo.telling import Result, tell
from escalation.models import Dispute

Part = tuple[Sequence[Story], int]


def tell_on_all_cores(parts: Sequence[Part], *, now: datetime) -> Iterator[Result]:
    """The result of each part (stories, and the number of the first) as it is done; each is told whole or not at all."""
    with _processes() as processes:
        for done in as_completed([processes.submit(_tell, stories, first, now) for stories, first in parts]):
            yield done.result()


def copy_on_all_cores(patterns: Sequence[Dispute], wanted: int, *, first_number: int) -> Iterator[int]:
    """How many more there are, pattern by pattern: ``wanted`` in all, as evenly as it goes."""
    plans: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for place, pattern in enumerate(patterns):
        times = wanted // len(patterns) + (place < wanted % len(patterns))
        if times:
            plans[pattern.partnership_id].append((pattern.pk, times, first_number))
            first_number += times
    with _processes() as processes:
        for done in as_completed([processes.submit(_copy, plan) for plan in plans.values()]):
            yield done.result()


def _processes() -> ProcessPoolExecutor:
    connections.close_all()
    return ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("fork"))


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


def _copy(plan: Sequence[tuple[int, int, int]]) -> int:
    _forget_what_was_inherited()
    try:
        for pattern, times, first_number in plan:
            of_pattern = Dispute.objects.select_related("case__person", "partnership").get(pk=pattern)
            copies.copy(of_pattern, times, first_number=first_number)
    finally:
        connections.close_all()
    return sum(times for _, times, _ in plan)
