"""The steps of the walk through a protocol that most disputes take: at work, up to the last word, confirmed and closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from decisions.actions import afterwards, learning, learning_items, outcomes, records, referrals
from decisions.actions.learning import Learned
from decisions.models import OutstandingIssue
from escalation import outside_mail
from escalation.actions import (
    acknowledge,
    advice,
    agreed,
    meetings,
    moves,
    outside,
    outside_answers,
    people,
    plans,
    positions,
    safety,
    support,
)
from escalation.models import Dispute, Notification, OutsideEntry, OutsideInvitation
from escalation.models.dispute import Status
from tests.factories_decisions import confirmers, make_record, refer, speakers
from tests.factories_disputes import do_raising_duties, first_reason_for_next, fresh, leader_of
from tests.notice_endings import agreed_and_taken_up_again, agreed_inside, withdrawn
from tests.notice_trouble import about_the_partnership, at_risk, away_and_gone, silent, without_a_lead
from tests.notice_walk import CANARY, SAFE, UNSAFE, WORDS, Walk, do


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


def at_work(walk: Walk, dispute: Dispute) -> None:
    """What people do while a stage is open."""
    own, other = walk.people.council, walk.people.health
    do(walk, "the other side has it", acknowledge.acknowledge, dispute=dispute, by=other.practitioner)
    bring_colleague(walk, dispute)
    advised(walk, dispute)
    asked_outside(walk, dispute)
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


def advised(walk: Walk, dispute: Dispute) -> None:
    """Advice of a lead: given, and not needed any more."""
    by = walk.people.council.practitioner
    lead = advice.may_be_asked(fresh(dispute), by, now=walk.now)[0]
    asked = {"dispute": dispute, "asked": advice.Asked(lead, WORDS), "by": by}
    row = do(walk, "a lead is asked for advice", advice.ask_advice, **asked)
    do(walk, "they answer", advice.answer_advice, request=row, advice=WORDS, by=lead)
    row = do(walk, "they are asked again", advice.ask_advice, **asked)
    do(walk, "it is not needed any more", advice.take_back_advice, request=row, why=WORDS, by=by)


def asked_outside(walk: Walk, dispute: Dispute) -> None:
    """Somebody outside who has no account: they answer, cannot be reached, do not answer. Their own mails are not notices."""
    questions, day = [WORDS, f"{CANARY} question"], walk.now.date() + timedelta(days=1)
    wanted = outside.Wanted(
        organisation=f"{CANARY} home", name=f"{CANARY} Outsider", email="canary.outsider@example.org", purpose=WORDS,
        questions=questions, shared=f"{CANARY} shared", until_on=day,
    )  # fmt: skip

    def ask(now: datetime) -> OutsideInvitation:
        row = outside.invite(dispute=dispute, wanted=wanted, by=leader_of(dispute, "raising"), now=now)
        row.mails.update(next_attempt_at=None)
        return row

    def answer(now: datetime) -> None:
        key = {"code_hash": "-", "key_hash": outside.hash_of("key"), "made_at": now, "entered_at": now, "seen_at": now}
        OutsideEntry.objects.create(invitation=row, **key)
        outside_answers.answer(key="key", answers={1: WORDS, 2: f"{CANARY} answer"}, now=now)

    row = do(walk, "somebody outside is asked", ask)
    do(walk, "they answer from outside", answer)
    row = do(walk, "somebody outside is asked again", ask)
    do(walk, "the e-mail to them comes back", outside_mail.give_up, mail=row.mails.get())
    walk.step("they do not answer in time", lambda: outside.end_those_over(now=row.expires_at))


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
