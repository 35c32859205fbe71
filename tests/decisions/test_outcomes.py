"""Referral, last word, confirmation: under the right name, with every voice it needs, closed only when each has answered."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Role
from decisions.actions import afterwards, outcomes, referrals
from decisions.actions.afterwards import NewIssue
from decisions.models import OnwardItem, Outcome, OutcomeConfirmation, OutstandingIssue, Referral
from decisions.prefill import prefilled
from decisions.voices import still_awaited, voices_of
from escalation.actions import moves
from escalation.models import Dispute, Notification
from escalation.models.dispute import Status
from tests.factories import Cast, make_appointment
from tests.factories_decisions import (
    confirm_all,
    confirmers,
    give_last_word,
    refer,
    referred,
    speakers,
    who_may_refer,
    with_last_word,
)  # fmt: skip
from tests.factories_disputes import climb_to_last_stage, do_raising_duties, fresh, make_dispute, people_under

pytestmark = pytest.mark.django_db

WORDS: dict[str, Any] = {"text": "The sitter starts first.", "reasons": "The risk is at night."}


@pytest.fixture
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@pytest.fixture
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def agreed(dispute: Dispute, people: Cast, now: datetime, **more: Any) -> Outcome:
    do_raising_duties(dispute, now=now)
    return outcomes.record_agreement(dispute=fresh(dispute), by=people.council.practitioner, now=now, **WORDS | more)


# --- agreement and confirmation (F23) ------------------------------------------------------------------------------


def test_an_agreement_waits_for_the_gates(people: Cast, dispute: Dispute, now: datetime) -> None:
    with pytest.raises(Refused) as refused:
        outcomes.record_agreement(dispute=dispute, by=people.council.practitioner, now=now, **WORDS)
    assert refused.value.code == "shut"
    assert "Before this can be done" in refused.value.message


@pytest.mark.parametrize(("changes", "field"), [({"text": " "}, "text"), ({"reasons": ""}, "reasons")])
def test_an_agreement_needs_words_and_reasons(
    people: Cast, dispute: Dispute, now: datetime, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        outcomes.record_agreement(dispute=dispute, by=people.council.practitioner, now=now, **WORDS | changes)
    assert refused.value.field == field


def test_it_is_not_closed_by_one_confirmation(people: Cast, dispute: Dispute, now: datetime) -> None:
    agreed(dispute, people, now)
    first, second = confirmers(dispute)
    outcomes.confirm_outcome(dispute=fresh(dispute), accepts=True, text="We do our part.", by=first, now=now)
    assert fresh(dispute).status == Status.AWAITING_CONFIRMATION
    assert Notification.objects.filter(text__contains=f"it waits for {second.agency.short_name}").exists()  # type: ignore[union-attr]
    with pytest.raises(Refused, match="has given its written answer already"):
        outcomes.confirm_outcome(dispute=fresh(dispute), accepts=True, text="Again.", by=first, now=now)
    outcomes.confirm_outcome(dispute=fresh(dispute), accepts=True, text="We do ours.", by=second, now=now)
    dispute = fresh(dispute)
    assert dispute.status == Status.CLOSED
    assert all(party.confirmed_at == now for party in dispute.parties.all())


def test_a_confirmation_is_in_writing_and_by_somebody_who_may(people: Cast, dispute: Dispute, now: datetime) -> None:
    agreed(dispute, people, now)
    by = confirmers(dispute)[0]
    with pytest.raises(Refused, match="in writing"):
        outcomes.confirm_outcome(dispute=dispute, accepts=True, text=" ", by=by, now=now)
    with pytest.raises(Refused, match="why your agency does not accept"):
        outcomes.confirm_outcome(dispute=dispute, accepts=False, text=" ", by=by, now=now)
    for who in (people.council.practitioner, people.stranger, people.chair, people.board_manager):
        with pytest.raises(Refused) as refused:
            outcomes.confirm_outcome(dispute=dispute, accepts=True, text="Yes.", by=who, now=now)
        assert refused.value.code == "forbidden"


def test_a_refused_agreement_goes_back_to_where_it_stood(people: Cast, dispute: Dispute, now: datetime) -> None:
    outcome = agreed(dispute, people, now)
    first, second = confirmers(dispute)
    outcomes.confirm_outcome(dispute=fresh(dispute), accepts=True, text="Yes.", by=first, now=now)
    outcomes.confirm_outcome(dispute=fresh(dispute), accepts=False, text="Nobody asked the ward.", by=second, now=now)
    dispute = fresh(dispute)
    outcome.refresh_from_db()
    assert dispute.status == Status.IN_DISCUSSION
    assert outcome.contested_at == now
    assert [party.confirmed_at for party in dispute.parties.all()] == [None, None]
    outcomes.record_agreement(dispute=dispute, by=people.council.practitioner, now=now, **WORDS)
    assert confirm_all(dispute, now=now).status == Status.CLOSED
    assert dispute.outcomes.count() == 2


def test_an_agency_without_anybody_who_may_confirm_is_told_to_the_board_manager(people: Cast, now: datetime) -> None:
    other = make_appointment(Role.PRACTITIONER, people.charity.agency)
    dispute = make_dispute(people, now=now, responding=[people.charity.agency], addressee=other)
    agreed(dispute, people, now)
    assert Notification.objects.filter(recipient=people.board_manager, text__contains="Nobody at").exists()


@pytest.mark.parametrize(
    "changes",
    [{"owner": None}, {"due_on": None}, {"what": " "}, {"due_on": date(2026, 4, 1)}],
)
def test_an_outstanding_issue_needs_what_owner_and_date(
    people: Cast, dispute: Dispute, now: datetime, changes: dict[str, Any]
) -> None:
    given: dict[str, Any] = {"what": "Who pays in May", "owner": people.health.practitioner, "due_on": date(2026, 5, 1)} | changes
    with pytest.raises(Refused) as refused:
        agreed(dispute, people, now, issues=[NewIssue(**given)])
    assert refused.value.field == "issues"
    assert not Outcome.objects.exists()


def test_an_issue_is_added_while_it_is_confirmed_and_done_by_its_owner(people: Cast, dispute: Dispute, now: datetime) -> None:
    agreed(dispute, people, now)
    new = NewIssue("Who pays in May", people.health.practitioner, date(2026, 5, 1))
    with pytest.raises(Refused):
        afterwards.add_issue(dispute=dispute, issue=new, by=people.council.practitioner, now=now)
    issue = afterwards.add_issue(dispute=dispute, issue=new, by=people.council.line_manager, now=now)
    dispute = confirm_all(dispute, now=now)
    with pytest.raises(Refused):
        afterwards.complete_issue(issue=issue, note="Done.", by=people.council.practitioner, now=now)
    with pytest.raises(Refused, match="how it was done"):
        afterwards.complete_issue(issue=issue, note=" ", by=people.health.practitioner, now=now)
    afterwards.complete_issue(issue=issue, note="Agreed on 30 April.", by=people.health.practitioner, now=now)
    with pytest.raises(Refused, match="already done"):
        afterwards.complete_issue(issue=issue, note="Again.", by=people.health.practitioner, now=now)


# --- referral (F20) ------------------------------------------------------------------------------------------------


def test_all_nine_fields_of_halton_are_prefilled(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = climb_to_last_stage(dispute, now=now)
    answers = prefilled(dispute, now=now)
    assert list(answers) == [field.code for field in dispute.rules.board_form]
    assert len(answers) == 9
    assert all(answers.values())
    assert answers["adult_name"] == "Margaret Elsworth"
    assert answers["date_of_birth"] == "3 June 1941"
    assert answers["step1_manager"] == people.council.practitioner.described
    assert answers["step2_concluded"] == "2 April 2026"
    assert people.chair.described in answers["board_members"]
    assert "Ward manager" in answers["methodology"]


@pytest.mark.parametrize("key", ["dundee", "luton", "south_lanarkshire"])
def test_every_other_form_is_prefilled_too(key: str, now: datetime) -> None:
    people = people_under(key, now=now)
    dispute = climb_to_last_stage(make_dispute(people, now=now), now=now)
    answers = prefilled(dispute, now=now)
    assert all(answers.values()), answers


def test_what_was_said_inside_one_agency_is_not_in_the_referral(now: datetime) -> None:
    people = people_under("dundee", now=now)
    dispute = climb_to_last_stage(make_dispute(people, now=now), now=now)
    steps = prefilled(dispute, now=now)["steps_taken"]
    assert f"Reviewed inside {people.council.agency.short_name}." in steps


def test_only_those_named_refer(people: Cast, dispute: Dispute, now: datetime) -> None:
    with pytest.raises(Refused):
        referrals.open_referral(dispute=dispute, by=people.council.board_representative, now=now)
    dispute = climb_to_last_stage(dispute, now=now)
    for who in (people.council.practitioner, people.health.board_representative, people.chair):
        with pytest.raises(Refused) as refused:
            referrals.open_referral(dispute=dispute, by=who, now=now)
        assert refused.value.code == "forbidden"


def test_what_is_missing_is_named_and_nothing_sent(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = climb_to_last_stage(dispute, now=now)
    by = who_may_refer(dispute)
    referral = referrals.open_referral(dispute=dispute, by=by, now=now)
    assert referrals.open_referral(dispute=dispute, by=by, now=now) == referral
    referrals.edit_referral(referral=referral, answers={"address": " "}, seen_edits=0, by=by, now=now)
    with pytest.raises(Refused, match="Before it can be sent, fill in: Address"):
        referrals.submit_referral(referral=referral, by=by, now=now)
    with pytest.raises(Refused, match="changed this referral"):
        referrals.edit_referral(referral=referral, answers={"address": "x"}, seen_edits=0, by=by, now=now)
    with pytest.raises(Refused, match="no field 'secret'"):
        referrals.edit_referral(referral=referral, answers={"secret": "x"}, seen_edits=1, by=by, now=now)
    assert fresh(dispute).status == Status.AWAITING_REFERRAL


def test_sent_it_has_a_reference_and_is_kept_as_it_was(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = referred(dispute, now=now)
    referral = Referral.objects.get()
    assert str(referral) == f"{dispute.reference}-R1"
    assert Notification.objects.filter(recipient=people.chair, event="referred").exists()
    with pytest.raises(Refused):
        referrals.edit_referral(referral=referral, answers={"address": "x"}, seen_edits=referral.edits, by=who(dispute), now=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(answers={})


def who(dispute: Dispute) -> Appointment:
    found = Referral.objects.get(dispute=dispute).submitted_by
    assert found is not None
    return found


def test_sent_back_the_next_number_begins_with_its_answers(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = referred(dispute, now=now)
    with pytest.raises(Refused, match="Say what is missing"):
        referrals.return_referral(dispute=dispute, reason="", by=people.chair, now=now)
    with pytest.raises(Refused):
        referrals.return_referral(dispute=dispute, reason="x", by=people.council.board_representative, now=now)
    following = referrals.return_referral(dispute=dispute, reason="Whom did you ask?", by=people.chair, now=now)
    assert (following.number, following.answers["adult_name"]) == (2, "Margaret Elsworth")
    assert fresh(dispute).status == Status.AWAITING_REFERRAL
    assert str(refer(dispute, now=now)) == f"{dispute.reference}-R2"


def test_nobody_to_refer_to_is_said(people: Cast, dispute: Dispute, now: datetime) -> None:
    people.chair.ends_on = date(2026, 4, 1)
    people.chair.save()
    dispute = climb_to_last_stage(dispute, now=now)
    with pytest.raises(Refused, match="Nobody in the partnership can act as board chair"):
        refer(dispute, now=now)
    assert not Referral.objects.exclude(submitted_at=None).exists()


# --- the last word (F21, F8) ---------------------------------------------------------------------------------------


def test_a_chair_of_a_party_makes_way_for_a_deputy(people: Cast, dispute: Dispute, now: datetime) -> None:
    make_appointment(Role.SENIOR_MANAGER, people.health.agency, user=people.chair.user)
    deputy = make_appointment(Role.CHAIR, partnership=people.partnership)
    dispute = referred(dispute, now=now)
    assert speakers(dispute) == [deputy]


def test_a_chair_who_became_a_party_later_is_refused(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = referred(dispute, now=now)
    make_appointment(Role.SENIOR_MANAGER, people.health.agency, user=people.chair.user)
    with pytest.raises(Refused, match="a deputy gives the last word"):
        outcomes.give_last_word(dispute=dispute, by=people.chair, now=now, **WORDS)


def test_only_whoever_has_it_gives_the_last_word(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = referred(dispute, now=now)
    for somebody in (people.council.board_representative, people.stranger, people.board_manager):
        with pytest.raises(Refused) as refused:
            outcomes.give_last_word(dispute=dispute, by=somebody, now=now, **WORDS)
        assert refused.value.code == "forbidden"
    for changes in ({"text": ""}, {"reasons": " "}):
        with pytest.raises(Refused):
            outcomes.give_last_word(dispute=dispute, by=people.chair, now=now, **WORDS | changes)


def test_a_refusal_of_the_last_word_is_the_agencys_answer(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = with_last_word(dispute, now=now)
    first, second = confirmers(dispute)
    outcomes.confirm_outcome(dispute=fresh(dispute), accepts=False, text="We hold to our decision.", by=first, now=now)
    assert fresh(dispute).status == Status.AWAITING_CONFIRMATION
    outcomes.confirm_outcome(dispute=fresh(dispute), accepts=True, text="We accept.", by=second, now=now)
    assert fresh(dispute).status == Status.CLOSED
    assert [row.accepts for row in OutcomeConfirmation.objects.all()] == [False, True]


@pytest.mark.parametrize("key", ["luton", "south_lanarkshire"])
def test_one_voice_of_two_waits_for_the_other(key: str, now: datetime) -> None:
    people = people_under(key, now=now)
    dispute = referred(make_dispute(people, now=now), now=now)
    first, second = speakers(dispute)
    outcome = outcomes.give_last_word(dispute=dispute, by=first, now=now, **WORDS)
    assert outcome.effective_at is None
    assert fresh(dispute).status == Status.REFERRED
    awaited = still_awaited(voices_of(fresh(dispute), outcome))
    assert awaited == {
        "luton": f"{second.agency.short_name}'s board representative",  # type: ignore[union-attr]
        "south_lanarkshire": "the Head of Children and Justice Services",
    }[key]
    with pytest.raises(Refused, match=r"already\. It waits for"):
        outcomes.concur(dispute=dispute, outcome=outcome, by=first, now=now)
    with pytest.raises(Refused):
        outcomes.concur(dispute=dispute, outcome=outcome, by=people.council.practitioner, now=now)
    outcomes.concur(dispute=dispute, outcome=outcome, by=second, now=now)
    outcome.refresh_from_db()
    assert outcome.effective_at == now
    assert fresh(dispute).status == Status.AWAITING_CONFIRMATION


def test_other_words_take_the_place_of_those_that_were_read(now: datetime) -> None:
    people = people_under("luton", now=now)
    dispute = referred(make_dispute(people, now=now), now=now)
    first, second = speakers(dispute)
    one = outcomes.give_last_word(dispute=dispute, by=first, now=now, **WORDS)
    with pytest.raises(Refused, match="Somebody proposed words meanwhile"):
        outcomes.give_last_word(dispute=dispute, by=second, now=now, **WORDS)
    two = outcomes.give_last_word(dispute=dispute, by=second, now=now, instead_of=one.pk, **WORDS)
    with pytest.raises(Refused, match="Somebody proposed words meanwhile"):
        outcomes.concur(dispute=dispute, outcome=one, by=second, now=now)
    outcomes.concur(dispute=dispute, outcome=two, by=first, now=now)
    one.refresh_from_db()
    assert one.contested_at == now
    assert one.effective_at is None
    assert fresh(dispute).status == Status.AWAITING_CONFIRMATION
    assert list(audit.broken_links()) == []


def test_sent_back_a_proposal_is_set_aside(now: datetime) -> None:
    people = people_under("luton", now=now)
    dispute = referred(make_dispute(people, now=now), now=now)
    first, second = speakers(dispute)
    outcomes.give_last_word(dispute=dispute, by=first, now=now, **WORDS)
    referrals.return_referral(dispute=dispute, reason="What does she want?", by=second, now=now)
    assert outcomes.standing_outcome(dispute) is None
    refer(dispute, now=now)
    assert give_last_word(dispute, now=now).effective_at is not None


def test_whoever_has_the_last_word_does_not_answer_for_an_agency(now: datetime) -> None:
    people = people_under("south_lanarkshire", now=now)
    dispute = with_last_word(make_dispute(people, now=now), now=now)
    heads = list(dispute.participants.filter(side="authority"))
    assert len(heads) == 2
    for head in heads:
        with pytest.raises(Refused):
            outcomes.confirm_outcome(dispute=dispute, accepts=True, text="Yes.", by=head.appointment, now=now)


def test_the_words_of_an_outcome_are_frozen(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = with_last_word(dispute, now=now)
    confirm_all(dispute, now=now)
    for tamper in (
        lambda: Outcome.objects.update(text="Another"),
        lambda: Outcome.objects.all().delete(),
        lambda: OutcomeConfirmation.objects.update(accepts=False),
        lambda: OutcomeConfirmation.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            tamper()


# --- further bodies (F22) ------------------------------------------------------------------------------------------


def test_the_main_board_hears_of_every_recommendation(people: Cast, dispute: Dispute, now: datetime) -> None:
    with_last_word(dispute, now=now)
    item = OnwardItem.objects.get()
    assert (item.code, item.result_at) == ("main_board", None)
    assert Notification.objects.filter(recipient=people.board_manager, text__contains="main board").exists()
    with pytest.raises(Refused, match="day of the body's meeting"):
        afterwards.record_onward_result(item=item, meeting_on=None, result="x", by=people.board_manager, now=now)
    with pytest.raises(Refused, match="only after the meeting"):
        afterwards.record_onward_result(item=item, meeting_on=date(2026, 5, 1), result="x", by=people.board_manager, now=now)
    with pytest.raises(Refused):
        afterwards.record_onward_result(item=item, meeting_on=date(2026, 4, 2), result="x", by=people.stranger, now=now)
    afterwards.record_onward_result(item=item, meeting_on=date(2026, 5, 1), result="", by=people.board_manager, now=now)
    later = now + timedelta(days=30)
    afterwards.record_onward_result(item=item, meeting_on=date(2026, 5, 1), result="Noted.", by=people.chair, now=later)
    with pytest.raises(Refused, match="recorded already"):
        afterwards.record_onward_result(item=item, meeting_on=date(2026, 5, 1), result="x", by=people.chair, now=later)


def test_the_officer_may_take_it_on_also_after_the_end(now: datetime) -> None:
    people = people_under("dundee", now=now)
    dispute = confirm_all(with_last_word(make_dispute(people, now=now), now=now), now=now)
    officer = people.chief_social_work_officer
    for code, reason, by in (("moon", "x", officer), ("apc", " ", officer), ("apc", "x", people.council.senior_manager)):
        with pytest.raises(Refused):
            afterwards.add_onward_item(dispute=dispute, code=code, reason=reason, by=by, now=now)
    afterwards.add_onward_item(dispute=dispute, code="apc", reason="It may happen again.", by=officer, now=now)
    with pytest.raises(Refused, match="on this body's list already"):
        afterwards.add_onward_item(dispute=dispute, code="apc", reason="x", by=officer, now=now)


def test_withdrawn_nothing_more_is_decided(people: Cast, dispute: Dispute, now: datetime) -> None:
    moves.withdraw(dispute=dispute, reason="Settled.", by=people.council.practitioner, now=now)
    with pytest.raises(Refused) as refused:
        outcomes.record_agreement(dispute=dispute, by=people.council.practitioner, now=now, **WORDS)
    assert refused.value.code == "stale"
    assert not OutstandingIssue.objects.exists()
