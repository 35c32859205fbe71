"""Opening a case, and who needs to know of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from cases import audit
from cases.actions.references import next_reference
from cases.errors import Refused
from cases.models import Agency, Appointment, Case, CaseMember, Person, PersonReference


@transaction.atomic
def open_case(
    *,
    name: str,
    agencies: Iterable[Agency],
    by: Appointment,
    now: datetime,
    date_of_birth: date | None = None,
    own_reference: str = "",
    details: Mapping[str, Any] | None = None,
) -> Case:
    """A case for a person at risk, with ``by`` on it; refused unless two or more agencies of the partnership are named.

    ``details`` may hold address, desired_outcomes, capacity and is_child of the person.
    """
    involved = {agency.pk: agency for agency in agencies}
    if by.agency is not None:
        involved[by.agency.pk] = by.agency
    if len(involved) < 2:
        raise Refused("Name at least one other agency that works with the person.", field="agencies")
    if any(agency.partnership_id != by.partnership_id for agency in involved.values()):
        raise Refused("Choose agencies of this partnership only.", field="agencies")
    person = Person.objects.create(
        partnership=by.partnership, name=name, date_of_birth=date_of_birth, **dict(details or {})
    )
    if own_reference and by.agency is not None:
        PersonReference.objects.create(person=person, agency=by.agency, value=own_reference)
    case = Case.objects.create(
        partnership=by.partnership,
        reference=next_reference(by.partnership, kind="C", now=now),
        person=person,
        opened_by=by,
        opened_at=now,
    )
    case.agencies.set(involved.values())
    add_member(case=case, member=by, now=now)
    audit.record("case_opened", case, scope=audit.scope_of_case(case.pk), by=by, now=now)
    return case


def add_member(*, case: Case, member: Appointment, now: datetime) -> None:
    """Let somebody know of the case, in the caller's transaction; nothing happens when they already do."""
    CaseMember.objects.get_or_create(case=case, appointment=member, defaults={"since": now})
