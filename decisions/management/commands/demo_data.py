"""Founds the demonstration's partnerships and tells their disagreements; ``--disputes N`` adds N more, for scale.

Up to a hundred of them are told, act by act; the rest are copies of those, row by row, for other persons at risk.
"""

from __future__ import annotations

import time
from datetime import datetime
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Max

from cases.clock import database_now
from decisions.demo.copies import can_be_copied
from decisions.demo.crowd import copy_on_all_cores, tell_on_all_cores
from decisions.demo.founding import found_everything, is_founded, untold
from decisions.demo.more import many_more
from decisions.demo.stories import STORIES
from escalation.models import Dispute

TOLD_AT_MOST = 100


class Command(BaseCommand):
    """Only in a demonstration; a second run without ``--disputes`` does nothing."""

    help = "Make the demonstration's partnerships, people and disputes, by the same acts that people use."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many to add on top."""
        parser.add_argument("--disputes", type=int, default=0, metavar="N", help="add N more disputes, for scale")

    def handle(self, *args: Any, **options: Any) -> None:
        """Found, tell, and say how long it took."""
        if not settings.DEMO:
            raise CommandError("This is not a demonstration (DEMO is off): invented people do not belong here.")
        if options["disputes"] < 0:
            raise CommandError("Say how many disputes to add: 0 or more.")
        now = database_now()
        if not is_founded():
            found_everything(now=now)
        if waiting := untold():
            self._begin(waiting, now, is_talkative=options["verbosity"] > 1)
        else:
            self.stdout.write("The demonstration's disputes are there already.")
        if options["disputes"]:
            self._add(options["disputes"], now)

    def _begin(self, waiting: list[str], now: datetime, *, is_talkative: bool) -> None:
        started, raised = time.monotonic(), 0
        numbered = list(enumerate(STORIES))
        parts = []
        for key in waiting:
            of_one = [(number, story) for number, story in numbered if story.partnership == key]
            parts.append(([story for _, story in of_one], of_one[0][0]))
        for result in tell_on_all_cores(parts, now=now):
            raised += result.raised
            for line in result.refused if is_talkative else ():
                self.stdout.write(f"  not done: {line}")
        self.stdout.write(f"{len(waiting)} partnerships and {raised} disputes in {time.monotonic() - started:.1f} seconds.")

    def _add(self, wanted: int, now: datetime) -> None:
        first, started, raised = Dispute.objects.count(), time.monotonic(), 0
        last = Dispute.objects.aggregate(last=Max("pk"))["last"] or 0
        stories = many_more(Random(first), min(wanted, TOLD_AT_MOST))  # noqa: S311 (which story comes next, no secret)
        parts = [(part, first + number * len(part)) for number, part in enumerate(stories)]
        for result in tell_on_all_cores(parts, now=now):
            raised += result.raised
            self._say(raised, wanted, started)
        patterns = [one for one in Dispute.objects.filter(pk__gt=last).order_by("pk") if can_be_copied(one)]
        for more in copy_on_all_cores(patterns, wanted - raised, first_number=first + raised) if wanted > raised else ():
            raised += more
            self._say(raised, wanted, started)

    def _say(self, raised: int, wanted: int, started: float) -> None:
        rate = raised / (time.monotonic() - started)
        self.stdout.write(f"{raised} of {wanted} disputes, {rate:.1f} each second")
