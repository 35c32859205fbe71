"""What may be done on a dispute now, gates aside: one table of verbs for the buttons, the pages and the API alike."""

from __future__ import annotations

from collections.abc import Callable

from cases.models import Appointment
from cases.roles import Permission
from escalation import permissions
from escalation.access import opens
from escalation.actions import grants, links, raiser, restrictions, support
from escalation.actions.acknowledge import may_acknowledge
from escalation.models import Dispute
from escalation.models.dispute import AT_WORK, Status
from escalation.protocol import Side

May = Callable[[Dispute, Appointment], bool]


def works_for_agency(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may record work for their own agency here."""
    return by.agency_id is not None and permissions.may_work(dispute, by)


def is_on_raising_side(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` works on it for the side that raised it."""
    return works_for_agency(dispute, by) and permissions.standing(dispute, by).side is Side.RAISING


def may_jump(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may take it straight to a later stage because of immediate risk (C-10)."""
    return (
        any(stage.order > dispute.stage for stage in dispute.rules.risk_stages)
        and dispute.status in AT_WORK
        and by.has(Permission.ENTER_AT_LATER_STAGE)
        and permissions.may_escalate(dispute, by)
    )


def may_offer_debrief(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may offer a debrief, also after the end: anybody on it who works on it, and who has the last word."""
    return opens("offer_debrief", dispute, by)


def may_write_learning(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may write down what was learned or what is not clear: anybody on it, also after the end (C-27)."""
    return opens("write_learning", dispute, by)


def _at(status: Status, check: Callable[[Dispute, Appointment], bool]) -> May:
    return lambda dispute, by: dispute.status == status and check(dispute, by)


def _may_escalate(dispute: Dispute, by: Appointment) -> bool:
    return dispute.status in AT_WORK and permissions.may_escalate(dispute, by)


def _may_agree(dispute: Dispute, by: Appointment) -> bool:
    return dispute.status in (*AT_WORK, Status.AWAITING_REFERRAL) and permissions.may_agree(dispute, by)


def _has_an_outcome(dispute: Dispute, by: Appointment) -> bool:
    return dispute.status in (Status.AWAITING_CONFIRMATION, Status.CLOSED) and permissions.may_read(dispute, by)


def _works_for_person(dispute: Dispute, by: Appointment) -> bool:
    return permissions.is_about_a_person(dispute) and works_for_agency(dispute, by)


MAY: dict[str, May] = {
    "confirm_outcome": _at(Status.AWAITING_CONFIRMATION, permissions.may_confirm),
    "give_outcome": _at(Status.REFERRED, permissions.may_give_last_word),
    "return_referral": _at(Status.REFERRED, permissions.may_give_last_word),
    "referral": _at(Status.AWAITING_REFERRAL, permissions.may_refer),
    "record_review": permissions.may_review,
    "state_position": permissions.may_state_position,
    "acknowledge": may_acknowledge,
    "record_discussion": works_for_agency,
    "ask_advice": works_for_agency,
    "invite_outside": permissions.may_invite_outside,
    "propose_meeting": works_for_agency,
    "open_plan": _works_for_person,
    "ask_support": support.may_ask_support,
    "link": links.may_link,
    "confirm_safety": permissions.may_confirm_safety,
    "record_voice": _works_for_person,
    "notify_intention": is_on_raising_side,
    "attest_exhaustion": works_for_agency,
    "attest_own_record": works_for_agency,
    "give_feedback": permissions.may_give_feedback,
    "add_action": works_for_agency,
    "add_evidence": permissions.may_work_for_person,
    "decision_new": permissions.may_draft_decision,
    "bring_in": permissions.may_bring_in,
    "offer_debrief": may_offer_debrief,
    "write_learning": may_write_learning,
    "jump": may_jump,
    "withdraw": permissions.may_withdraw,
    "escalate": _may_escalate,
    "record_agreement": _may_agree,
    "map_points": permissions.may_map_points,
    "protect_raiser": raiser.may_protect,
    "name_raiser": raiser.may_name,
    "restrict": restrictions.may_restrict,
    "decide_restriction": restrictions.may_decide,
    "review_restriction": restrictions.may_review,
    "grant_access": grants.may_grant,
    "dispute_decisions": _has_an_outcome,
}


def may(name: str, dispute: Dispute, acting: Appointment) -> bool:
    """Whether ``acting`` may do this now, gates aside; who reads by break-glass only reads."""
    return MAY[name](dispute, acting) and (name == "dispute_decisions" or permissions.glass_of(dispute, acting) is None)
