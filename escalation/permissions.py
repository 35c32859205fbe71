"""Whether somebody may act on a dispute, as plain functions of the two: for the state machine, the buttons and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.roles import Permission, Role
from escalation.protocol import LeadRole, Side

if TYPE_CHECKING:
    from cases.models import Appointment
    from escalation.models import AdviceRequest, Dispute

WORKABLE = ("awaiting_reply", "in_discussion")
RUNNING = (*WORKABLE, "awaiting_referral", "referred", "awaiting_confirmation")


@dataclass(frozen=True)
class Standing:
    """Where somebody stands towards a dispute."""

    side: Side | None = None
    is_participant: bool = False
    is_originator: bool = False
    leads_now: bool = False
    agency_id: int | None = None


def standing(dispute: Dispute, by: Appointment) -> Standing:
    """Where ``by`` stands towards the dispute; reads only its participants (prefetch them for lists)."""
    for participant in dispute.participants.all():
        if participant.appointment_id == by.seat_id:
            if by.in_place_of_id is not None and is_on_another_side(dispute, by, participant.side):
                return Standing()
            return Standing(
                side=Side(participant.side),
                is_participant=True,
                is_originator=participant.is_originator,
                leads_now=holds_one_of(by, dispute.rules_now.leads.roles),
                agency_id=participant.acts_for_id or by.agency_id,
            )
    return Standing(side=side_of_agency(dispute, by.agency_id), agency_id=by.agency_id)


def is_on_another_side(dispute: Dispute, by: Appointment, side: str) -> bool:
    """Whether the person is on the dispute in a role of their own on another side: then they stand in for nobody here."""
    return any(row.side != side and row.appointment.user_id == by.user_id for row in dispute.participants.all())


def raised_it(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` is the person who raised it, in whatever role, or takes their place."""
    return standing(dispute, by).is_originator or dispute.raised_by.user_id == by.user_id


def side_of_agency(dispute: Dispute, agency_id: int | None) -> Side | None:
    """The side an agency is on, None when it is no party."""
    for party in dispute.parties.all():
        if agency_id is not None and party.agency_id == agency_id:
            return Side(party.side)
    return None


def holds_one_of(by: Appointment, roles: tuple[LeadRole, ...]) -> bool:
    """Whether the appointment is one of these roles (and of its remit where the protocol names one)."""
    return any(by.role == lead.role and (not lead.remit or by.remit == lead.remit) for lead in roles)


# --- reading -------------------------------------------------------------------------------------------------------


def may_read(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may read content at all, and not only that the dispute exists, where it stands and its dates."""
    return _reads_in_own_right(dispute, by) or advises(dispute, by)


def _reads_in_own_right(dispute: Dispute, by: Appointment) -> bool:
    if by.has(Permission.READ_FOR_AUDIT):
        return dispute.partnership_id == by.partnership_id
    where = standing(dispute, by)
    if where.is_participant or supports(dispute, by):
        return True
    return where.side is not None and by.has(Permission.SEE_OWN_AGENCY) and _role_has_been_reached(dispute, by)


def supports(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` was asked to stand by the person who raised it: they read along and do nothing (F72)."""
    return any(row.supporter_id == by.pk and row.ended_at is None for row in dispute.supports.all())


def advises(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` is asked for advice: they read along until they have answered and that stage is over (B-27)."""
    return bool(_advice_asked_of(dispute, by))


def _advice_asked_of(dispute: Dispute, by: Appointment) -> list[AdviceRequest]:
    """The questions that let ``by`` read; never somebody who is on it for another side or has the last word."""
    asked = [row for row in dispute.advice_requests.all() if row.adviser_id == by.seat_id and row.opens(dispute)]
    return [row for row in asked if not is_on_another_side(dispute, by, side_of_agency(dispute, row.agency_id) or "")]


def may_read_stage(dispute: Dispute, by: Appointment, order: int) -> bool:
    """Whether ``by`` may read what was said at one stage; a stage inside one agency is that agency's alone (B-26).

    Whoever is asked for advice reads what the agency that asks does, up to the stage at which it asked.
    """
    inside = dispute.rules.stage(order).single_agency
    asking = {row.agency_id for row in _advice_asked_of(dispute, by) if order <= row.stage}
    if asking and (not inside or dispute.raising_agency_id in asking):
        return True
    if not _reads_in_own_right(dispute, by):
        return False
    if not inside:
        return True
    where = standing(dispute, by)
    is_theirs = where.agency_id == dispute.raising_agency_id or where.side is Side.AUTHORITY
    return is_theirs or by.has(Permission.READ_FOR_AUDIT)


def readable_stages(dispute: Dispute, by: Appointment) -> list[int]:
    """The stages whose content ``by`` may read."""
    return [stage.order for stage in dispute.rules.stages if may_read_stage(dispute, by, stage.order)]


def _role_has_been_reached(dispute: Dispute, by: Appointment) -> bool:
    rules = dispute.rules
    reached = rules.stages[: dispute.stage]
    return any(
        holds_one_of(by, stage.leads.roles) or any(notice.role == by.role for notice in rules.notices_at(stage.order))
        for stage in reached
    )


# --- working -------------------------------------------------------------------------------------------------------


def may_work(dispute: Dispute, by: Appointment) -> bool:
    """Record talks, actions and the like: anybody on a running dispute, except on the hidden stage of the other side."""
    where = standing(dispute, by)
    if not (where.is_participant and by.has(Permission.WORK_DISPUTE) and dispute.status in RUNNING):
        return False
    return not dispute.rules_now.single_agency or where.side is not Side.RESPONDING


def may_confirm_safety(dispute: Dispute, by: Appointment) -> bool:
    """Say whether the person is safe now: anybody on the dispute who works with people, whatever its stage."""
    where = standing(dispute, by)
    return (
        is_about_a_person(dispute)
        and where.is_participant
        and by.has(Permission.CONFIRM_SAFETY)
        and dispute.status in RUNNING
    )


def is_about_a_person(dispute: Dispute) -> bool:
    """Whether somebody's safety and wishes are at stake; a theme is about how agencies work together."""
    return not dispute.rules.is_thematic


def may_work_for_person(dispute: Dispute, by: Appointment) -> bool:
    """Record what the person wants and what protects them: anybody who works on it, where it is about a person."""
    return is_about_a_person(dispute) and may_work(dispute, by)


def may_state_position(dispute: Dispute, by: Appointment) -> bool:
    """Write their agency's position at this stage: whoever leads it there, or manages those who do."""
    if not (may_work(dispute, by) and by.agency_id is not None and dispute.status in WORKABLE):
        return False
    return standing(dispute, by).leads_now or by.has(Permission.CONFIRM_FOR_AGENCY)


def may_map_points(dispute: Dispute, by: Appointment) -> bool:
    """Fill their own agency's column of the disagreement map; it lies between the agencies, so never in a stage inside one."""
    is_party = side_of_agency(dispute, standing(dispute, by).agency_id) is not None
    return is_party and may_work(dispute, by) and not dispute.rules_now.single_agency


def may_review(dispute: Dispute, by: Appointment) -> bool:
    """Agree or disagree as a manager: managers and safeguarding leads, never on a dispute they raised themselves."""
    return (
        may_work(dispute, by)
        and by.has(Permission.REVIEW_AS_MANAGER)
        and dispute.status in WORKABLE
        and not raised_it(dispute, by)
    )


def may_give_feedback(dispute: Dispute, by: Appointment) -> bool:
    """Tell those who carried the concern what was done: anybody on it except the originator themselves."""
    return standing(dispute, by).is_participant and by.has(Permission.WORK_DISPUTE) and not raised_it(dispute, by)


# --- moving --------------------------------------------------------------------------------------------------------


def may_reply(dispute: Dispute, by: Appointment | None) -> bool:
    """Answer for those who are asked: the responding side, or in a stage inside one agency its own managers."""
    if by is None or not may_work(dispute, by):
        return False
    if dispute.rules_now.single_agency:
        return may_review(dispute, by)
    return standing(dispute, by).side is Side.RESPONDING and may_state_position(dispute, by)


def may_escalate(dispute: Dispute, by: Appointment | None) -> bool:
    """Take it further: whoever leads this stage for the raising side or manages there, the originator, or the clock.

    What bars the way is not asked here but of the gates (``duties.closed_gates``); the originator may go on alone only
    when the other side stays silent or the person is at immediate risk, which the action checks.
    """
    if dispute.is_last_stage:
        return False
    if by is None:
        return True
    where = standing(dispute, by)
    return (
        where.side is Side.RAISING
        and may_work(dispute, by)
        and (where.leads_now or where.is_originator or by.has(Permission.REVIEW_AS_MANAGER))
    )


def leads_for_raising_side(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may take it further in the ordinary way, without silence or immediate risk."""
    where = standing(dispute, by)
    return where.side is Side.RAISING and (where.leads_now or by.has(Permission.REVIEW_AS_MANAGER))


def may_agree(dispute: Dispute, by: Appointment | None) -> bool:
    """Record an agreement: those who may take it further, or the leads of the other side; each agency still confirms."""
    if by is None or not may_work(dispute, by):
        return False
    where = standing(dispute, by)
    if where.side is Side.AUTHORITY:
        return False
    return where.leads_now or by.has(Permission.CONFIRM_FOR_AGENCY)


def may_withdraw(dispute: Dispute, by: Appointment | None) -> bool:
    """Take it back: the originator or a manager of the raising side."""
    if by is None or dispute.status == "awaiting_confirmation":
        return False
    where = standing(dispute, by)
    return (
        where.side is Side.RAISING
        and may_work(dispute, by)
        and (where.is_originator or by.has(Permission.REVIEW_AS_MANAGER))
    )


def may_refer(dispute: Dispute, by: Appointment | None) -> bool:
    """Write and send the referral: those the last stage names for it, on the raising side."""
    if by is None or not may_work(dispute, by):
        return False
    stage = dispute.rules_now
    named = stage.referred_by or stage.leads.roles
    return stage.is_referral and standing(dispute, by).side is Side.RAISING and holds_one_of(by, named)


def may_give_last_word(dispute: Dispute, by: Appointment | None) -> bool:
    """Give the outcome of the last stage: its leads, on the dispute, never somebody whose agency raised it alone.

    Where the protocol's leads are the agencies' own representatives (D-16) they are parties by design and agree together.
    """
    if by is None or not may_work(dispute, by):
        return False
    return dispute.rules_now.is_referral and standing(dispute, by).leads_now


def is_chair_of_a_party(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` is a chair who also works for an agency that is a party: then a deputy decides."""
    if by.role != Role.CHAIR:
        return False
    parties = {party.agency_id for party in dispute.parties.all()}
    elsewhere = by.user.appointments.filter(agency__in=parties).exclude(ends_on__lt=dispute.raised_at.date())
    return by.agency_id in parties or elsewhere.exists()


def may_contest(dispute: Dispute, by: Appointment | None) -> bool:
    """Say that what was recorded as agreed is not: whoever may confirm for an agency."""
    return may_confirm(dispute, by)


def may_confirm(dispute: Dispute, by: Appointment | None) -> bool:
    """Confirm the outcome in writing for their own agency, once; every agency does, also after a stage it did not see.

    Never somebody who is on it with the last word: nobody answers for an agency to their own decision.
    """
    if by is None or not by.has(Permission.CONFIRM_FOR_AGENCY) or dispute.status not in RUNNING:
        return False
    where = standing(dispute, by)
    if not where.is_participant or where.side is Side.AUTHORITY:
        return False
    return any(party.agency_id == where.agency_id and party.confirmed_at is None for party in dispute.parties.all())


def may_close(dispute: Dispute, by: Appointment | None) -> bool:
    """End it: the last agency's confirmation does, so whoever may confirm for an agency that is on it."""
    return by is not None and by.has(Permission.CONFIRM_FOR_AGENCY) and standing(dispute, by).is_participant
