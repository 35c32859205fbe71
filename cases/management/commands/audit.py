"""The audit trail at the command line: checked, handed out, and what two people state openly of it."""

from __future__ import annotations

import base64
import getpass
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases import bundles, checkpoints, outside, signing, verifying
from cases.actions import witnessed
from cases.actions.witnesses import Shown, two_people
from cases.clock import database_now
from cases.errors import Refused
from cases.models import Appointment

Act = Callable[[Appointment, Appointment, datetime], object]
HELP = """
verify [--scope S]: everything, or one chain. bundle --scope S FILE: one chain for scripts/verify_audit.py. key: the public key.
By two people, who each show their password and code here: restored --reason R: this database was put back on purpose.
rotate FILE --reason R: the key in FILE signs from now on. key-lost --reason R: that of the settings does, the one before is lost.
"""


class Command(BaseCommand):
    help = "Check the audit trail, hand out what somebody else needs to check it, or state openly what changed of it."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = ["verify", "bundle", "key", "restored", "rotate", "key-lost"]
        parser.add_argument("act", choices=acts, help=HELP)
        parser.add_argument(
            "file", nargs="?", type=Path, help="where a bundle is written, or the new signing key stands"
        )
        parser.add_argument("--scope", help="one chain only, for example case:12")
        parser.add_argument("--json", action="store_true", help="answer in JSON")
        parser.add_argument("--reason", default="", help="what happened, in a sentence of at least 20 characters")

    def handle(self, *args: Any, **options: Any) -> None:
        acts = {
            "verify": self._verify, "bundle": self._bundle, "key": self._key, "restored": self._restored, "rotate": self._rotate,
            "key-lost": self._key_lost,
        }  # fmt: skip
        try:
            acts[options["act"]](options)
        except Refused as refused:
            raise CommandError(str(refused)) from refused

    def _verify(self, options: dict[str, Any]) -> None:
        """Everything, or one chain; ends with 1 when anything is not as it was written."""
        told = verifying.verify(options["scope"])
        if options["json"]:
            self.stdout.write(json.dumps(asdict(told)))
        else:
            for line in (*told.broken, *(f"Declared: {line}" for line in told.declared)):
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
        made = bundles.bundle_of(options["scope"], now=database_now())
        options["file"].write_text(json.dumps(made, indent=1))
        self.stdout.write(
            f"{len(made['events'])} events of {made['scope']}. Check it: python3 scripts/verify_audit.py FILE"
        )

    def _key(self, options: dict[str, Any]) -> None:
        """The public key, as it is published."""
        public = signing.public_key()
        known = {"id": signing.key_id(public), "base64": base64.b64encode(public).decode(), "hex": public.hex()}
        self.stdout.write(json.dumps(known) if options["json"] else f"{known['id']}  {known['base64']}  {known['hex']}")

    def _restored(self, options: dict[str, Any]) -> None:
        """This database was put back to an earlier state on purpose."""
        if not outside.what_is_older():
            raise CommandError(witnessed.NOT_OLDER)
        self._stated(
            options,
            lambda one, other, now: witnessed.declare_restore(reason=options["reason"], by=one, second=other, now=now),
        )

    def _rotate(self, options: dict[str, Any]) -> None:
        """The key in a file signs from now on, which the key in use signs."""
        if not options["file"]:
            raise CommandError("Say in which file the new key stands: manage.py audit rotate FILE --reason …")
        private = options["file"].read_text()
        self._stated(
            options,
            lambda one, other, now: witnessed.introduce_key(
                private=private, reason=options["reason"], by=one, second=other, now=now
            ),
        )
        self.stdout.write("Now put it in place of AUDIT_SIGNING_KEY, and start web, workers and beat again.")

    def _key_lost(self, options: dict[str, Any]) -> None:
        """The key of the settings signs from now on, and the record says that the one before it is lost."""
        self._stated(
            options,
            lambda one, other, now: witnessed.replace_lost_key(reason=options["reason"], by=one, second=other, now=now),
        )

    def _stated(self, options: dict[str, Any], act: Act) -> None:
        """Both people show who they are, then it is written, sealed and shown."""
        first, second = self._ask("First person"), self._ask("Second person")
        by, other = two_people(first, second, now=database_now())
        act(by, other, database_now())
        checkpoints.seal(now=database_now())
        checkpoints.write_outside()
        self.stdout.write(list(verifying.declared())[-1])

    def _ask(self, who: str) -> Shown:
        """One person's e-mail address, password and code, of which only the first is shown while it is typed."""
        hidden = getpass.getpass if sys.stdin.isatty() else input
        self.stdout.write(who)
        return Shown(
            input("E-mail address: ").strip(), hidden("Password: "), hidden("Code (empty without one): ").strip()
        )
