"""Changing what is known of the person at risk, without one editor silently undoing another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases import audit
from cases.errors import Refused
from cases.models import Agency, Appointment, Case, Person, PersonReference
from cases.permissions import may_change_person
from cases.rows import one_act

FIELDS = ("name", "date_of_birth", "address", "desired_outcomes", "capacity", "is_child")
CHANGED_MEANWHILE = (
    "Somebody else changed this while you were writing. Both versions are shown below. "
    "Put what is right into the answers and save again."
)


def known_of(person: Person, agency: Agency | None) -> dict[str, Any]:
    """What the form shows: the person's details, and the reference in the system of this agency."""
    known = {name: getattr(person, name) for name in FIELDS}
    return known | {"own_reference": _reference(person, agency)}


def version_of(person: Person, agency: Agency | None) -> str:
    """A token of exactly these details; it differs once anybody has changed one of them."""
    text = json.dumps(known_of(person, agency), default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@one_act
def update_person(
    *, case: Case, changes: Mapping[str, Any], seen: str, by: Appointment, now: datetime
) -> list[str]:
    """Save the details; ``seen`` is the version the editor had before them. Answers the names of what changed."""
    if case.person_id is None or not may_change_person(by, case):
        raise Refused("Only people who work on this case can change this. Ask one of them.", code="forbidden")
    person = Person.objects.select_for_update(no_key=True).get(pk=case.person_id)
    if version_of(person, by.agency) != seen:
        raise Refused(CHANGED_MEANWHILE, code="stale")
    before = known_of(person, by.agency)
    changed = sorted(name for name, value in changes.items() if before[name] != value)
    for name in set(changed) & set(FIELDS):
        setattr(person, name, changes[name])
    person.save()
    if "own_reference" in changed and by.agency is not None:
        _set_reference(person, by.agency, changes["own_reference"])
    if changed:
        scope = audit.scope_of_case(case.pk)
        audit.record("person_changed", person, scope=scope, by=by, now=now, data={"fields": changed})
    return changed


def _reference(person: Person, agency: Agency | None) -> str:
    values = person.references.filter(agency=agency).values_list("value", flat=True) if agency else []
    return next(iter(values), "")


def _set_reference(person: Person, agency: Agency, value: str) -> None:
    PersonReference.objects.filter(person=person, agency=agency).delete()
    if value:
        PersonReference.objects.create(person=person, agency=agency, value=value)
