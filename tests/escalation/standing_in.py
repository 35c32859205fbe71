"""What the tests of stand-ins share: recording an absence, and what somebody acts as while standing in."""

from __future__ import annotations

from datetime import date, datetime

from django.test import Client

from cases.models import Absence, Appointment
from cases.roles import Role
from escalation.actions.absences import Away, record_absence
from tests import factories
from tests.factories import Team

FROM, UNTIL = date(2026, 4, 2), date(2026, 4, 10)


def go_away(
    person: Appointment, stand_in: Appointment | None, *, now: datetime, from_on: date = FROM, until_on: date = UNTIL,
    by: Appointment | None = None,
) -> Absence:
    return record_absence(person=person, away=Away(from_on, until_on, stand_in), by=by or person, now=now)


def place_of(person: Appointment, stand_in: Appointment) -> Appointment:
    """What ``stand_in`` acts as in the place of ``person``."""
    return person.stood_in_by.select_related("user", "agency", "partnership", "in_place_of__user").get(user=stand_in.user)


def second_manager(team: Team) -> Appointment:
    return factories.make_appointment(Role.LINE_MANAGER, team.agency, manager=team.senior_manager)


def act_for(client: Client, person: Appointment, stand_in: Appointment) -> None:
    """Sign ``stand_in`` in, acting in the place of ``person``."""
    client.force_login(stand_in.user)
    client.post(f"/account/standing-in/{place_of(person, stand_in).pk}/")
