"""The pages of decisions: write and sign a record, refer, give the last word, answer in writing; strangers find nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Appointment
from decisions.actions import afterwards, records
from decisions.actions.afterwards import NewIssue
from decisions.models import DecisionRecord, OnwardItem, Outcome, OutstandingIssue
from escalation.models import Dispute, Draft
from escalation.models.dispute import Status
from tests.clock import Clock
from tests.factories import Cast, cast, make_partnership
from tests.factories_decisions import (
    COMPLETE,
    confirm_all,
    make_record,
    referred,
    sign,
    speakers,
    who_may_refer,
    with_last_word,
)  # fmt: skip
from tests.factories_disputes import climb_to_last_stage, do_raising_duties, fresh, make_dispute, people_under

pytestmark = pytest.mark.django_db

LATER = timedelta(hours=1)


@pytest.fixture
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now + LATER)
    return people_under("halton", now=now)


@pytest.fixture
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def at(name: str, dispute: Dispute, *more: int) -> str:
    return reverse(name, args=[dispute.reference, *more])


def as_(client: Client, who: Appointment) -> Client:
    client.force_login(who.user)
    return client


def typed(**changes: str) -> dict[str, str]:
    """The whole form of a record, as a browser sends it."""
    names = ("decision", "evidence", "not_known", "sources_tested", "analysis", "rationale", "policy_and_law", "plain_summary")
    data = {name: str(getattr(COMPLETE, name)) for name in names}
    data |= {"options-count": "2", "consulted-count": "1", "seen": ""}
    for number, option in enumerate(COMPLETE.options):
        data |= {f"options-{number}-{name}": str(getattr(option, name)) for name in ("option", "likely_outcome", "risks", "why")}
        data |= {f"options-{number}-is_chosen": "on"} if option.is_chosen else {}
    data |= {"consulted-0-who": "Ward manager", "consulted-0-view": "Would keep the bed."}
    data |= {"consulted-0-on_day": "1", "consulted-0-on_month": "4", "consulted-0-on_year": "2026"}
    return data | changes


def test_a_record_is_written_handed_in_and_signed_through_the_pages(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    assert client.get(at("decision_new", dispute)).status_code == 200
    response = client.post(at("decision_new", dispute), typed())
    record = DecisionRecord.objects.get()
    assert response.headers["Location"] == at("decision", dispute, record.pk)
    assert [option.is_chosen for option in record.options.all()] == [False, True]
    page = client.get(at("decision", dispute, record.pk)).content.decode()
    assert "7 of 7 elements" in page
    client.post(at("decision_submit", dispute, record.pk))
    assert "To sign off" in as_(client, people.council.line_manager).get("/").content.decode()
    assert client.get(at("decision_sign", dispute, record.pk)).status_code == 200
    response = client.post(at("decision_sign", dispute, record.pk), {"rationale": "It meets the risk at night."})
    assert response.headers["Location"] == at("dispute_decisions", dispute)
    tab = client.get(at("dispute_decisions", dispute)).content.decode()
    assert "Signed off by" in tab
    assert "It meets the risk at night." in tab
    seen_by_others = as_(client, people.health.practitioner).get(at("decision", dispute, record.pk))
    assert "It meets the risk at night." in seen_by_others.content.decode()


def test_six_of_seven_is_refused_and_named(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    record = make_record(dispute, people.council.practitioner, now=now, analysis="")
    records.submit_record(record=record, by=people.council.practitioner, now=now)
    as_(client, people.council.line_manager)
    response = client.post(at("decision_sign", dispute, record.pk), {"rationale": "I stand behind it."})
    page = response.content.decode()
    assert response.status_code == 409
    assert "6 of 7 elements are there. Missing: Analysis" in page
    assert "I stand behind it." in page
    record.refresh_from_db()
    assert record.state == "submitted"


def test_the_author_cannot_sign(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    record = make_record(dispute, people.council.practitioner, now=now)
    records.submit_record(record=record, by=people.council.practitioner, now=now)
    as_(client, people.council.practitioner)
    assert client.get(at("decision_sign", dispute, record.pk)).status_code == 403
    response = client.post(at("decision_sign", dispute, record.pk), {"rationale": "I agree with myself."})
    assert response.status_code == 403
    assert "Somebody else who manages for your agency signs it off" in response.content.decode()


def test_bad_input_keeps_what_was_typed_and_says_what_to_write(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    data = typed(decision="", **{"consulted-0-on_day": "31", "consulted-0-on_month": "2", "options-0-option": ""})
    response = client.post(at("decision_new", dispute), data)
    page = response.content.decode()
    assert "Say what was decided" in page
    assert "must be a real date" in page
    assert "Say what the option was" in page
    assert "Two falls at night in March" in page
    assert "Would keep the bed." in page
    assert not DecisionRecord.objects.exists()


def test_a_row_is_added_without_a_script_and_nothing_is_saved(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    page = client.post(at("decision_new", dispute), typed() | {"add-option": "1"}).content.decode()
    assert "options-2-option" in page
    assert "Two falls at night in March" in page
    assert not DecisionRecord.objects.exists()


def test_two_windows_one_is_told(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    record = make_record(dispute, people.council.practitioner, now=now)
    as_(client, people.council.practitioner)
    assert client.post(at("decision_edit", dispute, record.pk), typed(seen="0", decision="First")).status_code == 302
    response = client.post(at("decision_edit", dispute, record.pk), typed(seen="0", decision="Second"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "First" in page
    assert "Second" in page
    assert client.post(at("decision_edit", dispute, record.pk), typed(seen="1", decision="Second")).status_code == 302


def test_unsent_text_is_kept_with_its_rows_and_gone_once_saved(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    keep = reverse("keep_decision", args=[dispute.reference, "decision_new"])
    assert client.post(keep, typed(decision="Half a sentence")).status_code == 204
    assert client.post(reverse("keep_decision", args=[dispute.reference, "anything"]), typed()).status_code == 404
    page = client.get(at("decision_new", dispute)).content.decode()
    assert "Half a sentence" in page
    assert "Alone at night until Monday" in page
    assert "Ward manager" in page
    client.post(at("decision_new", dispute), typed())
    assert not Draft.objects.filter(form__endswith=":decision_new").exists()


def test_a_signed_record_is_corrected_in_a_new_version(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    record = sign(make_record(dispute, people.council.practitioner, now=now), people.council.line_manager, now=now)
    as_(client, people.council.practitioner)
    assert client.get(at("decision_edit", dispute, record.pk)).status_code == 403
    response = client.post(at("decision_correct", dispute, record.pk))
    version = DecisionRecord.objects.get(supersedes=record)
    assert response.headers["Location"] == at("decision_edit", dispute, version.pk)
    assert "version 2" in client.get(at("decision", dispute, version.pk)).content.decode()


def test_another_agencys_draft_is_not_there_for_the_other_side(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    record = make_record(dispute, people.council.practitioner, now=now)
    as_(client, people.health.practitioner)
    assert client.get(at("decision", dispute, record.pk)).status_code == 404
    assert record.decision not in client.get(at("dispute_decisions", dispute)).content.decode()


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
    assert "Independent scrutineer" in page
    client.post(at("add_onward", dispute), {"code": "scrutineer", "reason": "The discharge policy is silent on nights."})
    assert OnwardItem.objects.count() == 2


def test_strangers_find_nothing(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    record = make_record(dispute, people.council.practitioner, now=now)
    names = (
        "dispute_decisions", "decision_new", "record_agreement", "referral", "submit_referral", "return_referral",
        "give_outcome", "concur", "confirm_outcome", "add_issue", "add_onward",
    )  # fmt: skip
    for name in names:
        assert client.get(at(name, dispute)).headers["Location"].startswith("/account/login/"), name
    elsewhere = cast(make_partnership("dundee"))
    for who in (people.stranger, people.board_manager, elsewhere.council.practitioner, elsewhere.chair):
        as_(client, who)
        for name in names:
            assert client.get(at(name, dispute)).status_code == 404, name
            assert client.post(at(name, dispute), {"x": "1"}).status_code in (404, 405), name
        for name in ("decision", "decision_edit", "decision_submit", "decision_sign", "decision_return", "decision_correct"):
            assert client.get(at(name, dispute, record.pk)).status_code in (404, 405), name
            assert client.post(at(name, dispute, record.pk), {"x": "1"}).status_code in (404, 405), name


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_tab_asks_the_same_number_of_questions_however_much_there_is(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    owner = people.council.practitioner
    dispute = with_last_word(dispute, now=now)
    issue = NewIssue("Who pays in May", owner, (now + timedelta(days=30)).date())
    afterwards.add_issue(dispute=dispute, issue=issue, by=people.council.line_manager, now=now)
    sign(make_record(dispute, owner, now=now), people.council.line_manager, now=now)
    as_(client, owner)
    queries(client, at("dispute_decisions", dispute))
    few = queries(client, at("dispute_decisions", dispute))
    for _ in range(4):
        sign(make_record(dispute, owner, now=now), people.council.line_manager, now=now)
        afterwards.add_issue(dispute=dispute, issue=issue, by=people.council.line_manager, now=now)
    assert queries(client, at("dispute_decisions", dispute)) == few


def test_the_list_of_further_bodies_too(client: Client, people: Cast, now: datetime) -> None:
    with_last_word(make_dispute(people, now=now), now=now)
    as_(client, people.chair)
    queries(client, reverse("onward"))
    few = queries(client, reverse("onward"))
    for _ in range(2):
        with_last_word(make_dispute(people, now=now), now=now)
    assert queries(client, reverse("onward")) == few
