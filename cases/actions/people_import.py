"""Many people recorded at once from a file: all of them or none, by the same rule as each by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from cases import audit, people_file
from cases.actions.directory import appoint
from cases.errors import Refused
from cases.models import Agency, Appointment
from cases.people_file import Line, Wrong
from cases.permissions import AGENCY_ROLES, BOARD_ROLES, LEAD_APPOINTS
from cases.roles import Role
from cases.rows import one_act

LONGEST = {"name": 120, "email": 254, "phone": 30, "job_title": 80, "remit": 40}
COLUMN_OF = {"agency": "agency", "manager": "manager_email", "email": "email", "ends_on": "ends_on"}
NO_MANAGER = "Nobody at this agency has this address. Put managers on earlier lines."


@dataclass
class Result:
    """What a file would do, or did: who gets which role, and what is wrong."""

    lines: list[Line]
    wrong: list[Wrong]
    recorded: list[Appointment] = field(default_factory=list)


class _TakenBack(Exception):
    """Ends the transaction in which something was tried."""


def try_file(*, raw: bytes, by: Appointment, now: datetime) -> Result:
    """What the file would do; nothing of it stays."""
    result = Result([], [])
    try:
        with transaction.atomic():
            result = _record_all(raw, by, now)
            raise _TakenBack
    except _TakenBack:
        return result


def import_file(*, raw: bytes, by: Appointment, now: datetime) -> Result:
    """Record everybody; with one thing wrong nobody."""
    result = Result([], [])
    try:
        with transaction.atomic():
            result = _record_all(raw, by, now)
            if result.wrong:
                raise _TakenBack
            audit.record("people_imported", by, scope=_scope(by), by=by, now=now, data={"roles": len(result.recorded)})
    except _TakenBack:
        result.recorded = []
    return result


def _record_all(raw: bytes, by: Appointment, now: datetime) -> Result:
    lines, wrong = people_file.lines_of(raw)
    result = Result(lines, wrong)
    roles = LEAD_APPOINTS if by.agency_id else tuple(dict.fromkeys((*AGENCY_ROLES, *BOARD_ROLES)))
    agencies = {agency.key: agency for agency in Agency.objects.visible_to(by)}
    for line in lines:
        agency = agencies.get(line.cells["agency"]) if line.cells["agency"] else by.agency
        told = [*line.wrong, *_too_long(line), *_unknown(line, agency, roles)]
        result.wrong += told
        if not told:
            _record(line, agency, by, now, result)
    return result


def _too_long(line: Line) -> list[Wrong]:
    return [
        Wrong(line.number, name, f"Shorten this to {most} characters or fewer.")
        for name, most in LONGEST.items()
        if len(line.cells[name]) > most
    ]


def _record(line: Line, agency: Agency | None, by: Appointment, now: datetime, result: Result) -> None:
    cells, number = line.cells, line.number
    manager = _manager(cells["manager_email"], agency)
    if cells["manager_email"] and manager is None:
        result.wrong.append(Wrong(number, "manager_email", NO_MANAGER))
        return
    assert line.starts_on is not None  # noqa: S101 (else it is told as wrong)
    try:
        with transaction.atomic():
            result.recorded.append(
                appoint(
                    agency=agency, role=Role(cells["role"].lower()), name=cells["name"], email=cells["email"],
                    starts_on=line.starts_on, ends_on=line.ends_on, phone=cells["phone"], job_title=cells["job_title"],
                    remit=cells["remit"], manager=manager, is_contact=line.is_contact, by=by, now=now,
                )
            )  # fmt: skip
    except Refused as error:
        result.wrong.append(Wrong(number, COLUMN_OF.get(error.field or "", "role"), error.message))


def _unknown(line: Line, agency: Agency | None, roles: Sequence[Role]) -> list[Wrong]:
    """What names nothing here; what is empty is told already."""
    cells, number = line.cells, line.number
    found: list[Wrong] = []
    if cells["agency"] and agency is None:
        found.append(Wrong(number, "agency", "No agency of this partnership has this key."))
    if cells["role"] and cells["role"].lower() not in roles:
        found.append(Wrong(number, "role", f"Write one of: {', '.join(roles)}."))
    if cells["email"] and not _is_address(cells["email"]):
        found.append(Wrong(number, "email", "Enter an e-mail address in the correct form, like name@example.org"))
    return found


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _manager(email: str, agency: Agency | None) -> Appointment | None:
    """The manager by their address, be they recorded before or on an earlier line."""
    if not email or agency is None:
        return None
    held = Appointment.objects.filter(agency=agency, user__email__iexact=email, in_place_of=None, ends_on=None)
    return held.select_related("agency", "partnership").order_by("pk").first()


@one_act
def take_out(*, held: Sequence[Appointment], by: Appointment, now: datetime) -> str:
    """The file of these entries, and the event that they were taken out."""
    audit.record("people_exported", by, scope=_scope(by), by=by, now=now, data={"roles": len(held)})
    return file_of(held)


def _scope(by: Appointment) -> str:
    return audit.scope_of_agency(by.agency_id) if by.agency_id else audit.scope_of_partnership(by.partnership_id)


def file_of(held: Iterable[Appointment]) -> str:
    """The entries of the directory as a file, in the shape that can be read in again."""
    return people_file.written(
        {
            "name": one.user.name, "email": one.user.email, "role": one.role, "starts_on": one.starts_on.isoformat(),
            "agency": one.agency.key if one.agency else "", "job_title": one.job_title, "phone": one.user.phone,
            "remit": one.remit, "manager_email": one.manager.user.email if one.manager else "",
            "is_contact": "yes" if one.is_contact else "no", "ends_on": one.ends_on.isoformat() if one.ends_on else "",
        }
        for one in held
    )  # fmt: skip
