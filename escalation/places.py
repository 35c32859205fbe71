"""What waits for those whose place one takes while they are away, and the stages nobody leads: blocks of My work (F34, F58)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.urls import reverse

from cases.models import Appointment
from cases.templatetags.dates import long_date
from escalation import advice_waiting, queues
from escalation.models import LeadGap
from escalation.queues import LOOKED_AT, Block, Line, block


def blocks_of(acting: Appointment, now: datetime) -> list[Block]:
    """One block for each person one stands in for, then the stages without a lead for those who can see to it."""
    taken = [_waiting_for(place, now) for place in acting.places if place.partnership_id == acting.partnership_id]
    gaps = without_lead(acting)
    return taken + ([block("no-lead", "Nobody leads", gaps, "")] if gaps else [])


def _waiting_for(place: Appointment, now: datetime) -> Block:
    """What the absent person has open, first what waits for them; each line leads to where one takes their place."""
    name, until = place.seat.user.name, long_date(place.away_until)
    running = queues.running_for(place)
    waiting = [one.line() for one in running if one.is_mine] + queues.actions_owned(place, now)
    waiting += advice_waiting.asked_of(place)
    others = [one.line() for one in running if not one.is_mine]
    lines = [
        replace(line, url=reverse("take_place_in", args=[place.pk, line.reference]), note=f"{words} {name}, away until {until}")
        for words, found in (("Waits for", waiting), ("Followed by", others))
        for line in found
    ]
    empty = f"What {name} has open appears here until they are back."
    return block(f"place-{place.pk}", f"You stand in for {name}", lines, empty)


def without_lead(acting: Appointment) -> list[Line]:
    """The stages that nobody leads, for those who keep the directory."""
    rows = LeadGap.objects.visible_to(acting).waiting().select_related("dispute__protocol", "agency")
    return [
        Line(
            row.dispute.reference, where=row.dispute.rules.stage(row.stage).label, is_missed=True, url=reverse("directory"),
            sentence=f"Nobody at {row.agency.short_name if row.agency else 'the board'} is there to lead it ({row.roles}). "
            "Record somebody’s role, or a stand-in.",
        )
        for row in rows[:LOOKED_AT]
    ]  # fmt: skip
