"""manage.py notices bounced: take a report on undelivered mail from standard input, as a mail server hands it over."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cases.clock import database_now
from escalation.actions.bounces import take_report
from escalation.bounce_reports import LONGEST


class Command(BaseCommand):
    """Ends with 0 whatever it was given, so that a mail server never answers a report with another report.

    Only when the database cannot be reached does it fail; a mail server then keeps the report and tries again.
    """

    help = "Take a delivery status notification (RFC 3464) from standard input."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``bounced [--say]``."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verb = verbs.add_parser("bounced", help="read one report from standard input")
        verb.add_argument("--say", action="store_true", help="print what became of it; a mail server would send that back")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read no more than a report can be long, and take it."""
        taken = take_report(sys.stdin.buffer.read(LONGEST + 1), now=database_now())
        if options["say"]:
            self.stdout.write(taken)
