"""Taking a dispute further, by people or by the clock, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Permission
from cases.rows import one_act
from escalation import duties, notifications, permissions
from escalation.actions.feedback import record_feedback
from escalation.actions.pressure import keep_word
from escalation.actions.talks import record_intention
from escalation.models import Deadline, Dispute, DisputeStage
from escalation.models.dispute import Status
from escalation.models.stage import ENDINGS
from escalation.passing import way_on
from escalation.protocol import Event, Side
from escalation.transitions import NOT_YOURS, apply_transition, lock


@dataclass(frozen=True)
class Going:
    """How somebody may take a dispute further now: ordinarily, alone because of silence, or not; and what bars it."""

    allowed: bool
    on_silence: bool = False
    gates: tuple[duties.ClosedGate, ...] = ()
    why_not: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it can be done now."""
        return self.allowed and not self.gates


def way_up(dispute: Dispute, by: Appointment, *, now: datetime) -> Going:
    """Whether ``by`` may take it to the next stage now, and what must be done first; shown before the click (3.3 rule 4)."""
    if dispute.status not in (Status.AWAITING_REPLY, Status.IN_DISCUSSION):
        return Going(False, why_not="It is past the point where it can go to a further stage.")
    if dispute.is_last_stage:
        return Going(False, why_not="This is the last stage.")
    if not permissions.may_escalate(dispute, by):
        return Going(False, why_not="The side that raised it takes it further.")
    if permissions.leads_for_raising_side(dispute, by):
        return Going(True, gates=tuple(duties.closed_gates(dispute, "escalate")))
    silent_since = silence(dispute, now=now)
    if silent_since is None:
        return Going(False, why_not=_wait_words(dispute))
    return Going(True, on_silence=True, gates=tuple(duties.closed_gates(dispute, "escalate", on_silence=True)))


def silence(dispute: Dispute, *, now: datetime) -> datetime | None:
    """Since when those who are asked have been silent too long, None while they have time (F70).

    Too long is a passed limit of theirs; at a stage without one, the protocol's ``silence_days`` since it opened.
    """
    if dispute.status != Status.AWAITING_REPLY:
        return None
    asked = (Side.RAISING,) if dispute.rules_now.single_agency else (Side.RESPONDING, Side.EACH)
    limits = [row for row in dispute.deadlines.all() if row.stage == dispute.stage and row.owner in asked]
    passed = [row.due_at for row in limits if row.has_passed(now)]
    if passed:
        return min(passed)
    opened = next((row.opened_at for row in dispute.stages.all() if row.is_open), None)
    patience = timedelta(days=dispute.rules.clock.silence_days)
    if not limits and opened is not None and now - opened > patience:
        return opened + patience
    return None


def _wait_words(dispute: Dispute) -> str:
    return (
        "Whoever leads this stage for your agency takes it further. You can do it yourself when those who were asked "
        "stay silent past their time, or at once when the person is at immediate risk."
    )


@one_act
def escalate(
    *,
    dispute: Dispute,
    by: Appointment,
    now: datetime,
    reason: str,
    intention: str = "",
    feedback: str = "",
    trigger: str = "",
    seen: str | None = None,
) -> Dispute:
    """To the next stage, through the gates; ``intention`` and ``feedback`` write those two in the same act (F12, F16)."""
    dispute = lock(dispute, seen=seen)
    if dispute.status not in (Status.AWAITING_REPLY, Status.IN_DISCUSSION):
        raise Refused("It can no longer go to a further stage. Look at where it stands now.", code="stale")
    if not permissions.may_escalate(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not reason.strip():
        raise Refused("Say what is not agreed and why it must go further.", field="reason")
    if intention.strip():
        record_intention(dispute, intention, by=by, now=now)
    if feedback.strip():
        record_feedback(dispute, feedback, no_action=False, by=by, now=now)
    going = way_up(dispute, by, now=now)
    if not going.allowed:
        raise Refused(going.why_not, code="forbidden")
    if going.gates:
        raise Refused(gates_in_words(going.gates), code="shut")
    words = "No reply: taken further by the person who raised it" if going.on_silence else "Not agreed: taken further"
    on = way_on(dispute, now=now)
    code, why = _trigger(dispute, on.to_stage, trigger)
    reason = f"{why}. {reason}" if why else reason
    _to_stage(dispute, on.to_stage, by=by, now=now, headline=words, reason=reason, passed=on.passed, trigger=code)
    return dispute


def _trigger(dispute: Dispute, order: int, code: str) -> tuple[str, str]:
    """What brings it to a stage, of the reasons listed there, as code and words; the only one where there is one (A-20, B-24)."""
    listed = dispute.rules.stage(order).triggers
    if len(listed) == 1 and not code:
        return listed[0].code, listed[0].label
    found = next((choice for choice in listed if choice.code == code), None)
    if found is None and (listed or code):
        raise Refused("Say what brings it to this stage: choose one of the reasons listed.", field="trigger")
    return (found.code, found.label) if found else ("", "")


@one_act
def jump_for_immediate_risk(
    *, dispute: Dispute, to_stage: int, reason: str, by: Appointment, now: datetime, seen: str | None = None
) -> Dispute:
    """Straight to a later stage because the person is at immediate risk (C-10): no gate bars it, what is undone stays owed."""
    dispute = lock(dispute, seen=seen)
    rules = dispute.rules
    if not rules.immediate_risk.may_enter_any_stage:
        raise Refused(no_jump_in_words(dispute), code="forbidden")
    where = permissions.standing(dispute, by)
    if where.side is not Side.RAISING or not by.has(Permission.ENTER_AT_LATER_STAGE):
        raise Refused(NOT_YOURS, code="forbidden")
    if not any(dispute.stage < stage.order == to_stage for stage in rules.risk_stages):
        raise Refused("Choose a stage after the present one, of those that the protocol names for this.", field="to_stage")
    if not reason.strip():
        raise Refused("Say what the immediate risk is, and why it cannot wait.", field="reason")
    _to_stage(
        dispute, to_stage, by=by, now=now, reason=reason, event=Event.STAGE_SKIPPED,
        headline=f"Immediate risk: straight to {rules.stage(to_stage).label}",
    )
    notifications.tell_of_immediate_risk(dispute, by=by, now=now)
    return dispute


def no_jump_in_words(dispute: Dispute) -> str:
    """Why a stage cannot be passed over under this protocol, and what to do instead while somebody is at risk."""
    safe_first = dispute.rules.immediate_risk.text or "Make sure that the person is safe first."
    return f"Under this protocol every stage follows the one before it. {safe_first}"


def escalate_by_clock(dispute: Dispute, limit: Deadline, *, now: datetime) -> None:
    """The limit passed: the same transition, by the clock, in the caller's transaction; what is undone is carried along."""
    on = way_on(dispute, now=now)
    label = dispute.rules.stage(on.to_stage).label
    _to_stage(
        dispute, on.to_stage, by=None, now=now, headline=f"The clock moved this to {label}",
        reason=f"Nothing was agreed by the limit: {limit.label}.", passed=on.passed,
    )


def _to_stage(
    dispute: Dispute, to_stage: int, *, by: Appointment | None, now: datetime, headline: str, reason: str,
    event: Event | None = None, passed: Mapping[int, str] | None = None, trigger: str = "",
) -> None:
    apply_transition(
        dispute, "escalate", by=by, now=now, headline=headline, body=reason, reason=reason, event=event, passed=passed,
        trigger=trigger, to_stage=to_stage, is_referral=dispute.rules.stage(to_stage).is_referral,
    )


def gates_in_words(gates: tuple[duties.ClosedGate, ...]) -> str:
    """What must be done first and who can do it, in one sentence for each."""
    return "Before this can be done: " + " ".join(f"{gate.ask} ({gate.owner})." for gate in gates)


@one_act
def withdraw(
    *, dispute: Dispute, reason: str, by: Appointment, now: datetime, ending: str = DisputeStage.ClosedHow.WITHDRAWN,
    seen: str | None = None, was_pressed: bool = False, pressure: str = "",
) -> Dispute:
    """Take the dispute back: how it ended and why; its record stays, and a word on pressure is kept apart from it (F26)."""
    dispute = lock(dispute, seen=seen)
    if ending not in list(ENDINGS):
        raise Refused(f"Say how it ended: one of {', '.join(ENDINGS)}.", field="ending")
    how = DisputeStage.ClosedHow(ending)
    if not reason.strip():
        raise Refused("Say why it is withdrawn, so that the record shows it was not forgotten.", field="reason")
    headline = str(how.label).capitalize()
    apply_transition(dispute, "withdraw", by=by, now=now, headline=headline, body=reason, reason=reason, ending=how)
    if was_pressed:
        keep_word(dispute, pressure, by=by, now=now)
    return dispute
