"""Invented partnerships, agencies and people, made in one line each."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from cases.actions.cases import add_member, open_case
from cases.models import Absence, Agency, Appointment, Case, Partnership, Person, Recovery, User
from cases.roles import Nation, Role
from cases.standing_in import stand_in_row
from escalation.models import Engagement

PASSWORD = "correct horse battery staple"
STARTED = date(2020, 1, 1)
_number = itertools.count(1)

FIRST = ("Amara", "Bethan", "Callum", "Dilys", "Ewan", "Farah", "Gethin", "Hanna", "Idris", "Jamila", "Kenji", "Łucja")
LAST = ("Oyelaran", "Price", "McAllister", "Vaughan", "Dunmore", "Siddiqui", "Tremlett", "Kowalczyk", "Ashby", "Nkemelu")
PARTNERSHIPS: dict[str, dict[str, Any]] = {
    "halton": {"name": "Halton Safeguarding Adults Board", "short_name": "Halton SAB", "reference_prefix": "HAL"},
    "luton": {"name": "Luton Safeguarding Adults Board", "short_name": "Luton SAB", "reference_prefix": "LUT"},
    "dundee": {
        "name": "Dundee Protecting People", "short_name": "Dundee PP", "reference_prefix": "DUN", "nation": Nation.SCOTLAND,
    },
    "south_lanarkshire": {
        "name": "South Lanarkshire Public Protection", "short_name": "South Lanarkshire PP", "reference_prefix": "SLA",
        "nation": Nation.SCOTLAND,
    },
}


def make_partnership(key: str = "halton", **fields: Any) -> Partnership:
    """The partnership with this key, made if it is not there yet."""
    defaults = {
        "name": f"{key.title()} Safeguarding Board", "short_name": key.title(), "reference_prefix": key[:5].upper(),
        "nation": Nation.ENGLAND_AND_WALES, "emergency_text": "Emergency duty team: 01632 960 999, day and night.",
    }
    partnership, _ = Partnership.objects.get_or_create(key=key, defaults=defaults | PARTNERSHIPS.get(key, {}) | fields)
    return partnership


def make_agency(partnership: Partnership, kind: str = "council", **fields: Any) -> Agency:
    """An agency of this kind."""
    number = next(_number)
    names = {"name": f"{kind.title()} agency {number}", "short_name": f"{kind.title()} {number}", "key": f"{kind}-{number}"}
    return Agency.objects.create(partnership=partnership, kind=kind, **(names | fields))


def make_user(name: str = "", **fields: Any) -> User:
    """Somebody who can sign in with ``PASSWORD``."""
    number = next(_number)
    name = name or f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]}"
    email = fields.pop("email", f"person{number}@example.org")
    return User.objects.create_user(email, fields.pop("password", PASSWORD), name=name, **fields)


def make_appointment(
    role: Role, agency: Agency | None = None, *, partnership: Partnership | None = None, user: User | None = None, **fields: Any
) -> Appointment:
    """Somebody in a role at an agency, or at the board of a partnership."""
    home = agency.partnership if agency else partnership or make_partnership()
    fields = {"starts_on": STARTED} | fields
    return Appointment.objects.create(user=user or make_user(), agency=agency, partnership=home, role=role, **fields)


@dataclass(frozen=True)
class Team:
    """One agency's people, from the worried practitioner up to the board representative."""

    agency: Agency
    practitioner: Appointment
    line_manager: Appointment
    lead: Appointment
    senior_manager: Appointment
    board_representative: Appointment


@dataclass(frozen=True)
class Cast:
    """Everybody a test needs: two agencies that disagree, a stranger, a charity, and the board."""

    partnership: Partnership
    council: Team
    health: Team
    stranger: Appointment
    charity: Appointment
    chair: Appointment
    chief_social_work_officer: Appointment
    board_manager: Appointment
    auditor: Appointment


def make_team(agency: Agency) -> Team:
    """One person in each role at the agency; the practitioner's manager is the line manager, and so on up."""
    representative = make_appointment(Role.BOARD_REPRESENTATIVE, agency, is_contact=True)
    senior = make_appointment(Role.SENIOR_MANAGER, agency, is_contact=True, manager=representative)
    lead = make_appointment(Role.SAFEGUARDING_LEAD, agency, is_contact=True, manager=senior)
    manager = make_appointment(Role.LINE_MANAGER, agency, is_contact=True, manager=senior)
    practitioner = make_appointment(Role.PRACTITIONER, agency, manager=manager)
    return Team(agency, practitioner, manager, lead, senior, representative)


def cast(partnership: Partnership | None = None) -> Cast:
    """The people of a test, in a partnership (Halton unless told)."""
    home = partnership or make_partnership()
    people = Cast(
        partnership=home,
        council=make_team(make_agency(home, "council")),
        health=make_team(make_agency(home, "health")),
        stranger=make_appointment(Role.PRACTITIONER, make_agency(home, "police")),
        charity=make_appointment(Role.PRACTITIONER, make_agency(home, "voluntary")),
        chair=make_appointment(Role.CHAIR, partnership=home),
        chief_social_work_officer=make_appointment(Role.CHIEF_SOCIAL_WORK_OFFICER, partnership=home),
        board_manager=make_appointment(Role.BOARD_MANAGER, partnership=home),
        auditor=make_appointment(Role.AUDITOR, partnership=home),
    )
    make_engagement(people)
    return people


def make_engagement(people: Cast, **fields: Any) -> Engagement:
    """What an auditor reads under: the whole partnership, long since and for long, unless told."""
    given = {
        "reader": people.auditor, "scope": Engagement.Scope.PARTNERSHIP, "purpose": "The yearly audit.",
        "starts_at": datetime(2020, 1, 1, tzinfo=UTC), "ends_at": datetime(2099, 12, 31, tzinfo=UTC),
        "approved_by": people.chair, "approved_at": datetime(2020, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    return Engagement.objects.create(partnership=people.partnership, **(given | fields))


def make_absence(
    person: Appointment, stand_in: Appointment | None, *, from_on: date = STARTED, until_on: date = date(2099, 12, 31)
) -> Absence:
    """Somebody away, long since and for long unless told; who stands in may take their place."""
    if stand_in is not None:
        stand_in_row(person, stand_in, on=from_on)
    return Absence.objects.create(
        partnership=person.partnership, person=person, stand_in=stand_in, from_on=from_on, until_on=until_on,
        recorded_by=person, recorded_at=datetime(2026, 4, 2, 9, 0, tzinfo=UTC),
    )


def make_place(person: Appointment, stand_in: Appointment) -> Appointment:
    """What ``stand_in`` acts as while ``person`` is away."""
    make_absence(person, stand_in)
    return person.stood_in_by.get(user=stand_in.user)


def make_recovery(people: Cast, now: datetime) -> Recovery:
    """The council's lead has recorded that their senior manager lost a phone."""
    held, by = people.council.senior_manager, people.council.lead
    return Recovery.objects.create(held=held, user=held.user, checked_how="I rang them.", asked_by=by, asked_at=now)


def person_of(case: Case) -> Person:
    """The person a case is about, as they are known now."""
    return Person.objects.get(cases=case)


def make_case(people: Cast, *, now: datetime | None = None, **fields: Any) -> Case:
    """A case opened by the council's practitioner with health involved; health's practitioner is on it too."""
    when = now or datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
    given: dict[str, Any] = {
        "name": "Margaret Elsworth", "date_of_birth": date(1941, 6, 3), "own_reference": "LAS-55120",
        "agencies": [people.health.agency], "by": people.council.practitioner, "now": when,
        "details": {"address": "4 Quarry Row, Runcorn", "desired_outcomes": "To go home with a night sitter."},
    }
    case = open_case(**(given | fields))
    add_member(case=case, member=people.health.practitioner, now=when)
    return case
