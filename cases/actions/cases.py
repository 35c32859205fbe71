"""Opening a case, and who needs to know of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from cases import audit, together
from cases.actions.references import next_reference
from cases.errors import Refused
from cases.models import Agency, Appointment, Case, CaseMember, Person, PersonReference
from cases.rows import one_act


@one_act
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
    involved = _involved(agencies, by, "Name at least one other agency that works with the person.")
    person = Person.objects.create(
        partnership=by.partnership, name=name, date_of_birth=date_of_birth, **dict(details or {})
    )
    if own_reference and by.agency is not None:
        PersonReference.objects.create(person=person, agency=by.agency, value=own_reference)
    return _opened(involved, by=by, now=now, person=person)


@one_act
def open_theme(*, theme: str, agencies: Iterable[Agency], by: Appointment, now: datetime) -> Case:
    """A case about how agencies work together, which names no person, with ``by`` on it."""
    theme = " ".join(theme.split())
    if not theme:
        raise Refused("Give the theme a short name.", field="theme")
    involved = _involved(agencies, by, "Name at least one other agency.")
    return _opened(involved, by=by, now=now, theme=theme[:120])


def _involved(agencies: Iterable[Agency], by: Appointment, too_few: str) -> list[Agency]:
    involved = {agency.pk: agency for agency in agencies}
    if by.agency is not None:
        involved[by.agency.pk] = by.agency
    if len(involved) < 2:
        raise Refused(too_few, field="agencies")
    if any(agency.partnership_id != by.partnership_id for agency in involved.values()):
        raise Refused("Choose agencies of this partnership only.", field="agencies")
    return list(involved.values())


def _opened(
    involved: list[Agency], *, by: Appointment, now: datetime, person: Person | None = None, theme: str = ""
) -> Case:
    case = Case.objects.create(
        partnership=by.partnership,
        reference=next_reference(by.partnership, kind="C", now=now),
        person=person,
        theme=theme,
        opened_by=by,
        opened_at=now,
    )
    case.agencies.set(involved)
    add_member(case=case, member=by, now=now)
    audit.record("case_opened", case, scope=audit.scope_of_case(case.pk), by=by, now=now)
    return case


def name_besides(*, case: Case, who: Appointment, now: datetime) -> None:
    """Whoever the protocol brings to a restricted case is named on its list from then on."""
    if case.named is not None and who.pk not in case.named:
        case.named = [*case.named, who.pk]
        case.save(update_fields=["named"])
        audit.record("named_besides", case, scope=audit.scope_of_case(case.pk), by=None, now=now, data={"appointment": who.pk})


def add_member(*, case: Case, member: Appointment, now: datetime) -> None:
    """Let somebody know of the case, in the caller's transaction; nothing happens when they already do."""
    together.write([CaseMember(case=case, appointment=member.seat, since=now)], is_once=True)
