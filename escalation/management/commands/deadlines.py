"""manage.py deadlines explain: every date that follows from a protocol file; recalculate: open dates by today's calendar."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.clock import database_now
from escalation.actions.calendars import recalculate_everywhere
from escalation.calendars import calendar_for
from escalation.deadlines import LONDON, OF_A_STAGE, WHOLE, Due, anchor_of, schedule
from escalation.management.options import closure, moment, of_track, split
from escalation.protocol import Anchor, Limit, LimitKind, Protocol
from escalation.protocol_files import ProtocolFileError, load, sha256

EVENTS = tuple(anchor for anchor in Anchor if anchor is not Anchor.PREVIOUS_LIMIT_DUE)
NAMES = f"{', '.join(EVENTS)}, own_date.KEY"


class Command(BaseCommand):
    """``explain`` works from the file alone: no database, no clock; ``recalculate`` is for after an upgrade."""

    help = "Explain the dates of a protocol file, or count all open limits again after the holidays package was upgraded."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``explain FILE --concern-arose ISO [--event NAME=ISO …] [--closure DATE=WHY …] [--json]``."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("recalculate", help="count open limits again; whoever is concerned is told old and new date")
        verb = verbs.add_parser("explain")
        verb.add_argument("file", type=Path)
        verb.add_argument("--concern-arose", required=True, metavar="ISO", help="such as 2026-04-02T10:00")
        verb.add_argument("--track", default="", metavar="KEY", help="which track, where the file has several")
        verb.add_argument("--event", action="append", default=[], metavar="NAME=ISO", help=NAMES)
        verb.add_argument("--closure", action="append", default=[], metavar="DATE=WHY", help="a day not worked here")
        verb.add_argument("--json", action="store_true", help="answer as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the file and the events, count, and print; or count again what is open."""
        if options["verb"] == "recalculate":
            moved = recalculate_everywhere(now=database_now())
            self.stdout.write(f"{moved} {'dispute has' if moved == 1 else 'disputes have'} a date that moved.")
            return
        try:
            protocol = load(options["file"])
        except ProtocolFileError as error:
            for problem in error.problems:
                self.stderr.write(f"{options['file']}: {problem}")
            sys.exit(1)
        protocol = of_track(protocol, options["track"])
        events = {Anchor.CONCERN_AROSE.value: moment(options["concern_arose"], "--concern-arose")}
        for given in options["event"]:
            name, at = split(given, "--event")
            events[_event_name(name, protocol)] = moment(at, f"--event {name}")
        closures = dict(closure(given) for given in options["closure"])
        calendar = calendar_for(protocol.nation, closures=closures)
        rows = [_row(protocol, *found) for found in schedule(protocol, events, calendar)]
        if options["json"]:
            self.stdout.write(json.dumps(_answer(protocol, calendar.version, rows), indent=2, ensure_ascii=False))
        else:
            self._print(protocol, calendar.version, rows)

    def _print(self, protocol: Protocol, calendar: str, rows: list[dict[str, Any]]) -> None:
        self.stdout.write(f"{protocol.name}, version {protocol.version}\nCalendar: {calendar}")
        if not rows:
            self.stdout.write("This protocol has no time limits: nothing is ever overdue.")
        for row in rows:
            self.stdout.write(f"\n{row['stage_label'] or 'All stages'} · {row['label']} ({row['key']})")
            if row["due_at"] is None:
                self.stdout.write(f"  no date yet: hand in --event {row['waiting_for']}=…")
                continue
            local = datetime.fromisoformat(row["due_local"])
            self.stdout.write(
                f"  due {local:%a} {local.day} {local:%b %Y %H:%M}{_zone(local)}" + (" (a guide)" if row["indicative"] else "")
            )
            self.stdout.write(f"  {row['explanation']['rule']}")
            for skipped in row["explanation"]["skipped"]:
                self.stdout.write(f"    not counted: {skipped['day']} {skipped['why']}")


def _zone(local: datetime) -> str:
    """Which of the two, of an hour that comes twice in the night when the clocks go back."""
    moment = local.replace(tzinfo=LONDON)
    twice = moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()
    return f" {'BST' if local.utcoffset() else 'GMT'}" if twice else ""


def _answer(protocol: Protocol, calendar: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "protocol": {
            "key": protocol.key,
            "name": protocol.name,
            "version": protocol.version,
            "sha256": sha256(protocol),
        },
        "nation": protocol.nation.value,
        "calendar": calendar,
        "limits": rows,
    }


def _row(protocol: Protocol, order: int, limit: Limit, found: Due | None) -> dict[str, Any]:
    return {
        "stage": order,
        "stage_label": "" if limit.key == WHOLE else protocol.stage(order).label,
        "key": limit.key,
        "kind": limit.kind.value,
        "label": limit.label,
        "owner": limit.owner.value,
        "on_missed": limit.on_missed.value,
        "indicative": protocol.clock.indicative if limit.indicative is None else limit.indicative,
        "due_at": found.due_at.isoformat() if found else None,
        "due_local": found.due_at.astimezone(LONDON).isoformat() if found else None,
        "waiting_for": None if found else _waiting_for(protocol, order, limit),
        "explanation": found.explanation() if found else None,
    }


def _waiting_for(protocol: Protocol, order: int, limit: Limit) -> str:
    """The event that must be handed in before this limit has a date."""
    anchor = anchor_of(limit, protocol.clock)
    if anchor is Anchor.PREVIOUS_LIMIT_MET:
        return f"{anchor}.{limit.anchor_limit}"
    if anchor is Anchor.PREVIOUS_LIMIT_DUE:
        limits = [(stage.order, one) for stage in protocol.stages for one in stage.limits]
        return next(_waiting_for(protocol, at, one) for at, one in limits if one.key == limit.anchor_limit)
    if anchor in OF_A_STAGE:
        return f"{anchor}.{order - 1 if limit.kind is LimitKind.START else order}"
    return anchor.value


def _event_name(name: str, protocol: Protocol) -> str:
    kind, _, which = name.partition(".")
    orders = [str(stage.order) for stage in protocol.stages]
    keys = [limit.key for stage in protocol.stages for limit in stage.limits]
    possible = {"own_date": keys, Anchor.PREVIOUS_LIMIT_MET.value: ["", *keys]}
    possible |= {anchor.value: ["", *orders] for anchor in OF_A_STAGE}
    if kind in EVENTS or kind == "own_date":
        allowed = possible.get(kind, [""])
        if which in allowed:
            return name
        raise CommandError(
            f"--event {name}: after the dot write one of {', '.join(one for one in allowed if one) or 'nothing'}."
        )
    raise CommandError(f"--event {name}: there is no such event. Write one of {NAMES}.")
