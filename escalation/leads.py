"""Who leads a stage, who is on a dispute, and who holds a role: the directory as disputes use it (F58)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from cases.actions.cases import add_member
from cases.models import Agency, Appointment
from cases.roles import Role
from escalation.deadlines import LONDON
from escalation.models import Dispute, Participant
from escalation.permissions import is_chair_of_a_party
from escalation.protocol import LeadRole, Of, Side, Stage


def holders(agency: Agency, role: Role | str, *, on: date, remit: str = "") -> list[Appointment]:
    """Who holds the role at the agency on a day, the contact person first."""
    found = Appointment.objects.active_on(on).filter(agency=agency).holding(role, remit=remit)
    return list(found.select_related("user", "agency", "partnership"))


def board_holders(partnership_id: int, lead: LeadRole, *, on: date) -> list[Appointment]:
    """Who holds a role for the partnership as a whole on a day, the contact person first."""
    found = Appointment.objects.active_on(on).filter(partnership=partnership_id).holding(lead.role, remit=lead.remit)
    return list(found.select_related("user", "agency", "partnership"))


def proposed_leads(stage: Stage, agency: Agency, *, on: date, originator: Appointment | None = None) -> list[Appointment]:
    """Who leads ``stage`` for ``agency``: one person for each role named; the originator's own manager goes first."""
    leads = []
    for lead in stage.leads.roles:
        own = originator.manager if originator and originator.agency_id == agency.pk else None
        if own and own.role == lead.role and own.is_active_on(on):
            leads.append(own)
        elif found := holders(agency, lead.role, on=on, remit=lead.remit):
            leads.append(found[0])
    return leads


def join(dispute: Dispute, who: Appointment, side: Side, *, now: datetime, is_originator: bool = False) -> bool:
    """Put somebody on the dispute and its case from the present stage on; False when they already were."""
    _, is_new = Participant.objects.get_or_create(
        dispute=dispute,
        appointment=who,
        defaults={
            "side": side, "from_stage": dispute.stage, "joined_at": now, "is_originator": is_originator,
        },
    )
    if is_new:
        add_member(case=dispute.case, member=who, now=now)
    return is_new


def bring_in_leads(dispute: Dispute, *, now: datetime) -> list[Agency]:
    """Put everybody who leads the present stage on the dispute; returns the agencies for which nobody holds the role."""
    stage, today = dispute.rules_now, now.astimezone(LONDON).date()
    if stage.leads.of_partnership:
        bring_in_referrers(dispute, now=now)
        return []
    missing = []
    for party in dispute.parties.select_related("agency"):
        if stage.single_agency and party.side != Side.RAISING:
            continue
        leads = proposed_leads(stage, party.agency, on=today, originator=dispute.raised_by)
        for lead in leads:
            join(dispute, lead, Side(party.side), now=now)
        if not leads and not _is_led_already(dispute, stage, party.agency):
            missing.append(party.agency)
    if stage.is_referral:
        bring_in_referrers(dispute, now=now)
    return missing


def _is_led_already(dispute: Dispute, stage: Stage, agency: Agency) -> bool:
    roles = [lead.role.value for lead in stage.leads.roles]
    return dispute.participants.filter(appointment__agency=agency, appointment__role__in=roles).exists()


def bring_in_referrers(dispute: Dispute, *, now: datetime) -> None:
    """Put those who write the referral for the raising agency on the dispute."""
    today = now.astimezone(LONDON).date()
    for lead in dispute.rules_now.referred_by:
        for who in holders(dispute.raising_agency, lead.role, on=today, remit=lead.remit)[:1]:
            join(dispute, who, Side.RAISING, now=now)


def bring_in_authority(dispute: Dispute, *, now: datetime) -> list[Appointment]:
    """Put whoever has the last word on the dispute: the partnership's holders of the last stage's roles.

    A chair who also works for a party stands back; the next holder of the role, a deputy, takes it.
    """
    stage, today = dispute.rules_now, now.astimezone(LONDON).date()
    if not stage.leads.of_partnership:
        return []
    found = []
    for lead in stage.leads.roles:
        holding = board_holders(dispute.partnership_id, lead, on=today)
        found += [who for who in holding if not is_chair_of_a_party(dispute, who)][:1]
    for who in found:
        join(dispute, who, Side.AUTHORITY, now=now)
    return found


def told_by_protocol(dispute: Dispute, role: Role, of: Of, *, now: datetime) -> Iterable[Appointment]:
    """Whom a notice of the protocol means: the holder of a role at the agencies named, at their commissioners, or the board."""
    today = now.astimezone(LONDON).date()
    if of is Of.BOARD:
        return board_holders(dispute.partnership_id, LeadRole(role=role), on=today)[:1]
    agencies: list[Agency] = []
    for party in dispute.parties.select_related("agency__commissioner"):
        if of is Of.COMMISSIONER:
            agencies += [party.agency.commissioner] if party.agency.commissioner else []
        elif of is Of.EACH or of.value == party.side:
            agencies.append(party.agency)
    return [who for agency in agencies for who in holders(agency, role, on=today)[:1]]
