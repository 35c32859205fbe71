"""A walk through a partnership's protocol that writes down every notice of every step: to whom, and in which words.

Everybody and everything in it is called a canary of their own, so that the words can be compared exactly and a name, an agency
or a word from a case that gets into an e-mail is seen at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import Min

from cases.errors import Refused
from cases.models import Agency, Appointment, User
from cases.roles import Role
from escalation import deliveries
from escalation.actions import lead_gaps, plans, safety, sweep
from escalation.deadlines import LONDON
from escalation.models import Acknowledgement, AdviceRequest, Deadline, Dispute, Notification
from tests.clock import Clock
from tests.factories import Cast, Team, make_agency, make_appointment, make_case, make_team
from tests.factories_disputes import make_dispute, people_under, publish

TABLES = Path(__file__).resolve().parent / "escalation" / "notices"
CANARY = "Canary"
ENDS_WITH = f"Sign in to read it: {settings.BASE_URL}/notices/"
NO_MAIL = "(no e-mail)"
LIST_REFERENCE = re.compile(r"\bL-[A-Z0-9]{8}\b")  # drawn by lot, so that it leads nowhere back
WORDS = f"{CANARY} words"
UNSAFE = safety.Safety(answer="not_safe", how=WORDS)
SAFE = safety.Safety(answer="safe", how=WORDS)
EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass
class Step:
    """What one step told; ``refused`` where the protocol does not allow it."""

    name: str
    notices: list[Notification] = field(default_factory=list)
    refused: str = ""


@dataclass
class Walk:
    """The people, the time, and what was told so far."""

    people: Cast
    clock: Clock
    now: datetime
    look: Callable[[datetime], None]
    labels: dict[int, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    users: dict[int, int] = field(default_factory=dict)
    extra: dict[str, Appointment] = field(default_factory=dict)

    def raised(self, *, person: Mapping[str, Any] = EMPTY, **changes: Any) -> Dispute:
        """A dispute about a person of its own."""
        details = {"name": f"{CANARY} Person", "details": {"address": f"{CANARY} Row"}} | dict(person)
        case = make_case(self.people, now=self.now, **details)
        words = {"decision_disputed": f"{CANARY} decision", "worry": f"{CANARY} worry", "proposed_resolution": f"{CANARY} way"}
        return make_dispute(self.people, now=self.now, case=case, **(words | changes))

    def step(self, name: str, act: Callable[[], Any]) -> Any:
        """Do one thing, deliver what it tells, and write both down; one that the protocol does not allow is told apart."""
        before = _last()
        made, result = Step(name), None
        self.now += timedelta(minutes=1)
        self.clock.move_to(self.now)
        try:
            with transaction.atomic():
                result = act()
        except Refused as error:
            made.refused = error.code
        self.look(self.now)
        made.notices = list(Notification.objects.filter(pk__gt=before).order_by("pk"))
        self.steps.append(made)
        return result

    def until(self, moment: datetime, name: str) -> None:
        """Let time pass, and look whenever something is due; each time is a step of its own."""
        while (at := _next_due(moment)) is not None:
            self.now = max(self.now, at)
            self.step(f"{name}, {self.now.astimezone(LONDON):%a %d %b %H:%M}", lambda: None)
        self.now = moment
        self.step(f"{name}, at last", lambda: None)


def do(walk: Walk, name: str, act: Any, /, **given: Any) -> Any:
    """One step by one of the product's own acts."""
    return walk.step(name, lambda: act(now=walk.now, **given))


def _last() -> int:
    newest = Notification.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def _next_due(limit: datetime) -> datetime | None:
    looks = Deadline.objects.filter(next_look_at__lte=limit).aggregate(at=Min("next_look_at"))["at"]
    forgotten = [rows.objects.filter(remind_at__lte=limit) for rows in (Acknowledgement, AdviceRequest)]
    reminders = [rows.aggregate(at=Min("remind_at"))["at"] for rows in forgotten]
    return min(filter(None, (looks, *reminders)), default=None)


def look_here(now: datetime) -> None:
    """What the workers do, in this process; a test's transaction stands still in the database's own time."""
    sweep.sweep(now=now)
    plans.warn_of_overdue(now=now)
    lead_gaps.sweep(now=now)
    while deliveries.deliver_due(now=now):
        pass


def start(
    key: str, *, now: datetime, clock: Clock, look: Callable[[datetime], None] = look_here, settings: Mapping[str, Any] = EMPTY
) -> Walk:
    """The cast under a protocol (changed by ``settings``), each under a name of their own; the other agency is commissioned."""
    clock.move_to(now)
    people = people_under(key, now=now)
    if settings:
        publish(people.partnership, key, now=now, version="changed", **settings)
    commissioner = make_team(make_agency(people.partnership, "housing"))
    people.health.agency.commissioner = commissioner.agency
    people.health.agency.save()
    extra = {
        "own colleague": make_appointment(Role.PRACTITIONER, people.council.agency),
        "own second manager": make_appointment(Role.LINE_MANAGER, people.council.agency),
        "board scrutineer": make_appointment(Role.INDEPENDENT_SCRUTINEER, partnership=people.partnership),
    }
    walk = Walk(people, clock, now, look, extra=extra)
    _name(walk, "own", people.council)
    _name(walk, "other", people.health)
    _name(walk, "commissioner's", commissioner)
    for label, who in extra.items():
        walk.labels[who.pk] = label
    for role in ("chair", "chief_social_work_officer", "board_manager", "auditor"):
        walk.labels[getattr(people, role).pk] = role.replace("_", " ")
    for number, who in enumerate(Appointment.objects.exclude(pk__in=walk.labels).order_by("pk"), start=1):
        where = "own" if who.agency_id == people.council.agency.pk else "uninvolved"
        walk.labels[who.pk] = f"{where} {Role(who.role).title} {who.remit or number}"
    walk.users.update(Appointment.objects.filter(pk__in=walk.labels).values_list("pk", "user_id"))
    for pk, label in walk.labels.items():
        User.objects.filter(appointments=pk).update(name=f"{CANARY} {label}")
    for agency in Agency.objects.all():
        Agency.objects.filter(pk=agency.pk).update(name=f"{CANARY} {agency.kind}", short_name=f"{CANARY} {agency.kind}")
    return refreshed(walk)


def _name(walk: Walk, side: str, team: Team) -> None:
    for one in fields(team):
        if one.name != "agency":
            walk.labels[getattr(team, one.name).pk] = f"{side} {one.name.replace('_', ' ')}"


def refreshed(walk: Walk) -> Walk:
    """Everybody as the database now has them."""
    for team in (walk.people.council, walk.people.health):
        for one in fields(team):
            row = getattr(team, one.name)
            row.refresh_from_db()
            if isinstance(row, Appointment):
                row.user.refresh_from_db()
                row.agency.refresh_from_db()  # type: ignore[union-attr]
    for who in (*walk.extra.values(), walk.people.chair, walk.people.board_manager, walk.people.stranger):
        who.refresh_from_db()
    return walk


# --- as a table ------------------------------------------------------------------------------------------------------


def table(walk: Walk, sent: dict[str, str]) -> list[dict[str, Any]]:
    """What was told, step by step, as plain data; ``sent`` is what each e-mail said, by its Message-ID."""
    return [_step(walk, one, sent) for one in walk.steps if one.notices or one.refused]


def _step(walk: Walk, step: Step, sent: dict[str, str]) -> dict[str, Any]:
    found: dict[tuple[str, ...], list[str]] = {}
    for notice in step.notices:
        words = sent.get(notice.message_id, NO_MAIL)
        at_once = "at once" if notice.is_immediate else ""
        row = (notice.event, numberless(notice.key), at_once, LIST_REFERENCE.sub("L-XXXXXXXX", notice.text), words)
        found.setdefault(row, []).append(_label(walk, notice.recipient))
    told = [
        {"event": event, "key": key, "to": ", ".join(sorted(to))} | ({"when": when} if when else {})
        | {"text": text, "e-mail": words}
        for (event, key, when, text, words), to in found.items()
    ]
    told.sort(key=lambda row: (row["event"], row["key"], row["text"], row["to"]))
    return {"step": step.name, **({"refused": step.refused} if step.refused else {}), **({"told": told} if told else {})}


def _label(walk: Walk, who: Appointment) -> str:
    if who.in_place_of_id is None:
        return walk.labels[who.pk]
    own = next(label for pk, label in walk.labels.items() if walk.users[pk] == who.user_id)
    return f"{own} in place of {walk.labels[who.in_place_of_id]}"


def numberless(key: str) -> str:
    """A notice's key with 0 for every number and moment: what is left is what it is about."""
    key = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "0", LIST_REFERENCE.sub("L-XXXXXXXX", key))
    return re.sub(r"[0-9]+", "0", re.sub(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+]+", "0", key))


def in_box() -> dict[str, str]:
    """What Django's own outbox holds, by Message-ID; each is there once."""
    return by_message_id([message.message() for message in mail.outbox])


def by_message_id(messages: list[Any]) -> dict[str, str]:
    """The words of each e-mail without its end; every subject, sender and end is the same, and each comes once."""
    found: dict[str, str] = {}
    for message in messages:
        identity = str(message["Message-ID"])
        assert identity not in found, "an e-mail came twice"
        assert message["Subject"] == deliveries.SUBJECT
        body = _body(message)
        assert body.endswith(f"\n\n{ENDS_WITH}"), body
        found[identity] = body.removesuffix(f"\n\n{ENDS_WITH}")
        assert CANARY not in f"{message['Subject']} {message['From']} {body}"
    return found


def _body(message: Message) -> str:
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode().replace("\r\n", "\n").strip()


def written(key: str) -> dict[str, Any]:
    """The table of one protocol as it is kept."""
    found: dict[str, Any] = yaml.safe_load((TABLES / f"{key}.yaml").read_text())
    return found


def write(key: str, steps: list[dict[str, Any]]) -> None:
    """Keep a table."""
    TABLES.mkdir(exist_ok=True)
    head = {"subject": deliveries.SUBJECT, "ends with": ENDS_WITH, "steps": steps}
    text = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=160)
    (TABLES / f"{key}.yaml").write_text(f"# Every notice of a walk through this protocol; see tests/notice_walk.py.\n{text}")

