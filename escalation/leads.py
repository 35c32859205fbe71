"""Who leads a stage, who is on a dispute, and who holds a role: the directory as disputes use it (F58)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from cases import together
from cases.actions.cases import add_member, name_besides
from cases.models import Agency, Appointment
from cases.roles import Role
from escalation import at_hand, sharing
from escalation.deadlines import LONDON
from escalation.models import Dispute, Participant, Party, Sharing
from escalation.permissions import holds_one_of, is_chair_of_a_party
from escalation.protocol import LeadMode, LeadRole, Of, Side, Stage


def holders(agency: Agency, role: Role | str, *, on: date, remit: str = "") -> list[Appointment]:
    """Who holds the role at the agency on a day, the contact person first."""

    def find() -> list[Appointment]:
        found = Appointment.objects.active_on(on).filter(agency=agency).holding(role, remit=remit)
        return list(found.select_related("user", "agency", "partnership"))

    return list(together.once(("holders", agency.pk, str(role), on, remit), find))


def board_holders(partnership_id: int, lead: LeadRole, *, on: date) -> list[Appointment]:
    """Who holds a role for the partnership as a whole on a day, the contact person first."""

    def find() -> list[Appointment]:
        found = Appointment.objects.active_on(on).filter(partnership=partnership_id).holding(lead.role, remit=lead.remit)
        return list(found.select_related("user", "agency", "partnership"))

    return list(together.once(("board holders", partnership_id, lead.role, on, lead.remit), find))


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


def stands_for(dispute: Dispute, by: Appointment) -> Agency | None:
    """The agency ``by`` speaks for on this dispute: their own, or the one without a lead that borrowed them."""
    for row in dispute.participants.all():
        if row.appointment_id == by.seat_id and row.acts_for is not None:
            return row.acts_for
    return by.agency


def lenders(stage: Stage, agency: Agency) -> list[Agency]:
    """The agencies that lend ``agency`` a lead for the stage when it has nobody, in the protocol's order (B-03)."""
    found: list[Agency] = []
    for lender in stage.leads.borrowed_from:
        if lender == "commissioner":
            found += [agency.commissioner] if agency.commissioner else []
        else:
            councils = Agency.objects.filter(partnership=agency.partnership_id, kind=Agency.Kind.COUNCIL)
            found += list(councils.exclude(pk=agency.pk).order_by("pk"))
    return found


def borrowed_leads(
    dispute: Dispute, stage: Stage, agency: Agency, *, on: date, roles: Sequence[LeadRole] = ()
) -> list[Appointment]:
    """Who leads ``stage`` for an agency that has nobody: never somebody of a party, nor somebody who is on it already."""
    parties = {party.agency_id for party in at_hand.rows(dispute, Party)}
    there = {row.appointment_id for row in at_hand.rows(dispute, Participant)}
    for lender in lenders(stage, agency):
        if lender.pk in parties:
            continue
        found = [
            who
            for lead in roles or stage.leads.roles
            for who in [one for one in holders(lender, lead.role, on=on, remit=lead.remit) if one.pk not in there][:1]
        ]
        if found:
            return found
    return []


def would_lead(dispute: Dispute, stage: Stage, agency: Agency, *, on: date) -> bool:
    """Whether anybody could lead ``stage`` for the agency: one of its own, or one that it borrows."""
    return bool(proposed_leads(stage, agency, on=on)) or bool(borrowed_leads(dispute, stage, agency, on=on))


def join(
    dispute: Dispute, who: Appointment, side: Side, *, now: datetime, is_originator: bool = False,
    acts_for: Agency | None = None, from_stage: int | None = None,
) -> bool:
    """Put somebody on the dispute and its case from the present stage on, or an earlier one; False when they already were."""
    if any(row.appointment_id == who.seat_id for row in at_hand.rows(dispute, Participant)):
        return False
    if dispute.case.is_in_conflict_with(who.user_id):
        return False
    joined = Participant(
        dispute=dispute, appointment=who.seat, side=side, from_stage=from_stage or dispute.stage, joined_at=now,
        is_originator=is_originator, acts_for=acts_for,
    )
    together.write([joined])
    at_hand.add(dispute, [joined])
    add_member(case=dispute.case, member=who, now=now)
    name_besides(case=dispute.case, who=who.seat, now=now)
    return True


@dataclass
class BroughtIn:
    """Agencies for which nobody leads a stage, and those led by somebody whom they borrowed."""

    missing: list[Agency] = field(default_factory=list)
    borrowed: list[tuple[Agency, Appointment]] = field(default_factory=list)


def bring_in_leads(dispute: Dispute, *, now: datetime) -> BroughtIn:
    """Put everybody who leads the present stage on the dispute.

    Where the protocol says so, an agency that has nobody borrows the lead of another one.
    """
    stage, today, brought = dispute.rules_now, now.astimezone(LONDON).date(), BroughtIn()
    if stage.leads.of_partnership:
        bring_in_referrers(dispute, now=now)
        if not stage.is_referral and bring_in_authority(dispute, now=now):
            sharing.begin(dispute, Sharing.Occasion.BOARD, with_agencies=[None], by=None, now=now)
        return brought
    for party in at_hand.rows(dispute, Party):
        if not stage.single_agency or party.side == Side.RAISING:
            _bring_in_leads_for(dispute, party, brought, on=today, now=now)
    if stage.is_referral:
        bring_in_referrers(dispute, now=now)
    return brought


def _bring_in_leads_for(dispute: Dispute, party: Party, brought: BroughtIn, *, on: date, now: datetime) -> None:
    stage, side = dispute.rules_now, Side(party.side)
    leads = proposed_leads(stage, party.agency, on=on, originator=dispute.raised_by)
    for lead in leads:
        join(dispute, lead, side, now=now)
    lacking = _lacking(dispute, stage, party.agency, leads)
    if not lacking:
        return
    borrowed = borrowed_leads(dispute, stage, party.agency, on=on, roles=lacking)
    joined = [lead.agency for lead in borrowed if join(dispute, lead, side, now=now, acts_for=party.agency)]
    lenders_new = list({agency.pk: agency for agency in joined if agency is not None}.values())
    sharing.begin(dispute, Sharing.Occasion.BORROWED, with_agencies=lenders_new, by=None, now=now, shared_by=party.agency)
    brought.borrowed += [(party.agency, lead) for lead in borrowed]
    brought.missing += [] if borrowed or leads else [party.agency]


def _lacking(dispute: Dispute, stage: Stage, agency: Agency, leads: Sequence[Appointment]) -> Sequence[LeadRole]:
    """The roles that the agency would have to borrow: all when nobody leads, and each one missing where all take part."""
    if stage.leads.mode is LeadMode.ALL_OF and stage.leads.borrowed_from:
        return [lead for lead in stage.leads.roles if not any(holds_one_of(who, (lead,)) for who in leads)]
    return () if leads or _is_led_already(dispute, stage, agency) else stage.leads.roles


def _is_led_already(dispute: Dispute, stage: Stage, agency: Agency) -> bool:
    roles = [lead.role.value for lead in stage.leads.roles]
    here = [row for row in at_hand.rows(dispute, Participant) if row.appointment.role in roles]
    return any((row.acts_for_id or row.appointment.agency_id) == agency.pk for row in here)


def originals(dispute: Dispute) -> list[Appointment]:
    """Those of its beginning whom the present stage includes in its discussions, whoever leads it (D-08, F17)."""
    sides = {ORIGINAL_SIDES[name] for name in dispute.rules_now.participants_always}
    rows = dispute.participants.filter(handed_to=None, from_stage=dispute.entry_stage, side__in=sides)
    found = rows.select_related("appointment__user", "appointment__agency", "appointment__partnership")
    return [row.appointment for row in found if row.side == Side.RESPONDING or row.is_originator]


ORIGINAL_SIDES = {"originator": Side.RAISING, "responder": Side.RESPONDING}


def advisers(dispute: Dispute, agency: Agency, *, on: date) -> list[Appointment]:
    """Whose advice may be sought at the present stage: who holds the roles it names, or is a safeguarding lead (B-27).

    They are of one's own agency; where it has nobody, of its commissioner, unless that is a party.
    """
    found: list[Appointment] = []
    parties = {party.agency_id for party in at_hand.rows(dispute, Party)}
    lent = [agency.commissioner] if agency.commissioner and agency.commissioner_id not in parties else []
    for lead in dispute.rules_now.advice_from or (LeadRole(role=Role.SAFEGUARDING_LEAD),):
        there = [holders(place, lead.role, on=on, remit=lead.remit) for place in (agency, *lent)]
        found += next(filter(None, there), [])
    return found


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
    for party in at_hand.rows(dispute, Party):
        if of is Of.COMMISSIONER:
            agencies += [party.agency.commissioner] if party.agency.commissioner else []
        elif of is Of.EACH or of.value == party.side:
            agencies.append(party.agency)
    return [who for agency in agencies for who in holders(agency, role, on=today)[:1]]
