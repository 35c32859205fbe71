"""The pages from referral to the end: refer, give the last word, agree, answer in writing, and take to further bodies."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from decisions.models import OnwardItem, Outcome, OutstandingIssue
from escalation.models import Dispute
from escalation.models.dispute import Status
from tests.clock import Clock
from tests.decisions.deciding_pages import as_, at
from tests.factories import Cast
from tests.factories_decisions import confirm_all, referred, speakers, who_may_refer, with_last_word
from tests.factories_disputes import climb_to_last_stage, do_raising_duties, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db

LATER = timedelta(hours=1)


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now + LATER)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def test_a_referral_is_prefilled_checked_and_sent_with_a_receipt(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    dispute = climb_to_last_stage(dispute, now=now)
    by = who_may_refer(dispute)
    page = as_(client, by).get(at("referral", dispute)).content.decode()
    for known in ("Margaret Elsworth", "3 June 1941", "4 Quarry Row", people.council.practitioner.user.name, "2 April 2026"):
        assert known in page
    answers = {field.code: "" for field in dispute.rules.board_form} | {"adult_name": "Margaret Elsworth", "seen": "0"}
    assert client.post(at("referral", dispute), answers | {"check": "1"}).headers["Location"] == at("submit_referral", dispute)
    check = client.get(at("submit_referral", dispute)).content.decode()
    assert "Still missing" in check
    refused = client.post(at("submit_referral", dispute), {"seen": dispute.token})
    assert "Before it can be sent, fill in: Date of birth; Address;" in refused.content.decode()
    filled = {field.code: "Filled in." for field in dispute.rules.board_form} | {"seen": "1"}
    client.post(at("referral", dispute), filled | {"check": "1"})
    sent = client.post(at("submit_referral", dispute), {"seen": dispute.token}, follow=True).content.decode()
    assert f"{dispute.reference}-R1" in sent
    assert fresh(dispute).status == Status.REFERRED
    assert as_(client, people.chair).get(at("referral", dispute)).status_code == 200


def test_the_chair_sends_it_back_and_the_next_begins_with_its_answers(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    dispute = referred(dispute, now=now)
    as_(client, people.chair)
    assert "Say what is missing" in client.post(at("return_referral", dispute), {"seen": dispute.token}).content.decode()
    client.post(at("return_referral", dispute), {"reason": "Whom did you speak to?", "seen": dispute.token})
    dispute = fresh(dispute)
    assert dispute.status == Status.AWAITING_REFERRAL
    page = as_(client, who_may_refer(dispute)).get(at("referral", dispute)).content.decode()
    assert "Whom did you speak to?" in page
    assert "Margaret Elsworth" in page


def test_the_last_word_each_answer_and_the_end(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = referred(dispute, now=now)
    as_(client, people.chair)
    page = client.get(at("give_outcome", dispute)).content.decode()
    assert "What do you recommend?" in page
    owner = people.health.board_representative
    answers = {
        "text": "The sitter starts before the discharge.", "reasons": "The risk is at night.", "seen": dispute.token,
        "issue-0-what": "Who pays in May", "issue-0-owner": str(owner.pk), "issue-0-due_on_day": "1",
        "issue-0-due_on_month": "5", "issue-0-due_on_year": "2026",
    }  # fmt: skip
    lacking = client.post(at("give_outcome", dispute), answers | {"issue-0-owner": ""})
    assert "Choose who pursues it" in lacking.content.decode()
    assert client.post(at("give_outcome", dispute), answers).status_code == 302
    assert "Recommended" in client.get(at("dispute_decisions", dispute)).content.decode()
    assert client.get(at("confirm_outcome", dispute)).status_code == 403
    for who in (people.council.line_manager, people.health.line_manager):
        as_(client, who)
        seen = fresh(dispute).token
        silent = client.post(at("confirm_outcome", dispute), {"accepts": "yes", "seen": seen})
        assert "Say in writing what your agency will do" in silent.content.decode()
        done = client.post(at("confirm_outcome", dispute), {"accepts": "yes", "text": "We do our part.", "seen": seen})
        assert done.status_code == 302, done.content.decode()[-2000:]
    assert fresh(dispute).status == Status.CLOSED
    issue = OutstandingIssue.objects.get()
    as_(client, owner)
    assert "Who pays in May" in client.get("/").content.decode()
    client.post(at("complete_issue", dispute, issue.pk), {"note": "Agreed in writing on 30 April."})
    issue.refresh_from_db()
    assert issue.done_at is not None


def test_two_voices_wait_for_each_other_in_words(client: Client, now: datetime, clock: Clock) -> None:
    clock.move_to(now + LATER)
    people = people_under("luton", now=now)
    dispute = referred(make_dispute(people, now=now), now=now)
    first, second = speakers(dispute)
    answers = {"text": "A joint plan.", "reasons": "Both can carry it.", "seen": dispute.token}
    as_(client, first).post(at("give_outcome", dispute), answers)
    tab = as_(client, people.council.practitioner).get(at("dispute_decisions", dispute)).content.decode()
    assert second.agency is not None
    assert f"It waits for {second.agency.short_name}" in tab
    late = as_(client, second).post(at("give_outcome", dispute), answers | {"text": "Mine."})
    assert late.status_code == 409
    assert "Mine." in late.content.decode()
    proposed = Outcome.objects.get()
    assert client.get(at("concur", dispute)).status_code == 200
    done = client.post(at("concur", dispute), {"outcome": proposed.pk, "comment": "Yes.", "seen": fresh(dispute).token})
    assert done.status_code == 302
    assert fresh(dispute).status == Status.AWAITING_CONFIRMATION


def test_an_agreement_says_what_bars_it_and_keeps_what_was_typed(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    as_(client, people.council.practitioner)
    answers = {"text": "A sitter starts on Monday.", "reasons": "It meets the risk.", "seen": dispute.token}
    refused = client.post(at("record_agreement", dispute), answers)
    assert refused.status_code == 409
    assert "Before this can be done" in refused.content.decode()
    assert "A sitter starts on Monday." in refused.content.decode()
    do_raising_duties(dispute, now=now)
    assert client.post(at("record_agreement", dispute), answers).status_code == 302
    assert fresh(dispute).status == Status.AWAITING_CONFIRMATION


def test_further_bodies_have_a_list_with_meeting_and_result(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    dispute = confirm_all(with_last_word(dispute, now=now), now=now)
    item = OnwardItem.objects.get()
    page = as_(client, people.board_manager).get(reverse("onward")).content.decode()
    assert dispute.reference in page
    address = reverse("onward_result", args=[item.pk])
    assert client.get(address).status_code == 200
    when = {"meeting_on_day": "2", "meeting_on_month": "4", "meeting_on_year": "2026"}
    assert "Give the day" in client.post(address, {"result": "Noted"}).content.decode()
    assert client.post(address, when | {"result": "Noted; guidance changes."}).status_code == 302
    item.refresh_from_db()
    assert item.result == "Noted; guidance changes."
    assert as_(client, people.stranger).get(address).status_code == 404
    representative = people.council.board_representative
    page = as_(client, representative).get(at("add_onward", dispute)).content.decode()
    assert "Independent scrutineer" not in page  # gets what was learned without names, never the dispute itself
    client.post(at("add_onward", dispute), {"code": "scrutineer", "reason": "The discharge policy is silent on nights."})
    assert OnwardItem.objects.count() == 1
    dundee = people_under("dundee", now=now)
    last = confirm_all(with_last_word(make_dispute(dundee, now=now), now=now), now=now)
    page = as_(client, dundee.chief_social_work_officer).get(at("add_onward", last)).content.decode()
    assert "Adult Protection Committee" in page
    client.post(at("add_onward", last), {"code": "apc", "reason": "It may happen again."})
    assert OnwardItem.objects.count() == 2
