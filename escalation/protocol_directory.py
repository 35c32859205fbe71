"""The directory as the tester and the simulation of protocols use it: who holds which role, by agency and at the board."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from cases.models import Agency, Appointment, Partnership
from cases.roles import Role
from escalation.leads import lenders
from escalation.protocol import LeadRole, Of, Protocol, Stage
from escalation.protocol_tester import Agencies


def agencies_of(partnership: Partnership, *, on: date) -> Agencies:
    """Who holds which role on a day, in two queries."""
    held: dict[int | None, set[tuple[str, str]]] = defaultdict(set)
    active = Appointment.objects.active_on(on).filter(partnership=partnership)
    for agency_id, role, remit in active.values_list("agency_id", "role", "remit").order_by("pk"):
        held[agency_id].add((role, remit))
    agencies = list(Agency.objects.filter(partnership=partnership).select_related("commissioner").order_by("name"))
    return Agencies(
        by_agency={agency.short_name: frozenset(held[agency.pk]) for agency in agencies},
        board=frozenset(held[None]),
        commissioners={one.short_name: one.commissioner.short_name for one in agencies if one.commissioner},
        councils=tuple(one.short_name for one in agencies if one.kind == Agency.Kind.COUNCIL),
        everybody=frozenset(pair for pairs in held.values() for pair in pairs),
    )


class Names:
    """Names for the roles of a simulated case between two agencies; empty where the directory has nobody."""

    def __init__(
        self, partnership: Partnership, raising: Agency | None, responding: Agency | None, *, on: date
    ) -> None:
        self.raising, self.responding = raising, responding
        active = Appointment.objects.active_on(on).filter(partnership=partnership)
        self.held = list(active.select_related("user", "agency").order_by("-is_contact", "pk"))

    def leads(self, stage: Stage) -> list[str]:
        """Who would lead the stage."""
        places: list[Agency | None] = [self.raising] if stage.single_agency else [self.raising, self.responding]
        if stage.leads.of_partnership:
            return [name for lead in stage.leads.roles for name in self._of(self.held, lead)[:1]]
        return [name for place in places if place is not None for name in self._of_agency(stage, place)]

    def without(self, protocol: Protocol) -> list[int]:
        """The optional stages that one of the two agencies does not have."""
        return [stage.order for stage in protocol.stages if stage.optional and self._is_flat(stage)]

    def _is_flat(self, stage: Stage) -> bool:
        if stage.leads.of_partnership:
            return not self.leads(stage)
        places = [self.raising] if stage.single_agency else [self.raising, self.responding]
        return any(place is not None and not self._of_agency(stage, place) for place in places)

    def _of_agency(self, stage: Stage, agency: Agency) -> list[str]:
        """The agency's own, or those that another agency lends it."""
        parties = {place.pk for place in (self.raising, self.responding) if place is not None}
        for place in (agency, *(one for one in lenders(stage, agency) if one.pk not in parties)):
            found = [name for lead in stage.leads.roles for name in self._of(self._at(place), lead)[:1]]
            if found:
                return found if place is agency else [f"{name}, borrowed by {agency.short_name}" for name in found]
        return []

    def told(self, role: Role, of: Of) -> list[str]:
        """Who would be told."""
        lead = LeadRole(role=role)
        if of is Of.BOARD:
            return self._of(self.held, lead)[:1]
        sides = {Of.RAISING: [self.raising], Of.RESPONDING: [self.responding]}
        places = [place for place in sides.get(of, [self.raising, self.responding]) if place is not None]
        if of is Of.COMMISSIONER:
            places = [place.commissioner for place in places if place.commissioner is not None]
        return [name for place in places for name in self._of(self._at(place), lead)[:1]]

    def _at(self, agency: Agency) -> list[Appointment]:
        return [held for held in self.held if held.agency_id == agency.pk]

    def _of(self, held: Iterable[Appointment], lead: LeadRole) -> list[str]:
        there = [one for one in held if one.role == lead.role and (not lead.remit or one.remit == lead.remit)]
        return [f"{one.user.name}{f' ({one.agency.short_name})' if one.agency else ''}" for one in there]
