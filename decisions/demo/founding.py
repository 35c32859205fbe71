"""Founds the demonstration's partnerships by the acts that found real ones, and publishes their protocols."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import transaction

from cases.actions.directory import appoint
from cases.actions.partnerships import found_partnership
from cases.demo import DEMO_DOMAIN, DEMO_PASSWORD
from cases.models import Agency, Appointment, Partnership, User
from cases.roles import Role
from decisions.demo.cast import EMERGENCY, OWN_ROUTE, PARTNERSHIPS, STAFF, DemoPartnership, staff_name
from decisions.demo.theme_track import with_themes
from escalation import protocol_files
from escalation.actions.engagements import Wanted, approve
from escalation.actions.protocols import publish_protocol
from escalation.deadlines import LONDON

FOUNDED, AUDIT = timedelta(days=420), timedelta(days=89)
AUDITED = "The yearly audit: were limits kept, and is every answer in writing?"


def is_founded() -> bool:
    """Whether this database holds the demonstration's people."""
    return User.objects.filter(email__endswith=DEMO_DOMAIN).exists()


def untold() -> list[str]:
    """The partnerships, by key, in which nothing has happened yet."""
    keys = [described.key for described in PARTNERSHIPS]
    return list(Partnership.objects.filter(key__in=keys, disputes=None).order_by("pk").values_list("key", flat=True))


@transaction.atomic
def found_everything(*, now: datetime) -> None:
    """The four partnerships with their agencies, people and protocols, as of a year ago; one password for all."""
    numbers = count()
    for described in PARTNERSHIPS:
        _found(described, numbers, now=now - FOUNDED)
        _let_audit(described, now=now)
    User.objects.filter(email__endswith=DEMO_DOMAIN).update(password=make_password(DEMO_PASSWORD))


def _found(described: DemoPartnership, numbers: Iterator[int], *, now: datetime) -> None:
    manager = staff_name(next(numbers))
    home = found_partnership(
        described={
            "key": described.key, "name": described.name, "short_name": described.short_name,
            "reference_prefix": described.prefix, "nation": described.nation,
            "emergency_text": EMERGENCY.format(number=100 + next(numbers)),
            "board_email": f"board@{described.mail_domain}",
            "board_manager": {"name": manager, "email": _email(manager, described)},
            "agencies": [
                {"key": agency.key, "name": agency.name, "short_name": agency.short_name, "kind": agency.kind,
                 "phone": f"01632 960 {200 + next(numbers):03d}", "own_route": OWN_ROUTE, "commissioner": agency.commissioner}
                for agency in described.agencies
            ],
        },
        now=now,
    )
    board_manager = Appointment.objects.get(partnership=home, role=Role.BOARD_MANAGER)
    text = (Path(protocol_files.__file__).parent / "protocols" / f"{described.key}.yaml").read_text(encoding="utf-8")
    document = protocol_files.loads(with_themes(text) if described.has_themes else text)
    publish_protocol(partnership=home, document=document, by=board_manager, now=now)
    for role in described.board:
        _appoint(described, None, role, "", staff_name(next(numbers)), by=board_manager, now=now)
    for agency in home.agencies.order_by("pk"):
        _staff(described, agency, numbers, by=board_manager, now=now)


def _let_audit(described: DemoPartnership, *, now: datetime) -> None:
    """The chair approves what the auditor reads in these weeks."""
    board = Appointment.objects.filter(partnership__key=described.key).select_related("user", "partnership")
    today = now.astimezone(LONDON).date()
    approve(
        wanted=Wanted(board.get(role=Role.AUDITOR), "partnership", AUDITED, today, today + AUDIT),
        by=board.get(role=Role.CHAIR), now=now,
    )  # fmt: skip


def _staff(
    described: DemoPartnership, agency: Agency, numbers: Iterator[int], *, by: Appointment, now: datetime
) -> None:
    held: dict[Role, Appointment] = {}
    for roles in STAFF[agency.kind]:
        name = staff_name(next(numbers))
        for role, job in roles:
            over = {Role.SENIOR_MANAGER: Role.BOARD_REPRESENTATIVE, Role.PRACTITIONER: Role.LINE_MANAGER}
            manager = held.get(over.get(role, Role.SENIOR_MANAGER))
            if manager is not None and manager.user.name == name:
                manager = None
            one = _appoint(described, agency, role, job, name, by=by, now=now, manager=manager, first=role not in held)
            held.setdefault(role, one)
    if agency.kind == Agency.Kind.COUNCIL:
        for remit, job in described.heads:
            head = staff_name(next(numbers))
            _appoint(described, agency, Role.SENIOR_MANAGER, job, head, by=by, now=now, remit=remit, first=False)


def _appoint(
    described: DemoPartnership, agency: Agency | None, role: Role, job: str, name: str, *, by: Appointment, now: datetime,
    manager: Appointment | None = None, remit: str = "", first: bool = True,
) -> Appointment:
    return appoint(
        agency=agency, role=role, name=name, email=_email(name, described), starts_on=now.date(), by=by, now=now,
        phone="01632 960 555", job_title=job, remit=remit, manager=manager, is_contact=first,
    )


def _email(name: str, described: DemoPartnership) -> str:
    return f"{name.lower().replace(' ', '.')}@{described.mail_domain}"


def everybody(home: Partnership) -> list[Appointment]:
    """All appointments of a partnership, with what acts read of them."""
    return list(
        Appointment.objects.filter(partnership=home).select_related("user", "agency", "partnership", "manager").order_by("pk")
    )
