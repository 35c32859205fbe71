"""The known names of a dispute: whom a text that leaves it must not name (F24)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import Q

from cases.models import Agency, Appointment, Person
from decisions.identifiers import Known, of_address, of_name
from escalation.models import Dispute
from escalation.protocol import OnwardRoute

FEW = 5
PERSON, ADDRESS, PROFESSIONAL, AGENCY, REFERENCE = (
    "the person at risk", "an address", "a professional", "an agency", "a reference",
)  # fmt: skip
CAPITALISED = re.compile(r"[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)+")


def known_names(dispute: Dispute, route: OnwardRoute | None = None) -> list[Known]:
    """Everybody and everything the record knows by name; ``route`` is the body it is to go to."""
    found = [Known(dispute.reference, REFERENCE), Known(dispute.case.reference, REFERENCE)]
    if dispute.case.person is not None:
        found += _of_person(dispute.case.person)
    for who in professionals(dispute):
        found += of_name(who.user.name, PROFESSIONAL)
    found += [Known(name, PROFESSIONAL) for name in CAPITALISED.findall(dispute.decided_by)]
    attested = dispute.own_records.values_list("own_reference", flat=True)
    found += [Known(value, REFERENCE) for value in attested if len(value.strip()) > 2]
    for agency in agencies_not_to_name(dispute, route):
        found += [Known(agency.name, AGENCY), Known(agency.short_name, AGENCY)]
    return list(dict.fromkeys(one for one in found if one.words.strip()))


def _of_person(person: Person) -> list[Known]:
    numbers = person.references.values_list("value", flat=True)
    return [
        *of_name(person.name, PERSON), *of_address(person.address, ADDRESS),
        *(Known(value, REFERENCE) for value in numbers if len(value.strip()) > 2),
    ]  # fmt: skip


def professionals(dispute: Dispute) -> Iterable[Appointment]:
    """Everybody who is on it, stands by somebody, is asked for advice, works on the case, or wrote in its story."""
    involved = Q(participations__dispute=dispute) | Q(pk__in=dispute.supports.values("supporter"))
    involved |= Q(pk__in=dispute.advice_requests.values("adviser"))
    involved |= Q(pk__in=dispute.chronology.exclude(by=None).values("by")) | Q(case_memberships__case=dispute.case_id)
    return Appointment.objects.filter(involved).select_related("user").order_by("pk").distinct()


def agencies_not_to_name(dispute: Dispute, route: OnwardRoute | None) -> list[Agency]:
    """The agencies of the dispute; where the protocol lets agencies be named, those of which there are few disputes."""
    parties = list(Agency.objects.filter(party_to__dispute=dispute).order_by("pk").distinct())
    if route is None or not route.agencies_may_be_named:
        return parties
    return [agency for agency in parties if agency.party_to.values("dispute").distinct().count() < FEW]
