"""The steps of the walk through a protocol: everything that tells somebody something, on one dispute after another."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from cases.models import Appointment
from cases.roles import Permission
from decisions.actions import afterwards, learning, learning_items, outcomes, records, referrals
from decisions.actions.learning import Learned
from decisions.actions.people import bring_in_holder
from decisions.models import OutstandingIssue
from escalation import deliveries
from escalation.actions import (
    absences,
    acknowledge,
    agreed,
    calendars,
    extensions,
    handover,
    links,
    meetings,
    moves,
    people,
    plans,
    positions,
    protocol_drafts,
    safety,
    support,
)
from escalation.models import Dispute, Notification, Undelivered
from escalation.models.dispute import Status
from escalation.protocol import Event
from tests.factories_decisions import confirmers, make_record, refer, speakers
from tests.factories_disputes import do_raising_duties, first_reason_for_next, fresh, leader_of
from tests.notice_walk import CANARY, Walk

WORDS = f"{CANARY} words"
UNSAFE = safety.Safety(answer="not_safe", how=WORDS)
SAFE = safety.Safety(answer="safe", how=WORDS)


def walk_all(walk: Walk) -> None:
    """One dispute from the raising to the end, and one for each other way that a dispute can go."""
    silent(walk)
    dispute = walk.step("raised", walk.raised)
    at_work(walk, dispute)
    dispute = up_to_the_last_word(walk, dispute)
    confirmed(walk, dispute)
    agreed_and_taken_up_again(walk)
    agreed_inside(walk)
    withdrawn(walk)
    at_risk(walk)
    about_the_partnership(walk)
    without_a_lead(walk)
    away_and_gone(walk)


def do(walk: Walk, name: str, act: Any, /, **given: Any) -> Any:
    """One step by one of the product's own acts."""
    return walk.step(name, lambda: act(now=walk.now, **given))


def at_work(walk: Walk, dispute: Dispute) -> None:
    """What people do while a stage is open."""
    own, other = walk.people.council, walk.people.health
    do(walk, "the other side has it", acknowledge.acknowledge, dispute=dispute, by=other.practitioner)
    bring_colleague(walk, dispute)
    talks_and_plans(walk, dispute)
    decision(walk, dispute)
    joining = {"dispute": dispute, "who": walk.extra["own second manager"], "reason": WORDS}
    do(walk, "a colleague is brought in", people.bring_in, **joining, by=own.line_manager)
    stance = {"stance": "stands", "text": WORDS, "by": leader_of(dispute, "responding")}
    do(walk, "the other side replies", positions.state_position, dispute=dispute, **stance)
    do(walk, "not safe", safety.confirm_safety, dispute=dispute, safety=UNSAFE, by=own.practitioner)
    do(walk, "safe again", safety.confirm_safety, dispute=dispute, safety=SAFE, by=own.practitioner)


def bring_colleague(walk: Walk, dispute: Dispute) -> None:
    """Support for whoever raised it."""
    asked = support.Asked(supporter=walk.extra["own colleague"], kind="speak", reason=WORDS)
    do(walk, "support is asked", support.ask_support, dispute=dispute, asked=asked, by=walk.people.council.practitioner)


def talks_and_plans(walk: Walk, dispute: Dispute) -> None:
    """Meetings, actions, interim plans, and dates that move."""
    by, other = walk.people.council.practitioner, walk.people.health.practitioner
    kind = meetings.kinds_of(fresh(dispute))[0]
    proposed = meetings.Proposed(kind, walk.now + timedelta(minutes=10), WORDS, place=f"{CANARY} room")
    given = {"dispute": dispute, "proposed": proposed, "invited": [other], "by": by}
    meeting = do(walk, "a meeting is proposed", meetings.propose_meeting, **given)
    minutes = meetings.Minutes("phone", WORDS, WORDS, held_at=walk.now)
    do(walk, "it is held", meetings.hold_meeting, meeting=meeting, minutes=minutes, attended=[by.pk, other.pk], by=by)
    meeting = do(walk, "another is proposed", meetings.propose_meeting, **given)
    do(walk, "it is called off", meetings.call_off, meeting=meeting, why=WORDS, by=by)
    owned = {"owner": other, "due_on": walk.now.date() + timedelta(days=20), "by": by}
    do(walk, "an action is agreed", agreed.add_action, dispute=dispute, what=WORDS, **owned)
    plan = plans.Plan(WORDS, other, walk.now.date())
    do(walk, "an interim plan is made", plans.open_plan, dispute=dispute, plan=plan, by=by)
    walk.until(walk.now + timedelta(days=1), "the day of its review passes")


def decision(walk: Walk, dispute: Dispute) -> None:
    """A decision record handed in, returned, handed in again and signed."""
    by = walk.people.council.practitioner
    record = make_record(fresh(dispute), by, now=walk.now)
    do(walk, "a decision is handed in", records.submit_record, record=record, by=by)
    signer = walk.people.council.line_manager
    do(walk, "it is returned for more", records.return_record, record=record, rationale=WORDS, by=signer)
    do(walk, "it is handed in again", records.submit_record, record=record, by=by)
    do(walk, "it is signed off", records.sign_record, record=record, rationale=WORDS, by=signer)


def up_to_the_last_word(walk: Walk, dispute: Dispute) -> Dispute:
    """Stage by stage, then the referral and the last word."""
    dispute = fresh(dispute)
    while not dispute.is_last_stage and dispute.status in (Status.AWAITING_REPLY, Status.IN_DISCUSSION):
        label = dispute.rules_now.label
        walk.step(f"what {label} owes is done", partial(do_raising_duties, dispute, now=walk.now))
        up = {"by": leader_of(dispute, "raising"), "reason": WORDS, "trigger": first_reason_for_next(dispute)}
        do(walk, f"on from {label}", moves.escalate, dispute=dispute, **up)
        before, dispute = dispute.stage, fresh(dispute)
        assert dispute.stage > before, f"nobody could take it on from {label}"
    walk.step("referred", lambda: refer(dispute, now=walk.now))
    by = next(iter(speakers(dispute)))
    do(walk, "the referral comes back for more", referrals.return_referral, dispute=dispute, reason=WORDS, by=by)
    walk.step("referred again", lambda: refer(fresh(dispute), now=walk.now))
    first, *others = speakers(dispute)
    issue = afterwards.NewIssue(WORDS, walk.people.health.practitioner, walk.now.date() + timedelta(days=30))
    given = {"text": WORDS, "reasons": WORDS, "by": first, "issues": [issue]}
    outcome = do(walk, "the last word", outcomes.give_last_word, dispute=fresh(dispute), **given)
    for who in others:
        if fresh(dispute).status == Status.REFERRED:
            do(walk, f"{walk.labels[who.pk]} joins in it", outcomes.concur, dispute=fresh(dispute), outcome=outcome, by=who)
    return fresh(dispute)


def confirmed(walk: Walk, dispute: Dispute) -> None:
    """Every agency answers; further bodies and what was learned; it is closed."""
    for route in (one for one in dispute.rules.onward_routes if not one.takes):
        on_it = [row.appointment for row in dispute.participants.all()]
        by = next((who for who in on_it if who.role == route.by_role), on_it[0])
        given = {"code": route.code, "reason": WORDS, "by": by}
        do(walk, f"on to a body: {route.code}", afterwards.add_onward_item, dispute=dispute, **given)
    _learn(walk, dispute)
    for issue in OutstandingIssue.objects.filter(outcome__dispute=dispute):
        do(walk, "an issue is done", afterwards.complete_issue, issue=issue, note=WORDS, by=issue.owner)
    for who in confirmers(dispute):
        given = {"accepts": True, "text": WORDS, "by": who}
        do(walk, f"{walk.labels[who.pk]} confirms", outcomes.confirm_outcome, dispute=fresh(dispute), **given)


def _learn(walk: Walk, dispute: Dispute) -> None:
    by, checker = walk.people.council.practitioner, walk.people.council.line_manager
    said = Learned("policy_issue", WORDS, category=dispute.rules.categories[0].code)
    row = do(walk, "something is learned", learning.write_learning, dispute=dispute, learned=said, by=by)
    plain = {"learning": row, "text": "The policy does not say who pays.", "body": "", "by": by}
    do(walk, "it is prepared for a body", learning.prepare_learning, **plain)
    do(walk, "its text comes back", learning.return_learning, learning=row, reason=WORDS, by=checker)
    do(walk, "it is prepared again", learning.prepare_learning, **plain)
    item = do(walk, "it goes on the list", learning.send_learning, learning=row, by=checker)
    readers = Notification.objects.filter(event="learning").select_related("recipient__user", "recipient__agency")
    reader = readers[0].recipient if item is not None and readers else None
    if reader is not None:
        answered = {"item": item, "meeting_on": walk.now.date(), "result": WORDS, "by": reader}
        do(walk, "the body has a result", learning_items.answer_item, **answered)


def agreed_and_taken_up_again(walk: Walk) -> None:
    """Agreed, contested, agreed again, closed; it does not hold and is taken up again; another one is the same."""
    dispute = fresh(walk.step("another is raised, to be agreed", walk.raised))
    own = leader_of(dispute, "raising")
    if dispute.stage == 1 and not own.has(Permission.CONFIRM_FOR_AGENCY):
        own = walk.people.council.practitioner
    walk.step("what it owes is done", lambda: do_raising_duties(dispute, now=walk.now))
    given = {"text": WORDS, "reasons": WORDS, "by": own}
    do(walk, "agreed", outcomes.record_agreement, dispute=fresh(dispute), **given)
    for who in confirmers(dispute)[:1]:
        no = {"accepts": False, "text": WORDS, "by": who}
        do(walk, "it is not confirmed", outcomes.confirm_outcome, dispute=fresh(dispute), **no)
    do(walk, "agreed again", outcomes.record_agreement, dispute=fresh(dispute), **given)
    for who in confirmers(dispute):
        yes = {"accepts": True, "text": WORDS, "by": who}
        do(walk, f"{walk.labels[who.pk]} confirms it", outcomes.confirm_outcome, dispute=fresh(dispute), **yes)
    held = links.NotHeld(WORDS, WORDS, walk.now)
    by = walk.people.council.practitioner
    again = do(walk, "it did not hold", links.reopen, dispute=fresh(dispute), held=held, safety=SAFE, by=by)
    other = walk.step("another is raised", walk.raised)
    if again is not None:
        do(walk, "the two are linked", links.link_related, dispute=again, other=other, reason=WORDS, by=by)
        ended(walk, again)
    ended(walk, other)


def agreed_inside(walk: Walk) -> None:
    """Agreed at a stage that the other agency does not see, which concerns it all the same."""
    dispute = fresh(walk.step("raised, to be agreed inside one agency", walk.raised))
    inside = [stage.order for stage in dispute.rules.stages if stage.single_agency]
    while inside and dispute.stage < inside[0]:
        walk.step("what is owed is done", partial(do_raising_duties, dispute, now=walk.now))
        do(walk, "on towards the inside", moves.escalate, dispute=dispute, by=leader_of(dispute, "raising"), reason=WORDS)
        dispute = fresh(dispute)
    if inside:
        walk.step("what is owed inside is done", partial(do_raising_duties, dispute, now=walk.now))
        given = {"text": WORDS, "reasons": WORDS, "by": leader_of(dispute, "raising")}
        do(walk, "agreed inside", outcomes.record_agreement, dispute=fresh(dispute), **given)
        for who in confirmers(dispute):
            yes = {"accepts": True, "text": WORDS, "by": who}
            do(walk, f"{walk.labels[who.pk]} confirms that", outcomes.confirm_outcome, dispute=fresh(dispute), **yes)
    ended(walk, dispute)


def withdrawn(walk: Walk) -> None:
    """Taken back, with a confidential word."""
    dispute = walk.step("raised, to be withdrawn", walk.raised)
    given = {"reason": WORDS, "was_pressed": True, "pressure": WORDS, "by": walk.people.council.practitioner}
    do(walk, "withdrawn under pressure", moves.withdraw, dispute=dispute, **given)


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
    walk.until(walk.now + timedelta(days=days), "time passes")
    ended(walk, dispute)


def ended(walk: Walk, dispute: Dispute) -> None:
    """Nothing more is told of this one."""
    if not fresh(dispute).has_ended:
        do(walk, "it is withdrawn", moves.withdraw, dispute=dispute, reason=WORDS, by=walk.people.council.practitioner)


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
