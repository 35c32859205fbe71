"""Founds the demonstration's partnerships and tells their disagreements; ``--disputes N`` adds N more, for scale."""

from __future__ import annotations

import time
from datetime import datetime
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.clock import database_now
from decisions.demo.founding import found_everything, is_founded
from decisions.demo.more import many_more
from decisions.demo.stories import STORIES
from decisions.demo.telling import tell
from escalation.models import Dispute

AT_ONCE = 50


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
        if is_founded():
            self.stdout.write("The demonstration's people are there already.")
        else:
            self._begin(now, is_talkative=options["verbosity"] > 1)
        if options["disputes"]:
            self._add(options["disputes"], now)

    def _begin(self, now: datetime, *, is_talkative: bool) -> None:
        started = time.monotonic()
        found_everything(now=now)
        result = tell(STORIES, now=now)
        seconds = time.monotonic() - started
        self.stdout.write(f"Four partnerships and {result.raised} disputes in {seconds:.1f} seconds.")
        for line in result.refused if is_talkative else ():
            self.stdout.write(f"  not done: {line}")

    def _add(self, wanted: int, now: datetime) -> None:
        first, started, done = Dispute.objects.count(), time.monotonic(), 0
        chance = Random(first)  # noqa: S311 (which story comes next, no secret)
        while done < wanted:
            result = tell(many_more(chance, min(AT_ONCE, wanted - done)), now=now, first_number=first + done)
            done += result.raised
            rate = done / (time.monotonic() - started)
            self.stdout.write(f"{done} of {wanted} disputes, {rate:.1f} each second")
