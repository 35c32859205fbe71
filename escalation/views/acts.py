"""What one person may do on a dispute now: as buttons, as links, and as acts that are shut with what opens them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse

from cases.models import Appointment
from escalation import duties, permissions
from escalation.actions import moves
from escalation.models import Dispute, Duty
from escalation.models.dispute import Status
from escalation.protocol import DutyKind, Side
from escalation.verbs import MAY, may

DONE_BY = {
    DutyKind.ATTEMPT_LOGGED: "record_discussion",
    DutyKind.DISCUSSION_HELD: "record_discussion",
    DutyKind.ADVICE_SOUGHT: "ask_advice",
    DutyKind.POSITION_STATED: "state_position",
    DutyKind.MANAGER_REVIEWED: "record_review",
    DutyKind.REVIEW_AGREES: "record_review",
    DutyKind.AGREED_BY: "record_review",
    DutyKind.SAFETY_CONFIRMED: "confirm_safety",
    DutyKind.OUTCOMES_RECONFIRMED: "record_voice",
    DutyKind.OWN_RECORD_ATTESTED: "attest_own_record",
    DutyKind.INTENTION_NOTIFIED: "notify_intention",
    DutyKind.EXHAUSTION_ATTESTED: "attest_exhaustion",
    DutyKind.FEEDBACK_GIVEN: "give_feedback",
    DutyKind.DEBRIEF_OFFERED: "offer_debrief",
    DutyKind.INTERIM_PLAN: "open_plan",
    DutyKind.LEARNING_RECORDED: "write_learning",
}


@dataclass(frozen=True)
class Act:
    """One thing that can be done now, and where; the first of the buttons is the one to do."""

    name: str
    text: str
    url: str
    kind: str = ""


@dataclass(frozen=True)
class Needed:
    """One thing that opens a shut act, who can do it, and the way there if the reader can."""

    ask: str
    owner: str = ""
    why: str = ""
    url: str = ""


@dataclass(frozen=True)
class ShutAct:
    """An act that would be this person's and cannot be done yet."""

    text: str
    needed: tuple[Needed, ...]


@dataclass(frozen=True)
class Acts:
    """Everything that one person may do now."""

    buttons: tuple[Act, ...] = ()
    links: tuple[Act, ...] = ()
    more: tuple[Act, ...] = ()
    shut: tuple[ShutAct, ...] = ()


def address(name: str, dispute: Dispute) -> str:
    """The page of a verb or tab for this dispute; empty while no package has one of that name."""
    try:
        return reverse(name, args=[dispute.reference])
    except NoReverseMatch:
        return ""


TEXTS = {
    "confirm_outcome": "Confirm the outcome in writing",
    "give_outcome": "Give the last word",
    "return_referral": "Send the referral back for more",
    "referral": "Write the referral",
    "record_review": "Record your review",
    "state_position": "State your agency’s position",
    "acknowledge": "I have it",
    "record_discussion": "Record a discussion",
    "propose_meeting": "Propose a meeting",
    "ask_advice": "Ask a lead for advice",
    "ask_support": "Ask for support",
    "invite_outside": "Ask somebody outside the partnership",
    "link": "Link to another dispute",
    "open_plan": "Agree an interim protection plan",
    "confirm_safety": "Say whether the person is safe",
    "record_voice": "Record what the person wants",
    "notify_intention": "Tell the other side that it is to go further",
    "attest_exhaustion": "State that everything at this level was tried",
    "attest_own_record": "Record it in your own system",
    "give_feedback": "Give feedback to those who raised it",
    "add_action": "Add an action",
    "add_evidence": "Add evidence",
    "decision_new": "Write a decision record",
    "bring_in": "Bring a colleague in",
    "offer_debrief": "Offer a debrief",
    "write_learning": "Write down what was learned",
    "jump": "Immediate risk: go straight to a later stage",
    "withdraw": "Withdraw",
    "dispute_decisions": "Read the outcome",
    "escalate": "Escalate now",
    "record_agreement": "Record an agreement",
    "protect_raiser": "Keep the name of who raised it",
    "name_raiser": "Let your name be known",
    "restrict": "Restrict to named people",
    "decide_restriction": "Decide whether only named people may know of it",
    "review_restriction": "Look again at the restriction",
    "grant_access": "Give somebody access again",
}
ONLY_WHERE_OWED = {
    "notify_intention": DutyKind.INTENTION_NOTIFIED,
    "attest_exhaustion": DutyKind.EXHAUSTION_ATTESTED,
}
AT_ANY_TIME = (
    "confirm_safety", "record_voice", "attest_own_record", "give_feedback", "add_action", "propose_meeting", "open_plan",
    "add_evidence", "bring_in", "ask_advice", "ask_support", "offer_debrief", "write_learning", "link", "withdraw",
    "invite_outside", "protect_raiser", "name_raiser", "restrict", "review_restriction", "grant_access",
)  # fmt: skip
MOST_BUTTONS = 3


def acts_of(dispute: Dispute, acting: Appointment, *, now: datetime) -> Acts:
    """Exactly what this person may do now; what is theirs but shut says what opens it and who can."""
    if not permissions.may_read(dispute, acting):
        return Acts()
    bars = {
        "escalate": _bars_escalation(dispute, acting, now), "record_agreement": _bars_agreement(dispute, acting),
        "confirm_outcome": _bars_confirmation(dispute, acting),
    }  # fmt: skip
    without_gates = MAY.keys() - bars.keys()
    open_now = {name for name in without_gates if may(name, dispute, acting) and _is_called_for(name, dispute)}
    shut = []
    for name, needed in bars.items():
        if needed:
            shut.append(ShutAct(TEXTS[name], needed))
        elif needed is not None:
            open_now.add(name)
    open_now = {name for name in open_now if address(name, dispute)}
    buttons = [name for name in _first_things(dispute, acting) if name in open_now][:MOST_BUTTONS]
    kinds = ["", *["secondary"] * MOST_BUTTONS]
    return Acts(
        tuple(_act(name, dispute, acting, kind) for name, kind in zip(buttons, kinds, strict=False)),
        tuple(_act(name, dispute, acting) for name in TEXTS if name in open_now - {*buttons, *AT_ANY_TIME}),
        tuple(_act(name, dispute, acting) for name in AT_ANY_TIME if name in open_now),
        tuple(shut),
    )


def _act(name: str, dispute: Dispute, acting: Appointment, kind: str = "") -> Act:
    return Act(name, _text(name, dispute, acting), address(name, dispute), kind)


def _first_things(dispute: Dispute, acting: Appointment) -> tuple[str, ...]:
    """What goes on buttons, the act that is awaited of this person first."""
    if dispute.status == Status.AWAITING_REPLY and permissions.may_reply(dispute, acting):
        answer = "record_review" if dispute.rules_now.single_agency else "state_position"
        return answer, "acknowledge", "record_discussion"
    if dispute.status == Status.AWAITING_REPLY:
        return "record_discussion", "escalate", "record_agreement"
    return (
        "confirm_outcome", "give_outcome", "return_referral", "referral", "record_agreement", "escalate", "record_discussion"
    )


def _text(name: str, dispute: Dispute, acting: Appointment) -> str:
    if name != "state_position":
        return TEXTS[name]
    where = permissions.standing(dispute, acting)
    has_one = any(row.agency_id == where.agency_id and row.stage == dispute.stage for row in dispute.positions.all())
    if where.side is Side.RESPONDING:
        return "Change our reply" if has_one else "Reply"
    return "Change our position" if has_one else TEXTS[name]


def _is_called_for(name: str, dispute: Dispute) -> bool:
    kind = ONLY_WHERE_OWED.get(name)
    return kind is None or any(duty.kind == kind and duty.is_owed for duty in dispute.duties.all())


def _bars_escalation(dispute: Dispute, acting: Appointment, now: datetime) -> tuple[Needed, ...] | None:
    """What bars it, nothing when it is open; None when it is not this person's at all."""
    if not may("escalate", dispute, acting):
        return None
    going = moves.way_up(dispute, acting, now=now)
    if not going.allowed:
        return (Needed(going.why_not),)
    barring = [gate for gate in going.gates if not written_with_the_move(gate.duty.kind, dispute, acting)]
    return needed_for(barring, dispute, acting)


def written_with_the_move(kind: str, dispute: Dispute, acting: Appointment) -> bool:
    """Whether a duty can be done in the same act as the move, so that it does not shut its page (F12, F16)."""
    if kind == DutyKind.FEEDBACK_GIVEN:
        return permissions.may_give_feedback(dispute, acting)
    return kind == DutyKind.INTENTION_NOTIFIED


def _bars_agreement(dispute: Dispute, acting: Appointment) -> tuple[Needed, ...] | None:
    if not may("record_agreement", dispute, acting):
        return None
    return needed_for(duties.closed_gates(dispute, "agree"), dispute, acting)


def _bars_confirmation(dispute: Dispute, acting: Appointment) -> tuple[Needed, ...] | None:
    if not may("confirm_outcome", dispute, acting):
        return None
    own = permissions.standing(dispute, acting).agency_id
    return needed_for(duties.closed_to_confirm(dispute, own), dispute, acting)


def needed_for(gates: Iterable[duties.ClosedGate], dispute: Dispute, acting: Appointment) -> tuple[Needed, ...]:
    """The closed gates in words, each with the way to open it where ``acting`` can."""
    return tuple(Needed(gate.ask, gate.owner, gate.why, way_to_do(gate.duty, dispute, acting)) for gate in gates)


def way_to_do(duty: Duty, dispute: Dispute, acting: Appointment) -> str:
    """Where ``acting`` can do this duty, empty when it is not theirs."""
    name = DONE_BY[DutyKind(duty.kind)]
    where = permissions.standing(dispute, acting)
    theirs = duty.agency_id == where.agency_id or (duty.agency_id is None and where.side is Side.AUTHORITY)
    if not theirs or duty.role not in ("", acting.role) or not may(name, dispute, acting):
        return ""
    return address(name, dispute) + ("?kind=talk" if duty.kind == DutyKind.DISCUSSION_HELD else "")
