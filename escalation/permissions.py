"""Whether somebody may act on a dispute, as plain functions of the two: for the state machine, the buttons and the API alike.

What a role and a relation open at a stage stands in the access table (cases/access.yml); here is what a dispute's state adds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.roles import Permission, Role
from escalation.access import Standing as Standing
from escalation.access import advises as advises
from escalation.access import entered as entered
from escalation.access import glass_of as glass_of
from escalation.access import heard_stages as heard_stages
from escalation.access import holds_one_of as holds_one_of
from escalation.access import is_on_another_side as is_on_another_side
from escalation.access import may_read as may_read
from escalation.access import may_read_stage as may_read_stage
from escalation.access import opens, opens_somewhere, opens_without_having_raised_it
from escalation.access import readable_stages as readable_stages
from escalation.access import side_of_agency as side_of_agency
from escalation.access import standing as standing
from escalation.access import supports as supports
from escalation.protocol import Side

if TYPE_CHECKING:
    from cases.models import Appointment
    from escalation.models import Dispute

WORKABLE = ("awaiting_reply", "in_discussion")
RUNNING = (*WORKABLE, "awaiting_referral", "referred", "awaiting_confirmation")


def raised_it(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` is the person who raised it, in whatever role, or takes their place."""
    return standing(dispute, by).is_originator or dispute.raised_by.user_id == by.user_id


def may_know_raiser(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` reads who raised it also where that name is kept for safeguarding leads (T9)."""
    return dispute.raised_by.user_id == by.user_id or opens_somewhere("know_raiser", dispute, by)


def may_see_all_readers(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` sees everybody who looked; others see when they themselves did (F44)."""
    return opens_somewhere("readers", dispute, by)


# --- working -------------------------------------------------------------------------------------------------------


def may_work(dispute: Dispute, by: Appointment) -> bool:
    """Record talks, actions and the like: anybody on a running dispute who came to its present stage."""
    return dispute.status in RUNNING and opens("work", dispute, by)


def may_confirm_safety(dispute: Dispute, by: Appointment) -> bool:
    """Say whether the person is safe now: anybody on the dispute who works with people, whatever its stage."""
    return is_about_a_person(dispute) and dispute.status in RUNNING and opens("confirm_safety", dispute, by)


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


def may_invite_outside(dispute: Dispute, by: Appointment) -> bool:
    """Ask somebody outside the partnership and choose what they are told: whoever leads the stage, or manages there (F55).

    They speak for their agency at this stage, as with its position; what leaves the partnership leaves in its name.
    """
    return may_work_for_person(dispute, by) and (standing(dispute, by).leads_now or by.has(Permission.CONFIRM_FOR_AGENCY))


def may_map_points(dispute: Dispute, by: Appointment) -> bool:
    """Fill their own agency's column of the disagreement map; it lies between the agencies, so never in a stage inside one."""
    is_party = side_of_agency(dispute, standing(dispute, by).agency_id) is not None
    return is_party and may_work(dispute, by) and not dispute.rules_now.single_agency


def may_review(dispute: Dispute, by: Appointment) -> bool:
    """Agree or disagree as a manager: managers and safeguarding leads, never on a dispute they raised themselves."""
    return (
        may_work(dispute, by)
        and opens("review", dispute, by)
        and dispute.status in WORKABLE
        and not raised_it(dispute, by)
    )


def may_give_feedback(dispute: Dispute, by: Appointment) -> bool:
    """Tell those who carried the concern what was done: anybody on it except the originator themselves."""
    return opens("give_feedback", dispute, by) and not raised_it(dispute, by)


def may_draft_decision(dispute: Dispute, by: Appointment) -> bool:
    """Begin a decision record at the present stage: whoever works there and writes decisions."""
    return may_work(dispute, by) and opens("draft_decision", dispute, by)


def may_bring_in(dispute: Dispute, by: Appointment) -> bool:
    """Put a colleague of one's own agency on it: whoever assigns people and came to its present stage."""
    is_of_a_party = by.agency_id is not None and standing(dispute, by).side is not None
    return is_of_a_party and opens("bring_in", dispute, by)


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
    is_theirs = standing(dispute, by).side is Side.RAISING and dispute.status in RUNNING
    return is_theirs and opens("escalate", dispute, by)


def leads_for_raising_side(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may take it further in the ordinary way, without silence or immediate risk."""
    return standing(dispute, by).side is Side.RAISING and opens_without_having_raised_it("escalate", dispute, by)


def may_agree(dispute: Dispute, by: Appointment | None) -> bool:
    """Record an agreement: those who may take it further, or the leads of the other side; each agency still confirms."""
    if by is None or not may_work(dispute, by):
        return False
    return standing(dispute, by).side is not Side.AUTHORITY and opens("agree", dispute, by)


def may_withdraw(dispute: Dispute, by: Appointment | None) -> bool:
    """Take it back: the originator or a manager of the raising side."""
    if by is None or dispute.status == "awaiting_confirmation":
        return False
    is_theirs = standing(dispute, by).side is Side.RAISING and dispute.status in RUNNING
    return is_theirs and opens("withdraw", dispute, by)


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
    if by is None or dispute.status not in RUNNING or not opens("confirm_outcome", dispute, by):
        return False
    where = standing(dispute, by)
    return any(party.agency_id == where.agency_id and party.confirmed_at is None for party in dispute.parties.all())


def may_close(dispute: Dispute, by: Appointment | None) -> bool:
    """End it: the last agency's confirmation does, so whoever may confirm for an agency that is on it."""
    return by is not None and opens("confirm_outcome", dispute, by)
