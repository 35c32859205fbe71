"""manage.py protocol: check a file, publish or export it, say what differs between two, try a case through one."""

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
from escalation.calendars import calendar_for
from escalation.management.options import closure, moment, of_track
from escalation.management.protocol_answers import difference_data, simulated_data, simulated_lines
from escalation.models import ProtocolVersion
from escalation.protocol import Protocol
from escalation.protocol_differences import differences
from escalation.protocol_files import Checked, Problem, ProtocolFileError, check, dumps, load, sha256
from escalation.protocol_tester import tried
from escalation.simulated import Answer, answers_in
from escalation.simulation import simulate


class Command(BaseCommand):
    """Exit code 0 when every file is a valid protocol (and the act was done), 1 when one is not."""

    help = "Check, publish, export, compare and simulate protocols."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``check``, ``publish``, ``export``, ``diff`` and ``simulate``, each with ``--json``."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        checking = verbs.add_parser("check", help="name every error in a protocol file with its place")
        publishing = verbs.add_parser("publish", help="add a file as the next, immutable version of a protocol")
        exporting = verbs.add_parser("export", help="write a published version as a file")
        comparing = verbs.add_parser(
            "diff", help="say in words what is different between two files, or a version and a file"
        )
        trying = verbs.add_parser("simulate", help="try a case through a file: every stage, date, duty and notice")
        publishing.add_argument("--partnership", required=True, metavar="KEY")
        exporting.add_argument("--partnership", required=True, metavar="KEY")
        exporting.add_argument("--number", type=int, metavar="N", help="which version; the newest unless told")
        comparing.add_argument("--partnership", metavar="KEY", help="compare its version with the one file given")
        comparing.add_argument("--number", type=int, metavar="N", help="which version; the newest unless told")
        comparing.add_argument("files", type=Path, nargs="+", metavar="FILE")
        for verb in (checking, publishing, trying):
            verb.add_argument("file", type=Path)
        trying.add_argument("--concern-arose", required=True, metavar="ISO", help="such as 2026-04-02T10:00")
        trying.add_argument("--raised", metavar="ISO", help="when it is raised; at once unless told")
        trying.add_argument(
            "--flat", default="", metavar="N,…", help="optional stages that an agency does not have: passed over"
        )
        trying.add_argument("--answers", default="", metavar="A,B,…", help=", ".join(Answer) + "; silence unless told")
        trying.add_argument("--track", default="", metavar="KEY", help="which track, where the file has several")
        trying.add_argument("--closure", action="append", default=[], metavar="DATE=WHY", help="a day not worked here")
        for verb in (checking, publishing, exporting, comparing, trying):
            verb.add_argument("--json", action="store_true", help="answer as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says."""
        acts = {"export": self._export, "diff": self._diff, "simulate": self._simulate}
        if options["verb"] in acts:
            acts[options["verb"]](options)
            return
        file: Path = options["file"]
        checked = check(file)
        if options["verb"] == "check" or checked.protocol is None:
            self._report(file, checked, as_json=options["json"])
        if checked.protocol is None:
            sys.exit(1)
        if options["verb"] == "publish":
            self._publish(checked.protocol, options["partnership"], as_json=options["json"])

    def _export(self, options: dict[str, Any]) -> None:
        version = _version(options["partnership"], options["number"])
        if options["json"]:
            answer = {"partnership": options["partnership"], "version": version.version, "sha256": version.sha256}
            self._say_json(answer | {"document": version.document})
        else:
            self.stdout.write(dumps(version.protocol), ending="")

    def _diff(self, options: dict[str, Any]) -> None:
        files: list[Path] = options["files"]
        if len(files) != (1 if options["partnership"] else 2):
            raise CommandError("diff compares two files, or one file with --partnership KEY.")
        protocols = [self._valid(file) for file in files]
        if options["partnership"]:
            protocols.insert(0, _version(options["partnership"], options["number"]).protocol)
        found = differences(*protocols)
        if options["json"]:
            self._say_json({"differences": [difference_data(one) for one in found]})
            return
        for one in found:
            self.stdout.write(one.sentence)
        self.stdout.write("Nothing is different." if not found else f"{len(found)} differences.")

    def _simulate(self, options: dict[str, Any]) -> None:
        protocol = of_track(self._valid(options["file"]), options["track"])
        try:
            answers = answers_in([word.strip() for word in options["answers"].split(",") if word.strip()])
        except LookupError as error:
            raise CommandError(f"--answers: {error.args[0]}") from error
        if protocol.is_thematic and Answer.RISK in answers:
            raise CommandError("--answers: a theme is about no person who could be at immediate risk.")
        concern = moment(options["concern_arose"], "--concern-arose")
        raised = moment(options["raised"], "--raised") if options["raised"] else concern
        if raised < concern:
            raise CommandError("--raised: it cannot be raised before the concern arises.")
        calendar = calendar_for(protocol.nation, closures=dict(closure(given) for given in options["closure"]))
        course = simulate(
            protocol,
            calendar,
            concern_arose_at=concern,
            raised_at=raised,
            answers=answers,
            flat=_numbers(options["flat"]),
            decision_received_at=concern,
        )
        if options["json"]:
            self._say_json(simulated_data(course))
            return
        for line in simulated_lines(course):
            self.stdout.write(line)

    def _valid(self, file: Path) -> Protocol:
        try:
            return load(file)
        except ProtocolFileError as error:
            for problem in error.problems:
                self.stderr.write(f"{file}: {problem}")
            sys.exit(1)

    def _say_json(self, answer: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False))

    def _report(self, file: Path, checked: Checked, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_as_data(file, checked), indent=2, ensure_ascii=False))
            return
        for problem in checked.problems:
            self.stdout.write(f"{file}: {problem}")
        for advice in checked.advice:
            self.stdout.write(f"{file}: look again at {advice}")
        for found in _tried(checked):
            self.stdout.write(f"{file}: look again at {found}")
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


def _version(key: str, number: int | None) -> ProtocolVersion:
    partnership = Partnership.objects.filter(key=key).first()
    if partnership is None:
        raise CommandError(f"There is no partnership '{key}'.")
    versions = ProtocolVersion.objects.filter(partnership=partnership)
    found = versions.filter(version=number).first() if number else ProtocolVersion.objects.newest_for(partnership)
    if found is None:
        raise CommandError(
            f"{partnership.name} has no such version." if number else f"{partnership.name} has no version yet."
        )
    return found


def _tried(checked: Checked) -> list[Problem]:
    """What trying a valid protocol finds, besides the advice about single settings."""
    if checked.protocol is None:
        return []
    trial = tried(checked.protocol, calendar_for(checked.protocol.nation))
    known = {advice.message for advice in checked.advice}
    found = [one for one in (*trial.problems, *trial.warnings) if one.message not in known]
    return [checked.placed(one.place, one.message) for one in found]


def _summary(protocol: Protocol) -> str:
    counts = "; ".join(f"{track.key}: {_counts(rules)}" if track else _counts(rules) for track, rules in protocol.ways)
    return f"Valid: {protocol.name}, version {protocol.version}, {counts}. SHA-256 {sha256(protocol)}"


def _counts(rules: Protocol) -> str:
    limits = sum(len(stage.limits) for stage in rules.stages)
    return f"{_number_of(len(rules.stages), 'stage')}, {_number_of(limits, 'limit')}"


def _number_of(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def _as_data(file: Path, checked: Checked) -> dict[str, Any]:
    protocol = checked.protocol
    found: dict[str, Any] = {
        "file": str(file),
        "valid": protocol is not None,
        "problems": [asdict(problem) for problem in checked.problems],
        "advice": [asdict(advice) for advice in checked.advice],
        "tried": [asdict(found) for found in _tried(checked)],
    }
    if protocol is not None:
        found |= {"key": protocol.key, "name": protocol.name, "version": protocol.version, "sha256": sha256(protocol)}
        found["tracks"] = [track.key for track in protocol.tracks]
    return found


def _numbers(text: str) -> list[int]:
    """The stages named by their numbers."""
    given = [word.strip() for word in text.split(",") if word.strip()]
    if not all(word.isdecimal() for word in given):
        raise CommandError("--flat: write the numbers of stages, such as 2,3.")
    return [int(word) for word in given]
