"""Decision records, referrals, outcomes and confirmations for tests, made only by the real actions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from cases.models import Appointment
from cases.roles import Permission
from decisions import permissions
from decisions.actions import learning, learning_items, outcomes, records, referrals
from decisions.completeness import ConsultedText, Content, OptionText
from decisions.models import DecisionRecord, Learning, LearningItem, Outcome, Referral
from escalation.models import Dispute
from escalation.models.dispute import Status
from tests.factories_disputes import climb_to_last_stage, fresh

COMPLETE = Content(
    decision="The discharge is delayed until the night sitter starts on Monday.",
    evidence="Ward notes of 1 April, the home visit of 30 March, Margaret's own account.",
    not_known="Whether her niece can stay at weekends; two calls were not answered.",
    sources_tested="The ward's view was compared with the home visit and with what Margaret says.",
    analysis="Two falls at night in March mean that the risk is at night and not by day.",
    rationale="A delay of four days is the least that keeps her safe and still takes her home.",
    policy_and_law="Care Act 2014 section 42; the hospital discharge policy, part 3.",
    plain_summary="You will go home on Monday, when somebody can be with you at night.",
    options=(
        OptionText("Discharge today", "Alone at night until Monday", "A fall with nobody there", False, "Too much risk"),
        OptionText("Discharge on Monday", "Home with a night sitter", "Four more days in hospital", True, "Least harm"),
    ),
    consulted=(ConsultedText("Ward manager", date(2026, 4, 1), "Would keep the bed until Monday."),),
)


def complete_content(**changes: Any) -> Content:
    """All seven elements, changed where told."""
    return replace(COMPLETE, **changes)


def make_record(dispute: Dispute, by: Appointment, *, now: datetime, **changes: Any) -> DecisionRecord:
    """A complete draft."""
    return records.draft_record(dispute=dispute, content=complete_content(**changes), by=by, now=now)


def make_learning(
    dispute: Dispute, by: Appointment, manager: Appointment, keeper: Appointment, *, now: datetime
) -> tuple[Learning, Learning, LearningItem, LearningItem]:
    """A policy issue with a change to make, one that waits to be checked, one on a body's list, and one with a result."""
    said = learning.Learned("policy_issue", "It does not say who pays for nights.", dispute.rules.categories[0].code)
    changing = replace(said, change="A list of who pays.", owner=manager, due_on=now.date())
    each = (changing, said, said, said)
    first, *others = [learning.write_learning(dispute=dispute, learned=one, by=by, now=now) for one in each]
    for row in others:
        learning.prepare_learning(learning=row, text=row.text, body="", by=by, now=now)
    items = [learning.send_learning(learning=row, by=manager, now=now) for row in others[1:]]
    answered = learning_items.answer_item(item=items[1], meeting_on=now.date(), result="It will say so.", by=keeper, now=now)
    return first, Learning.objects.get(pk=others[0].pk), items[0], answered


def sign(record: DecisionRecord, by: Appointment, *, now: datetime) -> DecisionRecord:
    """Hand it in and sign it off."""
    records.submit_record(record=record, by=record.author, now=now)
    records.sign_record(record=record, rationale="The risk is at night; this meets it.", by=by, now=now)
    return DecisionRecord.objects.get(pk=record.pk)


def who_may_refer(dispute: Dispute) -> Appointment:
    """Whoever writes the referral."""
    dispute = fresh(dispute)
    on_it = [row.appointment for row in dispute.participants.all()]
    return next(who for who in on_it if permissions.may_prepare_referral(dispute, who))


def refer(dispute: Dispute, *, now: datetime) -> Referral:
    """Prefill, fill what the record does not know, and send."""
    by = who_may_refer(dispute)
    referral = referrals.open_referral(dispute=fresh(dispute), by=by, now=now)
    if missing := referrals.missing_fields(referral):
        answers = {field.code: "Filled in by hand." for field in missing}
        referral = referrals.edit_referral(referral=referral, answers=answers, seen_edits=referral.edits, by=by, now=now)
    return referrals.submit_referral(referral=referral, by=by, now=now)


def speakers(dispute: Dispute) -> list[Appointment]:
    """Everybody who may give the last word now."""
    dispute = fresh(dispute)
    on_it = [row.appointment for row in dispute.participants.all()]
    return [who for who in on_it if permissions.may_give_last_word(dispute, who)]


def give_last_word(dispute: Dispute, *, now: datetime) -> Outcome:
    """Propose it and, where several must speak, have all of them agree."""
    first, *others = speakers(dispute)
    outcome = outcomes.give_last_word(
        dispute=fresh(dispute), text="The night sitter starts before the discharge.", reasons="The risk is at night.",
        by=first, now=now,
    )
    for other in others:
        if fresh(dispute).status == Status.REFERRED:
            outcomes.concur(dispute=fresh(dispute), outcome=outcome, by=other, now=now)
    return Outcome.objects.get(pk=outcome.pk)


def confirmers(dispute: Dispute) -> list[Appointment]:
    """One person for each agency that has not confirmed."""
    dispute = fresh(dispute)
    found: dict[int, Appointment] = {}
    for row in dispute.participants.all():
        who = row.appointment
        if who.has(Permission.CONFIRM_FOR_AGENCY) and permissions.may_confirm_now(dispute, who) and who.agency_id:
            found.setdefault(who.agency_id, who)
    return [found[key] for key in sorted(found)]


def confirm_all(dispute: Dispute, *, now: datetime, accepts: bool = True) -> Dispute:
    """Every agency answers in writing."""
    for who in confirmers(dispute):
        outcomes.confirm_outcome(dispute=fresh(dispute), accepts=accepts, text="We will do our part.", by=who, now=now)
    return fresh(dispute)


def referred(dispute: Dispute, *, now: datetime) -> Dispute:
    """Climbed to the last stage and referred."""
    dispute = climb_to_last_stage(dispute, now=now)
    refer(dispute, now=now)
    return fresh(dispute)


def with_last_word(dispute: Dispute, *, now: datetime) -> Dispute:
    """Climbed, referred, and the last word given: each agency is asked to confirm."""
    dispute = referred(dispute, now=now)
    give_last_word(dispute, now=now)
    return fresh(dispute)
