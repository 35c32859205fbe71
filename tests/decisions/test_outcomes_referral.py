"""Referral (F20): prefilled, under the right name, checked before it is sent, kept as it was, and sent back with reasons."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import DatabaseError, transaction

from cases.errors import Refused
from cases.models import Appointment
from decisions.actions import referrals
from decisions.models import Referral
from decisions.prefill import prefilled
from escalation.models import Dispute, Notification
from escalation.models.dispute import Status
from tests.factories import Cast
from tests.factories_decisions import refer, referred, who_may_refer
from tests.factories_disputes import climb_to_last_stage, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


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
