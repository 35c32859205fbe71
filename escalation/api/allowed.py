"""What the caller may do on a dispute now, by the names of the endpoints, and what bars the two that have gates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases.models import Appointment
from escalation import duties, permissions
from escalation.actions import moves
from escalation.models import Dispute
from escalation.verbs import may

# The endpoint of each verb, in the order in which the answer lists them.
VERBS = {
    "acknowledge": "acknowledge",
    "discussions": "record_discussion",
    "positions": "state_position",
    "points": "map_points",
    "meetings": "propose_meeting",
    "advice": "ask_advice",
    "outside": "invite_outside",
    "support": "ask_support",
    "links": "link",
    "plans": "open_plan",
    "reviews": "record_review",
    "safety": "confirm_safety",
    "voice": "record_voice",
    "own-records": "attest_own_record",
    "exhaustion": "attest_exhaustion",
    "intentions": "notify_intention",
    "feedback": "give_feedback",
    "debriefs": "offer_debrief",
    "learning": "write_learning",
    "actions": "add_action",
    "people": "bring_in",
    "escalate": "escalate",
    "jump": "jump",
    "withdraw": "withdraw",
    "agreement": "record_agreement",
    "referral": "referral",
    "outcome": "give_outcome",
    "confirm": "confirm_outcome",
    "raiser/protect": "protect_raiser",
    "raiser/name": "name_raiser",
    "restriction": "restrict",
    "restriction/decide": "decide_restriction",
    "restriction/review": "review_restriction",
    "access": "grant_access",
}


def allowed_acts(dispute: Dispute, acting: Appointment) -> list[str]:
    """The names of what the caller may do now, gates aside."""
    if not permissions.may_read(dispute, acting):
        return []
    return [endpoint for endpoint, verb in VERBS.items() if may(verb, dispute, acting)]


def shut_acts(dispute: Dispute, acting: Appointment, *, now: datetime) -> list[dict[str, Any]]:
    """What is the caller's to do and cannot be done yet, with what opens it."""
    found = []
    if may("escalate", dispute, acting):
        going = moves.way_up(dispute, acting, now=now)
        needed = [gate.ask for gate in going.gates] or [going.why_not]
        if not going.is_open:
            found.append({"act": "escalate", "needed": needed})
    for act, verb, move in (("referral", "referral", "refer"), ("outcome", "give_outcome", "give_last_word")):
        if may(verb, dispute, acting) and (gates := duties.closed_gates(dispute, move)):
            found.append({"act": act, "needed": [gate.ask for gate in gates]})
    if may("record_agreement", dispute, acting) and (gates := duties.closed_gates(dispute, "agree")):
        found.append({"act": "agreement", "needed": [gate.ask for gate in gates]})
    own = permissions.standing(dispute, acting).agency_id
    if may("confirm_outcome", dispute, acting) and (gates := duties.closed_to_confirm(dispute, own)):
        found.append({"act": "confirm", "needed": [gate.ask for gate in gates]})
    return found
