"""The decisions of the demonstration: records and their sign-off, the referral, the last word, agreement, confirmation."""

from __future__ import annotations

from datetime import datetime, timedelta

from cases.models import Appointment
from cases.roles import Permission
from decisions import permissions
from decisions.actions import afterwards, outcomes, records, referrals
from decisions.completeness import ConsultedText, Content, OptionText
from decisions.demo import words
from decisions.demo.acts_below import Act, Told, leader, one_of, originator
from decisions.models import DecisionRecord
from escalation.models import Dispute
from escalation.protocol import Side

# --- decision records ----------------------------------------------------------------------------------------------


def _content(told: Told, now: datetime, *, complete: bool, settles: bool = False) -> Content:
    theme = told.theme
    return Content(
        decision=theme.outcome, evidence=theme.evidence, settles=settles,
        not_known="What the family can do at night is not known; they have been asked." if complete else "",
        sources_tested="Each account was read against the record and against what the person said themselves.",
        analysis=theme.analysis, rationale=theme.because if complete else "", policy_and_law=theme.law,
        plain_summary=f"We looked at this again with everybody involved. What we decided: {theme.outcome}" if complete else "",
        options=(
            OptionText(theme.chosen, "The risk falls at once", "Depends on staff being there", True, theme.because),
            OptionText(theme.rejected, "Quicker to arrange", "Leaves the risk as it is", False, "It does not meet the risk"),
        )
        if complete
        else (OptionText(theme.chosen),),
        consulted=(ConsultedText("The safeguarding lead", (now - timedelta(days=1)).date(), told.theme.review),)
        if complete
        else (),
    )


def _latest(told: Told) -> DecisionRecord:
    return DecisionRecord.objects.filter(dispute=told.dispute_id).select_related("dispute", "author", "agency").latest("pk")


def _signer(record: DecisionRecord) -> Appointment:
    dispute = Dispute.objects.with_page_data().get(pk=record.dispute_id)
    record.dispute = dispute
    return one_of(row.appointment for row in dispute.participants.all() if permissions.may_sign(record, row.appointment))


def draft(told: Told, now: datetime) -> None:
    """A record that is still being written."""
    dispute = told.fresh()
    by = leader(dispute, Side.RAISING)
    records.draft_record(dispute=dispute, content=_content(told, now, complete=False), by=by, now=now)


def record(told: Told, now: datetime) -> None:
    """A complete record, handed in."""
    dispute = told.fresh()
    by = one_of(row.appointment for row in dispute.participants.all() if permissions.may_draft(dispute, row.appointment))
    made = records.draft_record(dispute=dispute, content=_content(told, now, complete=True), by=by, now=now)
    records.submit_record(record=made, by=by, now=now)


def returned(told: Told, now: datetime) -> None:
    """The manager wants more."""
    made = _latest(told)
    records.return_record(record=made, rationale=words.RETURNED, by=_signer(made), now=now)


def submit_again(told: Told, now: datetime) -> None:
    """The author writes the rest and hands it in."""
    made = _latest(told)
    whole = _content(told, now, complete=True)
    made = records.edit_record(record=made, content=whole, seen_edits=made.edits, by=made.author, now=now)
    records.submit_record(record=made, by=made.author, now=now)


def sign(told: Told, now: datetime) -> None:
    """The manager signs with their own reasons."""
    made = _latest(told)
    records.sign_record(record=made, rationale=words.SIGNED, by=_signer(made), now=now)


def settle(told: Told, now: datetime) -> None:
    """A record of the other agency that settles the disagreement, signed off by its manager."""
    dispute = told.fresh()
    by = leader(dispute, Side.RESPONDING)
    content = _content(told, now, complete=True, settles=True)
    made = records.draft_record(dispute=dispute, content=content, by=by, now=now - timedelta(hours=2))
    records.submit_record(record=made, by=by, now=now - timedelta(hours=1))
    sign(told, now)


def correct(told: Told, now: datetime) -> None:
    """A corrected second version, signed off."""
    made = _latest(told)
    author = made.author
    next_version = records.correct_record(record=made, by=author, now=now)
    content = _content(told, now, complete=True)
    changed = Content(**{**content.__dict__, "evidence": f"{content.evidence} {words.CORRECTED}"})
    records.edit_record(record=next_version, content=changed, seen_edits=next_version.edits, by=author, now=now)
    records.submit_record(record=_latest(told), by=author, now=now)
    sign(told, now)


# --- agreement and confirmation ------------------------------------------------------------------------------------


def agree(told: Told, now: datetime) -> None:
    """Agreed between the agencies."""
    dispute = told.fresh()
    outcomes.record_agreement(
        dispute=dispute, text=told.theme.outcome, reasons=told.theme.because, by=leader(dispute, Side.RAISING), now=now,
        issues=_issues(told, dispute, now),
    )


def _issues(told: Told, dispute: Dispute, now: datetime) -> list[afterwards.NewIssue]:
    if told.number % 3:
        return []
    return [afterwards.NewIssue(words.ISSUE, originator(dispute), (now + timedelta(days=30)).date())]


def _confirmer(dispute: Dispute, agency_id: int) -> Appointment:
    return one_of(
        row.appointment
        for row in dispute.participants.all()
        if row.appointment.agency_id == agency_id and row.appointment.has(Permission.CONFIRM_FOR_AGENCY)
    )


def confirm_one(told: Told, now: datetime) -> None:
    """The next agency that has not answered confirms in writing."""
    dispute = told.fresh()
    party = next(party for party in dispute.parties.all() if party.confirmed_at is None)
    by = _confirmer(dispute, party.agency_id)
    outcomes.confirm_outcome(dispute=dispute, accepts=True, text=told.pick(words.ACCEPTS), by=by, now=now)


def confirm(told: Told, now: datetime) -> None:
    """Every agency confirms in writing, and it is closed."""
    for number, _ in enumerate(told.fresh().parties.all()):
        confirm_one(told, now + timedelta(minutes=number))


def contest(told: Told, now: datetime) -> None:
    """The other agency does not recognise what was said to be agreed."""
    dispute = told.fresh()
    party = next(party for party in dispute.parties.all() if party.side == Side.RESPONDING)
    by = _confirmer(dispute, party.agency_id)
    outcomes.confirm_outcome(dispute=dispute, accepts=False, text=words.REFUSES, by=by, now=now)


def issue_done(told: Told, now: datetime) -> None:
    """What was left open is done."""
    for outcome in told.fresh().outcomes.all():
        for issue in outcome.outstanding_issues.filter(done_at=None).select_related("owner__user", "owner__agency"):
            afterwards.complete_issue(issue=issue, note=told.theme.done, by=issue.owner, now=now)


# --- the last word -------------------------------------------------------------------------------------------------


def _referrer(dispute: Dispute) -> Appointment:
    return one_of(row.appointment for row in dispute.participants.all() if permissions.may_refer(dispute, row.appointment))


def pack(told: Told, now: datetime) -> None:
    """The referral is begun, prefilled from the record."""
    dispute = told.fresh()
    referrals.open_referral(dispute=dispute, by=_referrer(dispute), now=now)


def refer(told: Told, now: datetime) -> None:
    """The referral is sent to those with the last word."""
    dispute = told.fresh()
    by = _referrer(dispute)
    referral = referrals.open_referral(dispute=dispute, by=by, now=now)
    if missing := {field.code: words.SEE_RECORD for field in referrals.missing_fields(referral)}:
        answers = {**referral.answers, **missing}
        referral = referrals.edit_referral(referral=referral, answers=answers, seen_edits=referral.edits, by=by, now=now)
    referrals.submit_referral(referral=referral, by=by, now=now)


def _speakers(dispute: Dispute) -> list[Appointment]:
    return [row.appointment for row in dispute.participants.all() if permissions.may_give_last_word(dispute, row.appointment)]


def hand_back(told: Told, now: datetime) -> None:
    """Those with the last word want more first."""
    dispute = told.fresh()
    referrals.return_referral(dispute=dispute, reason=words.RETURN_REFERRAL, by=_speakers(dispute)[0], now=now)


def propose(told: Told, now: datetime) -> None:
    """The first of those with the last word gives it; where several must speak, it waits for the others."""
    dispute = told.fresh()
    outcomes.give_last_word(
        dispute=dispute, text=told.theme.outcome, reasons=told.theme.because, by=_speakers(dispute)[0], now=now,
        issues=_issues(told, dispute, now),
    )


def last_word(told: Told, now: datetime) -> None:
    """The last word, with everybody's voice that it needs."""
    propose(told, now)
    for number, by in enumerate(_speakers(told.fresh())[1:], start=1):
        dispute = told.fresh()
        outcome = outcomes.standing_outcome(dispute)
        if outcome is None or outcome.effective_at or not permissions.may_concur(dispute, by):
            return
        outcomes.concur(
            dispute=dispute, outcome=outcome, by=by, now=now + timedelta(minutes=number), comment="I agree with these words."
        )


def onward(told: Told, now: datetime) -> None:
    """It goes on to the first body that the protocol names and that somebody on the dispute can bring it to."""
    dispute = told.fresh()
    for route in dispute.rules.onward_routes:
        on_it = [row.appointment for row in dispute.participants.all()]
        bringing = [who for who in on_it if permissions.may_open_onward(dispute, who, route.by_role)]
        if bringing and not route.takes and not dispute.onward_items.filter(code=route.code).exists():
            afterwards.add_onward_item(dispute=dispute, code=route.code, reason=route.when, by=bringing[0], now=now)
            return


ACTS: dict[str, Act] = {
    act.__name__: act
    for act in (
        draft, record, returned, submit_again, sign, settle, correct, agree, confirm_one, confirm, contest, issue_done, pack,
        refer, hand_back, propose, last_word, onward,
    )
}
