"""What the caller may do on a dispute now, by the names of the endpoints, and what bars the two that have gates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cases.models import Appointment
from cases.roles import Permission
from escalation import duties, permissions
from escalation.actions import links, moves, support
from escalation.actions.acknowledge import may_acknowledge
from escalation.models import Dispute
from escalation.models.dispute import AT_WORK, Status
from escalation.protocol import Side

May = Callable[[Dispute, Appointment], bool]


def _works(dispute: Dispute, by: Appointment) -> bool:
    return by.agency_id is not None and permissions.may_work(dispute, by)


def _is_on_raising_side(dispute: Dispute, by: Appointment) -> bool:
    return _works(dispute, by) and permissions.standing(dispute, by).side is Side.RAISING


def _may_jump(dispute: Dispute, by: Appointment) -> bool:
    may_enter = dispute.rules.immediate_risk.may_enter_any_stage and by.has(Permission.ENTER_AT_LATER_STAGE)
    return may_enter and dispute.status in AT_WORK and permissions.may_escalate(dispute, by)


def _may_debrief(dispute: Dispute, by: Appointment) -> bool:
    is_on_it = permissions.standing(dispute, by).is_participant
    return is_on_it and by.agency_id is not None and by.has(Permission.WORK_DISPUTE)


def _may_bring_in(dispute: Dispute, by: Appointment) -> bool:
    side = permissions.standing(dispute, by).side
    return by.has(Permission.ASSIGN_PEOPLE) and side is not None and by.agency_id is not None


def _when(status: Status, check: May) -> May:
    return lambda dispute, by: dispute.status == status and check(dispute, by)


def _may_agree(dispute: Dispute, by: Appointment) -> bool:
    return dispute.status in (*AT_WORK, Status.AWAITING_REFERRAL) and permissions.may_agree(dispute, by)


def _may_escalate(dispute: Dispute, by: Appointment) -> bool:
    return dispute.status in AT_WORK and permissions.may_escalate(dispute, by)


MAY: dict[str, May] = {
    "acknowledge": may_acknowledge,
    "discussions": _works,
    "positions": permissions.may_state_position,
    "points": permissions.may_map_points,
    "meetings": _works,
    "support": support.may_ask_support,
    "links": links.may_link,
    "plans": _works,
    "reviews": permissions.may_review,
    "safety": permissions.may_confirm_safety,
    "voice": _works,
    "own-records": _works,
    "exhaustion": _works,
    "intentions": _is_on_raising_side,
    "feedback": permissions.may_give_feedback,
    "debriefs": _may_debrief,
    "actions": _works,
    "people": _may_bring_in,
    "escalate": _may_escalate,
    "jump": _may_jump,
    "withdraw": permissions.may_withdraw,
    "agreement": _may_agree,
    "referral": _when(Status.AWAITING_REFERRAL, permissions.may_refer),
    "outcome": _when(Status.REFERRED, permissions.may_give_last_word),
    "confirm": _when(Status.AWAITING_CONFIRMATION, permissions.may_confirm),
}


def allowed_acts(dispute: Dispute, acting: Appointment) -> list[str]:
    """The names of what the caller may do now, gates aside."""
    if not permissions.may_read(dispute, acting):
        return []
    return [name for name, check in MAY.items() if check(dispute, acting)]


def shut_acts(dispute: Dispute, acting: Appointment, *, now: datetime) -> list[dict[str, Any]]:
    """What is the caller's to do and cannot be done yet, with what opens it."""
    found = []
    if _may_escalate(dispute, acting):
        going = moves.way_up(dispute, acting, now=now)
        needed = [gate.ask for gate in going.gates] or [going.why_not]
        if not going.is_open:
            found.append({"act": "escalate", "needed": needed})
    if _may_agree(dispute, acting) and (gates := duties.closed_gates(dispute, "agree")):
        found.append({"act": "agreement", "needed": [gate.ask for gate in gates]})
    return found
