"""manage.py protocol: check a protocol file, naming every error with its line, or publish it for a partnership."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.clock import database_now
from cases.errors import Refused
from cases.models import Partnership
from escalation.actions.protocols import publish_protocol
from escalation.models import ProtocolVersion
from escalation.protocol import Protocol
from escalation.protocol_files import Checked, check, sha256


class Command(BaseCommand):
    """Exit code 0 when the file is a valid protocol (and published, when asked), 1 when it is not."""

    help = "Check a protocol file, or publish it as a partnership's next version."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``check FILE [--json]`` and ``publish FILE --partnership KEY [--json]``."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        checking = verbs.add_parser("check", help="name every error in a protocol file with its place")
        publishing = verbs.add_parser("publish", help="add a file as the next, immutable version of a protocol")
        publishing.add_argument("--partnership", required=True, metavar="KEY")
        for verb in (checking, publishing):
            verb.add_argument("file", type=Path)
            verb.add_argument("--json", action="store_true", help="answer as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, report, and publish when that is asked for and the file is valid."""
        file: Path = options["file"]
        checked = check(file)
        if options["verb"] == "check" or checked.protocol is None:
            self._report(file, checked, as_json=options["json"])
        if checked.protocol is None:
            sys.exit(1)
        if options["verb"] == "publish":
            self._publish(checked.protocol, options["partnership"], as_json=options["json"])

    def _report(self, file: Path, checked: Checked, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_as_data(file, checked), indent=2, ensure_ascii=False))
            return
        for problem in checked.problems:
            self.stdout.write(f"{file}: {problem}")
        for advice in checked.advice:
            self.stdout.write(f"{file}: look again at {advice}")
        if checked.protocol is None:
            count = len(checked.problems)
            self.stdout.write(f"{count} problem{'s' if count != 1 else ''}: this is not a valid protocol.")
        else:
            self.stdout.write(_summary(checked.protocol))

    def _publish(self, protocol: Protocol, key: str, *, as_json: bool) -> None:
        partnership = Partnership.objects.filter(key=key).first()
        if partnership is None:
            known = ", ".join(Partnership.objects.order_by("key").values_list("key", flat=True)) or "none yet"
            raise CommandError(f"There is no partnership '{key}'. Known: {known}.")
        before = ProtocolVersion.objects.newest_for(partnership)
        try:
            version = publish_protocol(partnership=partnership, document=protocol, by=None, now=database_now())
        except Refused as refused:
            raise CommandError(refused.message) from refused
        is_new = version != before
        if as_json:
            answer = {"partnership": key, "version": version.version, "sha256": version.sha256, "published": is_new}
            self.stdout.write(json.dumps(answer, indent=2))
        elif is_new:
            self.stdout.write(f"Published {version} for {partnership.name}. Running disputes keep their version.")
        else:
            self.stdout.write(
                f"{partnership.name} has this text already, as version {version.version}: nothing changed."
            )


def _summary(protocol: Protocol) -> str:
    limits = sum(len(stage.limits) for stage in protocol.stages)
    counts = (
        f"{len(protocol.stages)} stages, {limits} limits" if limits else f"{len(protocol.stages)} stages, no limits"
    )
    return f"Valid: {protocol.name}, version {protocol.version}, {counts}. SHA-256 {sha256(protocol)}"


def _as_data(file: Path, checked: Checked) -> dict[str, Any]:
    protocol = checked.protocol
    found: dict[str, Any] = {
        "file": str(file),
        "valid": protocol is not None,
        "problems": [asdict(problem) for problem in checked.problems],
        "advice": [asdict(advice) for advice in checked.advice],
    }
    if protocol is not None:
        found |= {"key": protocol.key, "name": protocol.name, "version": protocol.version, "sha256": sha256(protocol)}
    return found
