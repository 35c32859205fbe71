"""The audit trail at the command line: ``manage.py audit verify [--scope] [--json]``, ``bundle --scope S FILE``, ``key``."""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases import bundles, signing, verifying
from cases.clock import database_now
from cases.errors import Refused


class Command(BaseCommand):
    help = "Check that the audit trail is as it was written, or hand out what somebody else needs to check it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["verify", "bundle", "key"])
        parser.add_argument("file", nargs="?", type=Path, help="where a bundle is written")
        parser.add_argument("--scope", help="one chain only, for example case:12")
        parser.add_argument("--json", action="store_true", help="answer in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        acts = {"verify": self._verify, "bundle": self._bundle, "key": self._key}
        acts[options["act"]](options)

    def _verify(self, options: dict[str, Any]) -> None:
        """Everything, or one chain; ends with 1 when anything is not as it was written."""
        told = verifying.verify(options["scope"])
        if options["json"]:
            self.stdout.write(json.dumps(asdict(told)))
        else:
            for line in told.broken:
                self.stdout.write(line)
            verdict = "is NOT as it was written" if told.broken else "is as it was written"
            self.stdout.write(
                f"{told.events} events in {told.chains} chains, {told.unsealed} of them after the newest of "
                f"{told.checkpoints} checkpoints: the trail {verdict}."
            )
        if told.broken:
            sys.exit(1)

    def _bundle(self, options: dict[str, Any]) -> None:
        """One chain with its proof, for scripts/verify_audit.py."""
        if not options["scope"] or not options["file"]:
            raise CommandError("Say which chain and where to: manage.py audit bundle --scope case:12 FILE")
        try:
            made = bundles.bundle_of(options["scope"], now=database_now())
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        options["file"].write_text(json.dumps(made, indent=1))
        self.stdout.write(f"{len(made['events'])} events of {made['scope']}. Check it: python3 scripts/verify_audit.py FILE")

    def _key(self, options: dict[str, Any]) -> None:
        """The public key, as it is published."""
        public = signing.public_key()
        known = {"id": signing.key_id(public), "base64": base64.b64encode(public).decode(), "hex": public.hex()}
        self.stdout.write(json.dumps(known) if options["json"] else f"{known['id']}  {known['base64']}  {known['hex']}")
