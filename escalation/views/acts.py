"""What one person may do on a dispute now: as buttons, as links, and as acts that are shut with what opens them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse

from cases.models import Appointment
from cases.roles import Permission
from escalation import duties, permissions
from escalation.actions import links, moves, support
from escalation.actions.acknowledge import may_acknowledge
from escalation.models import Dispute, Duty
from escalation.models.dispute import AT_WORK, Status
from escalation.protocol import DutyKind, Side

May = Callable[[Dispute, Appointment], bool]
DONE_BY = {
    DutyKind.ATTEMPT_LOGGED: "record_discussion",
    DutyKind.DISCUSSION_HELD: "record_discussion",
    DutyKind.ADVICE_SOUGHT: "record_discussion",
    DutyKind.POSITION_STATED: "state_position",
    DutyKind.MANAGER_REVIEWED: "record_review",
    DutyKind.REVIEW_AGREES: "record_review",
    DutyKind.SAFETY_CONFIRMED: "confirm_safety",
    DutyKind.OUTCOMES_RECONFIRMED: "record_voice",
    DutyKind.OWN_RECORD_ATTESTED: "attest_own_record",
    DutyKind.INTENTION_NOTIFIED: "notify_intention",
    DutyKind.EXHAUSTION_ATTESTED: "attest_exhaustion",
    DutyKind.FEEDBACK_GIVEN: "give_feedback",
    DutyKind.DEBRIEF_OFFERED: "offer_debrief",
    DutyKind.INTERIM_PLAN: "open_plan",
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


def works_for_agency(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may record work for their own agency here."""
    return by.agency_id is not None and permissions.may_work(dispute, by)


def is_on_raising_side(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` works on it for the side that raised it."""
    return works_for_agency(dispute, by) and permissions.standing(dispute, by).side is Side.RAISING


def may_jump(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may take it straight to a later stage because of immediate risk (C-10)."""
    return (
        dispute.rules.immediate_risk.may_enter_any_stage
        and dispute.status in AT_WORK
        and by.has(Permission.ENTER_AT_LATER_STAGE)
        and permissions.may_escalate(dispute, by)
    )


def may_offer_debrief(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may offer their colleagues a debrief, also after the end."""
    is_on_it = permissions.standing(dispute, by).is_participant
    return is_on_it and by.agency_id is not None and by.has(Permission.WORK_DISPUTE)


def may_see_all_readers(by: Appointment) -> bool:
    """Leads, the board's office and auditors see everybody who looked; others see when they themselves did."""
    seeing = (Permission.SEE_OWN_AGENCY, Permission.SEE_PARTNERSHIP_METADATA, Permission.READ_FOR_AUDIT)
    return any(by.has(permission) for permission in seeing)


def may_bring_in(dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may put a colleague of their agency on it."""
    where = permissions.standing(dispute, by)
    works_here = by.agency_id is not None and where.side is not None
    return by.has(Permission.ASSIGN_PEOPLE) and works_here and permissions.may_read(dispute, by)


def _at(status: Status, check: Callable[[Dispute, Appointment], bool]) -> May:
    return lambda dispute, by: dispute.status == status and check(dispute, by)


def _drafts_decisions(dispute: Dispute, by: Appointment) -> bool:
    return by.has(Permission.DRAFT_DECISION) and permissions.may_work(dispute, by)


MAY: dict[str, May] = {
    "confirm_outcome": _at(Status.AWAITING_CONFIRMATION, permissions.may_confirm),
    "give_outcome": _at(Status.REFERRED, permissions.may_give_last_word),
    "return_referral": _at(Status.REFERRED, permissions.may_give_last_word),
    "referral": _at(Status.AWAITING_REFERRAL, permissions.may_refer),
    "record_review": permissions.may_review,
    "state_position": permissions.may_state_position,
    "acknowledge": may_acknowledge,
    "record_discussion": works_for_agency,
    "propose_meeting": works_for_agency,
    "open_plan": works_for_agency,
    "ask_support": support.may_ask_support,
    "link": links.may_link,
    "confirm_safety": permissions.may_confirm_safety,
    "record_voice": works_for_agency,
    "notify_intention": is_on_raising_side,
    "attest_exhaustion": works_for_agency,
    "attest_own_record": works_for_agency,
    "give_feedback": permissions.may_give_feedback,
    "add_action": works_for_agency,
    "decision_new": _drafts_decisions,
    "bring_in": may_bring_in,
    "offer_debrief": may_offer_debrief,
    "jump": may_jump,
    "withdraw": permissions.may_withdraw,
}
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
    "ask_support": "Ask for support",
    "link": "Link to another dispute",
    "open_plan": "Agree an interim protection plan",
    "confirm_safety": "Say whether the person is safe",
    "record_voice": "Record what the person wants",
    "notify_intention": "Tell the other side that it is to go further",
    "attest_exhaustion": "State that everything at this level was tried",
    "attest_own_record": "Record it in your own system",
    "give_feedback": "Give feedback to those who raised it",
    "add_action": "Add an action",
    "decision_new": "Write a decision record",
    "bring_in": "Bring a colleague in",
    "offer_debrief": "Offer a debrief",
    "jump": "Immediate risk: go straight to a later stage",
    "withdraw": "Withdraw",
    "escalate": "Escalate now",
    "record_agreement": "Record an agreement",
}
ONLY_WHERE_OWED = {
    "notify_intention": DutyKind.INTENTION_NOTIFIED,
    "attest_exhaustion": DutyKind.EXHAUSTION_ATTESTED,
}
AT_ANY_TIME = (
    "confirm_safety", "record_voice", "attest_own_record", "give_feedback", "add_action", "propose_meeting", "open_plan",
    "bring_in", "ask_support", "offer_debrief", "link", "withdraw",
)  # fmt: skip
MOST_BUTTONS = 3


def may(name: str, dispute: Dispute, acting: Appointment) -> bool:
    """Whether ``acting`` may do this now, gates aside."""
    return MAY[name](dispute, acting)


def acts_of(dispute: Dispute, acting: Appointment, *, now: datetime) -> Acts:
    """Exactly what this person may do now; what is theirs but shut says what opens it and who can."""
    if not permissions.may_read(dispute, acting):
        return Acts()
    open_now = {name for name, check in MAY.items() if check(dispute, acting) and _is_called_for(name, dispute)}
    bars = {"escalate": _bars_escalation(dispute, acting, now), "record_agreement": _bars_agreement(dispute, acting)}
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
    has_one = any(row.agency_id == acting.agency_id and row.stage == dispute.stage for row in dispute.positions.all())
    if permissions.standing(dispute, acting).side is Side.RESPONDING:
        return "Change our reply" if has_one else "Reply"
    return "Change our position" if has_one else TEXTS[name]


def _is_called_for(name: str, dispute: Dispute) -> bool:
    kind = ONLY_WHERE_OWED.get(name)
    return kind is None or any(duty.kind == kind and duty.is_owed for duty in dispute.duties.all())


def _bars_escalation(dispute: Dispute, acting: Appointment, now: datetime) -> tuple[Needed, ...] | None:
    """What bars it, nothing when it is open; None when it is not this person's at all."""
    if dispute.is_last_stage or dispute.status not in AT_WORK or not permissions.may_escalate(dispute, acting):
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
    if dispute.status not in (*AT_WORK, Status.AWAITING_REFERRAL) or not permissions.may_agree(dispute, acting):
        return None
    return needed_for(duties.closed_gates(dispute, "agree"), dispute, acting)


def needed_for(gates: Iterable[duties.ClosedGate], dispute: Dispute, acting: Appointment) -> tuple[Needed, ...]:
    """The closed gates in words, each with the way to open it where ``acting`` can."""
    return tuple(Needed(gate.ask, gate.owner, gate.why, way_to_do(gate.duty, dispute, acting)) for gate in gates)


def way_to_do(duty: Duty, dispute: Dispute, acting: Appointment) -> str:
    """Where ``acting`` can do this duty, empty when it is not theirs."""
    name = DONE_BY[DutyKind(duty.kind)]
    theirs = duty.agency_id == acting.agency_id or (
        duty.agency_id is None and permissions.standing(dispute, acting).side is Side.AUTHORITY
    )
    if not theirs or not may(name, dispute, acting):
        return ""
    kind = {DutyKind.ADVICE_SOUGHT: "?kind=advice", DutyKind.DISCUSSION_HELD: "?kind=talk"}.get(DutyKind(duty.kind), "")
    return address(name, dispute) + kind
