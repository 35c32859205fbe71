"""Whom one can sign in as in a demonstration: a table for people, ``--json`` for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.demo import demo_people

COLUMNS = ("partnership", "persona", "name", "agency", "email", "password")


class Command(BaseCommand):
    """Lists the invented people; refused outside a demonstration."""

    help = "List the demonstration's people with their e-mail addresses and passwords."

    def add_arguments(self, parser: CommandParser) -> None:
        """For people or for programs."""
        parser.add_argument("--json", action="store_true", help="one JSON list instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each role that somebody holds today."""
        if not settings.DEMO:
            raise CommandError("This is not a demonstration (DEMO is off): nobody's password is known here.")
        people = [asdict(person) for person in demo_people(timezone.localdate())]
        if options["json"]:
            self.stdout.write(json.dumps(people, ensure_ascii=False, indent=1))
            return
        widths = {name: max([len(name), *(len(person[name]) for person in people)]) for name in COLUMNS}
        for row in [{name: name for name in COLUMNS}, *people]:
            self.stdout.write("  ".join(row[name].ljust(widths[name]) for name in COLUMNS).rstrip())
