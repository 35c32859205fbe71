"""Who leads which stage for which agency, as the directory stands on a day (F58)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cases.models import Agency, Appointment
from escalation.leads import lenders
from escalation.permissions import holds_one_of
from escalation.protocol import Protocol, Stage
from escalation.turn import roles_in_words


@dataclass(frozen=True)
class Led:
    """One agency (or the board) at one stage: the first person for each role, nobody where the directory has a gap."""

    where: str
    people: Sequence[Appointment]
    is_borrowed: bool = False


@dataclass(frozen=True)
class StageLeads:
    """One stage, the roles that lead it in words, and who holds them."""

    stage: Stage
    roles: str
    led: Sequence[Led]
    track: str = ""


def who_leads(rules: Protocol, acting: Appointment, *, on: date) -> list[StageLeads]:
    """Every stage of the protocol with its leads in each agency of ``acting``'s partnership; two queries in all."""
    held = Appointment.objects.visible_to(acting).active_on(on).select_related("user", "agency", "partnership")
    everybody = list(held.order_by("-is_contact", "pk"))
    agencies = list(Agency.objects.visible_to(acting).select_related("commissioner"))
    return [
        StageLeads(
            stage, roles_in_words(stage.leads.roles, stage.leads.joint), _led(stage, agencies, everybody),
            track=track.label if track else "",
        )
        for track, stage in rules.every_stage
    ]


def _led(stage: Stage, agencies: Sequence[Agency], everybody: Sequence[Appointment]) -> list[Led]:
    if stage.leads.of_partnership:
        return [Led("The board", _first_of_each(stage, everybody))]
    of_agency = {agency: [who for who in everybody if who.agency_id == agency.pk] for agency in agencies}
    return [_led_at(stage, agency, of_agency) for agency in agencies]


def _led_at(stage: Stage, agency: Agency, of_agency: Mapping[Agency, Sequence[Appointment]]) -> Led:
    """The agency's own leads, or those that another agency lends it."""
    if own := _first_of_each(stage, of_agency[agency]):
        return Led(agency.name, own)
    lent = (_first_of_each(stage, of_agency.get(lender, ())) for lender in lenders(stage, agency))
    borrowed = next((people for people in lent if people), [])
    return Led(agency.name, borrowed, is_borrowed=bool(borrowed))


def _first_of_each(stage: Stage, people: Sequence[Appointment]) -> list[Appointment]:
    first = [next((who for who in people if holds_one_of(who, (lead,))), None) for lead in stage.leads.roles]
    return [who for who in first if who is not None]
