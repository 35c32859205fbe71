"""Check that the audit trail is as it was written: ``manage.py audit verify [--json]``."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cases.audit import broken_links
from cases.models import AuditEvent, AuditHead


class Command(BaseCommand):
    help = "Walk every chain of the audit trail and name what is not as it was written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["verify"])
        parser.add_argument("--scope", help="one chain only, for example case:12")
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        scope = options["scope"]
        broken = list(broken_links(scope))
        heads = AuditHead.objects.filter(scope=scope) if scope else AuditHead.objects.all()
        told = {"chains": heads.count(), "events": AuditEvent.objects.filter(head__in=heads).count(), "broken": broken}
        if options["json"]:
            self.stdout.write(json.dumps(told))
        else:
            for line in broken:
                self.stdout.write(line)
            verdict = "is NOT as it was written" if broken else "is as it was written"
            self.stdout.write(f"{told['events']} events in {told['chains']} chains: the trail {verdict}.")
        if broken:
            sys.exit(1)
