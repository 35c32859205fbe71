"""A stage that nobody leads: the next one in the directory is put on it, and where there is none the alarm goes out (F58).

It can be so from the start (nobody holds the role), because a role ended, because an account was closed, or because the only
lead is away and nobody at the end of the chain of stand-ins is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from cases import audit, together
from cases.models import Agency, Appointment
from cases.roles import Role
from cases.standing_in import Away
from escalation import at_hand, chronology, leads, notifications
from escalation.deadlines import LONDON
from escalation.models import Dispute, LeadGap, Participant, Party
from escalation.models.dispute import AT_WORK, Status
from escalation.permissions import holds_one_of, is_chair_of_a_party
from escalation.protocol import Event, LeadRole, Of, Side
from escalation.protocol_reading import roles_in_words


@dataclass(frozen=True)
class Place:
    """Who should lead: for which agency (None is the board), in which of these roles, all of them or any."""

    agency: Agency | None
    roles: tuple[LeadRole, ...]
    joint: bool = False


def places_of(dispute: Dispute, parties: Iterable[Party]) -> list[Place]:
    """Everybody whose lead the dispute needs as it stands."""
    stage = dispute.rules_now
    if dispute.status == Status.AWAITING_REFERRAL:
        roles = stage.referred_by or (() if stage.leads.of_partnership else stage.leads.roles)
        return [Place(dispute.raising_agency, roles)] if roles else []
    if dispute.status not in (*AT_WORK, Status.REFERRED):
        return []
    if stage.leads.of_partnership:
        return [Place(None, stage.leads.roles, stage.leads.joint)]
    there = [row for row in parties if row.side == Side.RAISING or not stage.single_agency]
    return [Place(row.agency, stage.leads.roles, stage.leads.joint) for row in there]


def unfilled(people: Iterable[Participant], place: Place, away: Away) -> tuple[LeadRole, ...]:
    """The roles that nobody fills who is there, or is stood in for."""
    there = [
        row.appointment
        for row in people
        if row.handed_to_id is None and _is_of(place, row) and away.is_covered(row.appointment)
    ]
    empty = tuple(lead for lead in place.roles if not any(holds_one_of(who, (lead,)) for who in there))
    return empty if place.joint or len(empty) == len(place.roles) else ()


def those_there(dispute: Dispute, people: Iterable[Participant]) -> list[Participant]:
    """The people on it without those who stand back because of a conflict of interest."""
    return [row for row in people if not dispute.case.is_in_conflict_with(row.appointment.user_id)]


def _is_of(place: Place, row: Participant) -> bool:
    if place.agency is None:
        return row.side == Side.AUTHORITY
    return (row.acts_for_id or row.appointment.agency_id) == place.agency.pk


def look_at(dispute: Dispute, away: Away, *, now: datetime) -> None:
    """Fill what can be filled from the directory, open a gap with its alarm for the rest, end those that are filled.

    In the caller's transaction, on a dispute that is locked or new.
    """
    open_now = {(row.stage, row.agency_id): row for row in at_hand.rows(dispute, LeadGap) if row.ended_at is None}
    there = those_there(dispute, at_hand.rows(dispute, Participant))
    still = set()
    for place in places_of(dispute, at_hand.rows(dispute, Party)):
        empty = unfilled(there, place, away)
        if empty and _stays_empty(dispute, place, empty, away, now=now):
            at = (dispute.stage, place.agency.pk if place.agency else None)
            still.add((open_now.get(at) or _alarm(dispute, place, now=now)).pk)
    over = [gap for gap in open_now.values() if gap.pk not in still]
    for gap in over:
        gap.ended_at = now
    together.change(over, "ended_at")


def _stays_empty(dispute: Dispute, place: Place, empty: tuple[LeadRole, ...], away: Away, *, now: datetime) -> bool:
    """Whether the directory has nobody either; whoever it names next is put on the dispute."""
    found = candidates_there(dispute, replace(place, roles=empty), away)
    for who in found if place.joint else found[:1]:
        _bring_in(dispute, place, who, now=now)
    return len(found) < (len(empty) if place.joint else 1)


def candidates_there(dispute: Dispute, place: Place, away: Away) -> list[Appointment]:
    """The first of the directory for each role who is there, or is stood in for."""
    found = []
    for lead in place.roles:
        found += [who for who in _holders(dispute, place, lead, away) if away.is_covered(who)][:1]
    return found


def _holders(dispute: Dispute, place: Place, lead: LeadRole, away: Away) -> list[Appointment]:
    """Those of the directory who could lead; practitioners are brought in by their managers, never by the clock."""
    if place.agency is None:
        holding = leads.board_holders(dispute.partnership_id, lead, on=away.today)
        holding = [who for who in holding if not is_chair_of_a_party(dispute, who)]
    elif lead.role == Role.PRACTITIONER:
        return []
    else:
        holding = leads.holders(place.agency, lead.role, on=away.today, remit=lead.remit)
    return [who for who in holding if not dispute.case.is_in_conflict_with(who.user_id)]


def _bring_in(dispute: Dispute, place: Place, who: Appointment, *, now: datetime) -> None:
    sides = [Side(row.side) for row in at_hand.rows(dispute, Party) if place.agency and row.agency_id == place.agency.pk]
    leads.join(dispute, who, sides[0] if sides else Side.AUTHORITY, now=now)
    again = [row for row in at_hand.rows(dispute, Participant) if row.appointment_id == who.pk and row.handed_to_id]
    for row in again:
        row.handed_to = None
    together.change(again, "handed_to")
    label = dispute.rules_now.label
    chronology.tell(dispute, f"{who.described} leads {label} now", by=None, now=now,
                    body="Nobody who led it is there at the moment. The directory names this person next.")
    audit.record("lead_brought_in", dispute, scope=audit.scope_of_case(dispute.case_id), by=None, now=now,
                 data={"stage": dispute.stage, "appointment": who.pk})
    notifications.tell(
        dispute, Event.STAGE_OPENED, [who], now=now, key=f"{dispute.pk}:leads:{dispute.stage}:{who.pk}:{now:%Y%m%d}",
        text=f"{dispute.reference}: you lead {label} now, because nobody who led it is there at the moment.",
    )


def _alarm(dispute: Dispute, place: Place, *, now: datetime) -> LeadGap:
    agency, label = place.agency, dispute.rules_now.label
    roles = roles_in_words(place.roles, place.joint)
    gap = LeadGap(dispute=dispute, stage=dispute.stage, agency=agency, roles=roles[:300], opened_at=now)
    together.write([gap])
    at_hand.add(dispute, [gap])
    audit.record("lead_missing", gap, scope=audit.scope_of_case(dispute.case_id), by=None, now=now,
                 data={"stage": dispute.stage, "agency": agency.pk if agency else None})
    told = list(leads.told_by_protocol(dispute, Role.BOARD_MANAGER, Of.BOARD, now=now))
    if agency is not None:
        told += leads.holders(agency, Role.SAFEGUARDING_LEAD, on=now.astimezone(LONDON).date())[:1]
    where = agency.short_name if agency else "the board"
    notifications.tell(
        dispute, Event.STAGE_OPENED, told, now=now, immediate=True, key=f"{dispute.pk}:no-lead:{gap.pk}",
        text=f"Nobody at {where} is there to lead {label} ({roles}). Name somebody in the directory, or a stand-in.", waits=True,
    )
    return gap
