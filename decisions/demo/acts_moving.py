"""Following up and moving on: feedback, actions, escalation, and everything a stage owes, each by the real act."""

from __future__ import annotations

from datetime import datetime, timedelta

from decisions.actions import learning
from decisions.actions.learning import Learned
from decisions.demo import words
from decisions.demo.acts_below import (
    Act,
    Told,
    advice,
    attempt,
    exhausted,
    intention,
    is_safe,
    leader,
    manager_of,
    meeting,
    originator,
    ours,
    own_record,
    review,
    talk,
    voice,
)
from escalation.actions import agreed, debriefs, feedback, moves, plans
from escalation.models import Dispute
from escalation.protocol import DutyKind, Side


def tell_back(told: Told, now: datetime) -> None:
    """Feedback to those who carried the concern here."""
    dispute = told.fresh()
    feedback.give_feedback(
        dispute=dispute, text=told.pick(words.FEEDBACK), no_action=False, by=manager_of(dispute, Side.RAISING), now=now
    )


def nothing_done(told: Told, now: datetime) -> None:
    """Feedback that nothing was done."""
    dispute = told.fresh()
    feedback.give_feedback(
        dispute=dispute, text=words.NOTHING_DONE, no_action=True, by=manager_of(dispute, Side.RAISING), now=now
    )


def feedback_read(told: Told, now: datetime) -> None:
    """The originator has read it."""
    dispute = told.fresh()
    feedback.mark_feedback_read(dispute=dispute, by=originator(dispute), now=now)


def debrief(told: Told, now: datetime) -> None:
    """A debrief for the raising side."""
    dispute = told.fresh()
    debriefs.offer_debrief(
        dispute=dispute, text=told.pick(words.DEBRIEFS), by=manager_of(dispute, Side.RAISING), now=now
    )


def learned(told: Told, now: datetime) -> None:
    """What the raising side learned."""
    dispute = told.fresh()
    said = Learned("learning", words.LEARNED[0], dispute.rules.categories[0].code)
    learning.write_learning(dispute=dispute, learned=said, by=manager_of(dispute, Side.RAISING), now=now)


def unclear(told: Told, now: datetime) -> None:
    """A policy issue, written by whoever raised it; where the protocol names a body it goes there, checked by a manager."""
    dispute = told.fresh()
    by, manager = originator(dispute), manager_of(dispute, Side.RAISING)
    said = Learned("policy_issue", words.UNCLEAR, dispute.rules.categories[0].code)
    row = learning.write_learning(dispute=dispute, learned=said, by=by, now=now)
    if learning.bodies_for(dispute, row.kind) and manager.user_id != by.user_id:
        learning.prepare_learning(learning=row, text=words.UNCLEAR, body="", by=by, now=now + timedelta(minutes=5))
        learning.send_learning(learning=row, by=manager, now=now + timedelta(hours=1))


def plan(told: Told, now: datetime) -> None:
    """What protects the person until it is settled, looked at again in three days."""
    dispute = told.fresh()
    by = leader(dispute, Side.RAISING)
    agreed_plan = plans.Plan(told.pick(words.PLANS), by, (now + timedelta(days=3)).date())
    plans.open_plan(dispute=dispute, plan=agreed_plan, by=by, now=now)


def to_do(told: Told, now: datetime) -> None:
    """An action for somebody, due in three days."""
    dispute = told.fresh()
    by = leader(dispute, Side.RAISING)
    agreed.add_action(
        dispute=dispute, what=told.theme.action, owner=by, due_on=(now + timedelta(days=3)).date(), by=by, now=now
    )


def done(told: Told, now: datetime) -> None:
    """The oldest open action is done."""
    dispute = told.fresh()
    action = dispute.actions.filter(done_at__isnull=True).select_related("owner__user", "owner__agency").first()
    if action is not None:
        agreed.complete_action(action=action, note=told.theme.done, by=action.owner, now=now)


# --- moving --------------------------------------------------------------------------------------------------------

_BY_DUTY: dict[DutyKind, Act] = {
    DutyKind.ATTEMPT_LOGGED: talk,
    DutyKind.DISCUSSION_HELD: meeting,
    DutyKind.ADVICE_SOUGHT: advice,
    DutyKind.POSITION_STATED: ours,
    DutyKind.MANAGER_REVIEWED: review,
    DutyKind.REVIEW_AGREES: review,
    DutyKind.AGREED_BY: review,
    DutyKind.SAFETY_CONFIRMED: is_safe,
    DutyKind.OUTCOMES_RECONFIRMED: voice,
    DutyKind.OWN_RECORD_ATTESTED: own_record,
    DutyKind.EXHAUSTION_ATTESTED: exhausted,
    DutyKind.INTENTION_NOTIFIED: intention,
    DutyKind.FEEDBACK_GIVEN: tell_back,
    DutyKind.DEBRIEF_OFFERED: debrief,
    DutyKind.LEARNING_RECORDED: learned,
    DutyKind.INTERIM_PLAN: plan,
}


def duties(told: Told, now: datetime) -> None:
    """Everything that the raising agency owes at this stage, one after the other."""
    dispute = told.fresh()
    owed = dispute.duties.filter(stage=dispute.stage, agency=dispute.raising_agency, done_at__isnull=True).order_by("pk")
    minutes = 4 * owed.count()
    for duty in list(owed):
        duty.refresh_from_db()
        if duty.is_owed:
            _BY_DUTY[DutyKind(duty.kind)](told, now - timedelta(minutes=minutes))
        minutes -= 4


def climb(told: Told, now: datetime) -> None:
    """Everything owed is done, and it goes to the next stage."""
    duties(told, now)
    dispute = told.fresh()
    moves.escalate(dispute=dispute, by=leader(dispute, Side.RAISING), now=now, reason=told.pick(words.REASONS_UP),
                   trigger=_trigger(dispute))


def silence(told: Told, now: datetime) -> None:
    """Nobody answered: the one who raised it takes it further alone."""
    attempt(told, now - timedelta(minutes=20))
    is_safe(told, now - timedelta(minutes=10))
    dispute = told.fresh()
    moves.escalate(dispute=dispute, by=originator(dispute), now=now, reason=words.NO_REPLY, trigger=_trigger(dispute))


def jump(told: Told, now: datetime) -> None:
    """Immediate risk: straight to the stage after the next."""
    dispute = told.fresh()
    moves.jump_for_immediate_risk(
        dispute=dispute, to_stage=min(dispute.stage + 2, len(dispute.rules.stages)), reason=words.IMMEDIATE,
        by=originator(dispute), now=now,
    )


def withdraw(told: Told, now: datetime) -> None:
    """Taken back, with the reason."""
    dispute = told.fresh()
    moves.withdraw(dispute=dispute, ending="overtaken_by_events", reason=words.WITHDRAWN, by=originator(dispute), now=now)


ACTS: dict[str, Act] = {
    act.__name__: act
    for act in (tell_back, nothing_done, feedback_read, debrief, unclear, to_do, done, duties, climb, silence, jump, withdraw)
}


def _trigger(dispute: Dispute) -> str:
    """The first of the reasons that the protocol lists for the stage to come."""
    listed = dispute.rules.stage(dispute.stage + 1).triggers
    return listed[0].code if listed else ""
