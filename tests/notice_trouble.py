"""What goes another way than it should on the walk: risk, silence, a changed rule, somebody away, nobody who leads."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from cases.models import Appointment
from cases.roles import Permission
from decisions.actions.people import bring_in_holder
from escalation import deliveries
from escalation.actions import (
    absences,
    acknowledge,
    advice,
    break_glass,
    calendars,
    engagements,
    extensions,
    grants,
    handover,
    interests,
    mistakes,
    moves,
    protocol_drafts,
    restrictions,
    safety,
    support,
)
from escalation.models import Dispute, Notification, Undelivered
from escalation.protocol import Event
from tests.factories_disputes import do_raising_duties, fresh, leader_of
from tests.notice_endings import ended
from tests.notice_walk import CANARY, UNSAFE, WORDS, Walk, do


def at_risk(walk: Walk) -> None:
    """Immediate risk: entered later, and stages skipped."""
    last = len(fresh(walk.step("raised, to be skipped", walk.raised)).rules.stages)
    dispute = Dispute.objects.latest("pk")
    given = {"to_stage": min(3, last), "reason": WORDS, "by": walk.people.council.practitioner}
    do(walk, "stages are skipped for immediate risk", moves.jump_for_immediate_risk, dispute=dispute, **given)
    entered: dict[str, Any] = {"entry_stage": 2, "immediate_risk_reason": WORDS}
    entered_later = walk.step("raised at a later stage for immediate risk", lambda: walk.raised(**entered))
    for one in filter(None, (dispute, entered_later)):
        ended(walk, one)


def silent(walk: Walk, *, days: int = 45) -> None:
    """Nobody does anything: warnings, limits passing, the next one up, and what the clock does by itself."""
    dispute = walk.step("raised, and nothing follows", walk.raised)
    if walk.people.partnership.protocols.latest("version").protocol.clock.extension.allowed:
        asked_for_time(walk, dispute)
        by = walk.people.council.practitioner
        asked = advice.Asked(advice.may_be_asked(fresh(dispute), by, now=walk.now)[0], WORDS)
        do(walk, "a lead is asked, and forgets", advice.ask_advice, dispute=dispute, asked=asked, by=by)
    walk.until(walk.now + timedelta(days=days), "time passes")
    ended(walk, dispute)


def asked_for_time(walk: Walk, dispute: Dispute) -> None:
    """A later date asked, refused, asked again and agreed."""
    own, other = walk.people.council.practitioner, walk.people.health.practitioner
    do(walk, "it has it, and forgets", acknowledge.acknowledge, dispute=dispute, by=other)
    row = dispute.deadlines.order_by("-due_at", "pk")[0]
    wish = {"limit": row, "day": row.due_at.date() + timedelta(days=2), "reason": WORDS, "by": own}
    for agrees, name in ((False, "not agreed"), (True, "agreed")):
        asked = do(walk, f"more time is asked, to be {name}", extensions.ask_for_extension, **wish)
        answer = {"asked": asked, "agrees": agrees, "reason": WORDS, "by": leader_of(dispute, "responding")}
        do(walk, f"it is {name}", extensions.answer_request, **answer)
    paused = do(walk, "a pause is asked", extensions.ask_for_pause, limit=row, reason=WORDS, by=own)
    answer = {"asked": paused, "agrees": True, "reason": WORDS, "by": leader_of(dispute, "responding")}
    do(walk, "the pause is agreed", extensions.answer_request, **answer)
    do(walk, "time goes on", extensions.resume, limit=row, reason=WORDS, by=own)


def about_the_partnership(walk: Walk) -> None:
    """A day that is not worked, and a new version of the protocol."""
    dispute = walk.step("raised, before a day is closed", walk.raised)
    manager, chair = walk.people.board_manager, walk.people.chair
    day = walk.now.date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    do(walk, "a day is closed", calendars.add_closure, day=day, name=f"{CANARY} day", reason=WORDS, by=manager)
    ended(walk, dispute)
    version = walk.people.partnership.protocols.latest("version")
    document = version.document | {"version": "next", "effective_from": (walk.now.date() + timedelta(days=9)).isoformat()}
    draft = protocol_drafts.start_protocol_draft(document=document, based_on=version, by=manager, now=walk.now)
    for name in ("a draft is submitted", "it is submitted again"):
        seen = {"acknowledged": warnings_of(walk, draft), "seen": draft.edits}
        do(walk, name, protocol_drafts.submit_protocol_draft, draft=draft, **seen, by=manager)
        if name == "a draft is submitted":
            do(walk, "it is returned", protocol_drafts.return_protocol_draft, draft=draft, why=WORDS, by=chair)
    do(walk, "it is published", protocol_drafts.approve_protocol_draft, draft=draft, seen=draft.edits, by=chair)


def warnings_of(walk: Walk, draft: Any) -> list[str]:
    """What the tester warns of, which the writer has read."""
    trial = protocol_drafts.trial_of(draft, now=walk.now)
    return [protocol_drafts.warning_text(found.place, found.message) for found in trial.warnings]


def without_a_lead(walk: Walk) -> None:
    """Nobody at the other agency leads the next stage, or can sign; and an e-mail of risk that does not arrive."""
    dispute = walk.step("raised, and the other agency is empty", walk.raised)
    do(walk, "it is not safe", safety.confirm_safety, dispute=dispute, safety=UNSAFE, by=walk.people.council.practitioner)
    lost = Notification.objects.filter(dispute=dispute, event=Event.SAFETY_CHANGED, recipient=walk.people.health.practitioner)
    bounced = {"reason": Undelivered.Reason.BOUNCED}
    do(walk, "that e-mail comes back", deliveries.give_up, notice=lost.latest("pk"), **bounced)
    team, yesterday = walk.people.health, walk.now.date() - timedelta(days=1)
    leads = [team.line_manager, team.lead, team.senior_manager, team.board_representative]
    Appointment.objects.filter(pk__in=[who.pk for who in leads]).update(ends_on=yesterday)
    nobody = {"agency": team.agency, "permission": Permission.SIGN_DECISION}
    do(walk, "nobody can sign for it", bring_in_holder, dispute=dispute, **nobody)
    walk.step("its duties are done", lambda: do_raising_duties(dispute, now=walk.now))
    up = {"by": leader_of(dispute, "raising"), "reason": WORDS}
    do(walk, "on to a stage that nobody there leads", moves.escalate, dispute=fresh(dispute), **up)
    Appointment.objects.filter(pk__in=[who.pk for who in leads]).update(ends_on=None)
    walk.until(walk.now + timedelta(minutes=5), "somebody is there again")
    ended(walk, dispute)


def away_and_gone(walk: Walk) -> None:
    """Somebody is away and a colleague stands in; somebody leaves and hands over."""
    own = walk.people.council
    away = absences.Away(walk.now.date(), walk.now.date() + timedelta(days=3), walk.extra["own second manager"])
    absence = do(walk, "a manager is away", absences.record_absence, person=own.line_manager, away=away, by=own.lead)
    dispute = walk.step("raised while they are away", walk.raised)
    do(walk, "it is not safe meanwhile", safety.confirm_safety, dispute=dispute, safety=UNSAFE, by=own.practitioner)
    if absence is not None:
        do(walk, "they are back", absences.end_absence, absence=absence, by=own.lead)
    asked = support.Asked(supporter=walk.extra["own second manager"], kind="speak", reason=WORDS)
    do(walk, "a supporter is asked", support.ask_support, dispute=dispute, asked=asked, by=own.practitioner)
    leaving = {"held": walk.extra["own second manager"], "to": walk.extra["own colleague"], "by": own.lead}
    do(walk, "the supporter leaves", handover.hand_over, **leaving)
    given = {"held": own.practitioner, "to": walk.extra["own colleague"], "by": own.lead}
    do(walk, "the one who raised them hands over", handover.hand_over, **given)


def borrowed(walk: Walk) -> None:
    """An agency has nobody who leads, and borrows the lead of whoever commissions it."""
    dispute = walk.step("raised, and the other agency has no lead", walk.raised)
    team, yesterday = walk.people.health, walk.now.date() - timedelta(days=1)
    Appointment.objects.filter(pk__in=[team.line_manager.pk, team.lead.pk]).update(ends_on=yesterday)
    walk.step("what is owed before is done", partial(do_raising_duties, dispute, now=walk.now))
    up = {"by": leader_of(dispute, "raising"), "reason": WORDS}
    do(walk, "on to a stage whose lead is borrowed", moves.escalate, dispute=fresh(dispute), **up)


def a_child_and_risk(walk: Walk) -> None:
    """A child under a protocol for adults, and immediate risk of which the protocol wants somebody told at once."""
    child = {"details": {"is_child": True, "address": f"{CANARY} Row"}}
    walk.step("raised about a child", lambda: walk.raised(person=child))
    entered: dict[str, Any] = {"entry_stage": 2, "immediate_risk_reason": WORDS}
    walk.step("raised for immediate risk", lambda: walk.raised(**entered))


def given_to_read(walk: Walk) -> None:
    """What has long ended is opened to somebody again; an auditor is to read, and no more."""
    people, dispute = walk.people, fresh(walk.step("another is raised, and ends", walk.raised))
    by, last = people.council.practitioner, walk.now.date() + timedelta(days=7)
    do(walk, "it is withdrawn", moves.withdraw, dispute=dispute, reason=WORDS, by=by)
    Dispute.objects.filter(pk=dispute.pk).update(closed_at=walk.now - timedelta(days=30))
    again = grants.Again(by, WORDS, last)
    do(walk, "somebody is given access to it again", grants.grant, dispute=fresh(dispute), again=again, by=people.council.lead)
    audit = engagements.Wanted(people.auditor, "partnership", WORDS, walk.now.date(), last)
    made = do(walk, "an auditor is to read", engagements.approve, wanted=audit, by=people.chair)
    do(walk, "the auditor is to read no more", engagements.end, engagement=made, by=people.chair)


def shut_to_others(walk: Walk) -> None:
    """A case is to be restricted: asked, declined, asked again, in force, to be looked at again; and somebody stands back."""
    people, dispute = walk.people, fresh(walk.step("another is raised, to be restricted", walk.raised))
    by, senior = people.council.practitioner, people.council.senior_manager
    wanted = restrictions.Wanted([by, senior], WORDS)
    do(walk, "somebody asks to restrict it", restrictions.restrict, dispute=dispute, wanted=wanted, by=by)
    do(walk, "it is declined", restrictions.decide, dispute=dispute, agrees=False, why=WORDS, by=senior)
    do(walk, "it is restricted", restrictions.restrict, dispute=fresh(dispute), wanted=wanted, by=senior)
    later = walk.now + restrictions.REVIEW_AFTER
    walk.step("it is to be looked at again", lambda: restrictions.warn_of_reviews(now=later))
    kept = {"keeps": True, "people": [by, senior, people.health.senior_manager], "why": WORDS, "by": senior}
    do(walk, "it stays restricted", restrictions.review, dispute=fresh(dispute), **kept)
    other = fresh(walk.step("another is raised, which somebody must not work on", walk.raised))
    looked = break_glass.Asked(other.reference, "risk", f"{WORDS}, and nobody can be reached.")
    row = do(walk, "somebody breaks the glass", break_glass.break_glass, asked=looked, by=people.health.line_manager)
    late = walk.now + timedelta(days=8)
    walk.step("nobody looked at it in time", lambda: break_glass.warn_of_overdue(now=late))
    found = {"is_justified": True, "finding": WORDS, "by": people.board_manager}
    do(walk, "somebody looked at it", break_glass.review_break_glass, opening=row, **found)
    said = do(walk, "somebody stands back", interests.declare, dispute=other, has_conflict=True, what=WORDS, by=by)
    wrong = do(walk, "they say that it was a mistake", mistakes.say_mistake, declaration=said, why=WORDS, by=by)
    answer = {"agrees": True, "reason": WORDS, "by": people.council.lead}
    do(walk, "a second person agrees", mistakes.decide_mistake, correction=wrong, **answer)
