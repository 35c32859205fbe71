"""Decision records: seven elements, sign-off by somebody else with their own reasons, frozen by the database, corrected anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Role
from decisions.actions import records
from decisions.completeness import ConsultedText, Content, OptionText, elements_of, missing_in_words
from decisions.models import Consulted, DecisionOption, DecisionRecord, Outcome, SignOff
from decisions.permissions import may_sign
from escalation.models import Dispute, Notification
from escalation.models.dispute import Status
from tests.factories import Cast, make_appointment
from tests.factories_decisions import COMPLETE, complete_content, make_record, sign
from tests.factories_disputes import climb, do_raising_duties, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db

REASONS = "The risk is at night; this meets it."


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def submitted(dispute: Dispute, by: Appointment, now: datetime, **changes: object) -> DecisionRecord:
    record = make_record(dispute, by, now=now, **changes)
    return records.submit_record(record=record, by=by, now=now)


# --- the seven elements (F38) --------------------------------------------------------------------------------------


def test_an_empty_record_misses_all_seven() -> None:
    elements = elements_of(Content(decision="It is delayed."))
    assert [element.source for element in elements] == ["A-01", "A-02", "A-03", "A-04", "A-05", "A-06", "A-07"]
    assert not any(element.is_done for element in elements)


def test_a_complete_one_misses_none() -> None:
    assert missing_in_words(COMPLETE) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"evidence": " "}, "say which evidence it rests on"),
        ({"not_known": ""}, "not known at the time"),
        ({"sources_tested": ""}, "how the sources were tested"),
        ({"analysis": ""}, "what the facts mean"),
        ({"options": COMPLETE.options[:1]}, "weigh at least two options (there is one)"),
        ({"options": ()}, "weigh at least two options (there is none)"),
        ({"options": tuple(replace(option, is_chosen=True) for option in COMPLETE.options)}, "the one option that was chosen"),
        ({"options": tuple(replace(option, is_chosen=False) for option in COMPLETE.options)}, "the one option that was chosen"),
        ({"rationale": ""}, "give the reasons"),
        ({"consulted": ()}, "who was consulted"),
        ({"policy_and_law": ""}, "policy and the law"),
        ({"plain_summary": ""}, "summary for the person"),
    ],
)
def test_six_of_seven_names_the_one(changes: dict[str, object], words: str) -> None:
    said = missing_in_words(complete_content(**changes))
    assert said.startswith("6 of 7 elements are there. Missing: ")
    assert words in said


# --- writing -------------------------------------------------------------------------------------------------------


def test_a_record_may_begin_with_the_decision_alone(people: Cast, dispute: Dispute, now: datetime) -> None:
    record = records.draft_record(dispute=dispute, content=Content(decision="Delay."), by=people.council.practitioner, now=now)
    assert (record.state, record.agency, record.version) == ("draft", people.council.agency, 1)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (Content(decision=" "), "decision"),
        (complete_content(options=(OptionText(" ", "x"),)), "options"),
        (complete_content(consulted=(ConsultedText("", date(2026, 4, 1), "x"),)), "consulted"),
        (complete_content(consulted=(ConsultedText("Ward manager", date(2026, 4, 3), "x"),)), "consulted"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    people: Cast, dispute: Dispute, now: datetime, content: Content, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        records.draft_record(dispute=dispute, content=content, by=people.council.practitioner, now=now)
    assert refused.value.field == field
    assert not DecisionRecord.objects.exists()


def test_who_is_not_on_it_writes_nothing(people: Cast, dispute: Dispute, now: datetime) -> None:
    for who in (people.stranger, people.chair, people.auditor, people.board_manager):
        with pytest.raises(Refused) as refused:
            make_record(dispute, who, now=now)
        assert refused.value.code == "forbidden"


def test_only_the_author_changes_it_and_only_what_they_saw(people: Cast, dispute: Dispute, now: datetime) -> None:
    record = make_record(dispute, people.council.practitioner, now=now)
    new = complete_content(decision="Until Tuesday.")
    with pytest.raises(Refused, match="Only the person who began"):
        records.edit_record(record=record, content=new, seen_edits=0, by=people.health.practitioner, now=now)
    records.edit_record(record=record, content=new, seen_edits=0, by=people.council.practitioner, now=now)
    with pytest.raises(Refused) as refused:
        records.edit_record(record=record, content=COMPLETE, seen_edits=0, by=people.council.practitioner, now=now)
    assert refused.value.code == "stale"
    record.refresh_from_db()
    assert (record.decision, record.edits, record.options.count()) == ("Until Tuesday.", 1, 2)


def test_handed_in_it_waits_and_a_manager_is_brought_in_and_told(people: Cast, dispute: Dispute, now: datetime) -> None:
    by = people.council.practitioner
    record = submitted(dispute, by, now)
    assert dispute.participants.filter(appointment=people.council.line_manager, side="raising").exists()
    assert Notification.objects.filter(recipient=people.council.line_manager, text__contains="your sign-off").count() == 1
    with pytest.raises(Refused, match="waits for sign-off"):
        records.edit_record(record=record, content=COMPLETE, seen_edits=0, by=by, now=now)
    with pytest.raises(Refused, match="waits for sign-off"):
        records.submit_record(record=record, by=by, now=now)


# --- signing (F39) -------------------------------------------------------------------------------------------------


def test_the_author_never_signs_in_any_of_their_roles(people: Cast, dispute: Dispute, now: datetime) -> None:
    by = people.council.practitioner
    record = submitted(dispute, by, now)
    acting_up = make_appointment(Role.LINE_MANAGER, people.council.agency, user=by.user)
    for who in (by, acting_up):
        assert not may_sign(record, who)
        with pytest.raises(Refused, match="You wrote this record"):
            records.sign_record(record=record, rationale=REASONS, by=who, now=now)


@pytest.mark.parametrize("who", ["health", "stranger", "chair"])
def test_somebody_elses_manager_does_not_sign(people: Cast, dispute: Dispute, now: datetime, who: str) -> None:
    signers = {"health": people.health.line_manager, "stranger": people.stranger, "chair": people.chair}
    record = submitted(dispute, people.council.practitioner, now)
    with pytest.raises(Refused) as refused:
        records.sign_record(record=record, rationale=REASONS, by=signers[who], now=now)
    assert refused.value.code == "forbidden"


def test_a_signature_needs_its_own_reasons_and_all_seven(people: Cast, dispute: Dispute, now: datetime) -> None:
    record = submitted(dispute, people.council.practitioner, now, policy_and_law="")
    with pytest.raises(Refused, match="your own reasons"):
        records.sign_record(record=record, rationale="  ", by=people.council.line_manager, now=now)
    with pytest.raises(Refused, match=r"6 of 7.*Policy and law"):
        records.sign_record(record=record, rationale=REASONS, by=people.council.line_manager, now=now)
    assert not SignOff.objects.exists()


def test_returned_it_is_changed_and_signed(people: Cast, dispute: Dispute, now: datetime) -> None:
    by, manager = people.council.practitioner, people.council.line_manager
    record = submitted(dispute, by, now, policy_and_law="")
    with pytest.raises(Refused, match="Say what you want"):
        records.return_record(record=record, rationale="", by=manager, now=now)
    records.return_record(record=record, rationale="Name the policy.", by=manager, now=now)
    with pytest.raises(Refused, match="does not wait for a signature"):
        records.sign_record(record=record, rationale=REASONS, by=manager, now=now)
    records.edit_record(record=record, content=COMPLETE, seen_edits=0, by=by, now=now)
    records.submit_record(record=record, by=by, now=now + timedelta(minutes=5))
    records.sign_record(record=record, rationale=REASONS, by=manager, now=now + timedelta(minutes=9))
    assert [row.verdict for row in record.sign_offs.all()] == ["returned", "signed"]
    assert list(audit.broken_links()) == []


def test_signed_it_says_who_in_which_role_and_why(people: Cast, dispute: Dispute, now: datetime) -> None:
    record = sign(make_record(dispute, people.council.practitioner, now=now), people.council.line_manager, now=now)
    signed = record.sign_offs.get()
    assert signed.by_words == people.council.line_manager.described
    assert signed.rationale == REASONS
    assert signed.sha256 == record.sha256 == records.frozen_digest(record, signed)
    entry = dispute.chronology.get(kind="decision")
    assert record.decision in entry.body
    assert record.rationale in entry.body
    assert REASONS in entry.body


def test_the_digest_is_of_every_word(people: Cast, dispute: Dispute, now: datetime) -> None:
    record = sign(make_record(dispute, people.council.practitioner, now=now), people.council.line_manager, now=now)
    signed = record.sign_offs.get()
    whole = records.frozen_digest(record, signed)
    record.analysis += "."
    assert records.frozen_digest(record, signed) != whole
    record.analysis = record.analysis[:-1]
    signed.rationale += "."
    assert records.frozen_digest(record, signed) != whole


def test_the_database_keeps_a_signed_record_as_it_was(people: Cast, dispute: Dispute, now: datetime) -> None:
    record = sign(make_record(dispute, people.council.practitioner, now=now), people.council.line_manager, now=now)
    tampering: list[Callable[[], object]] = [
        lambda: DecisionRecord.objects.filter(pk=record.pk).update(decision="Another"),
        lambda: DecisionRecord.objects.filter(pk=record.pk).update(state="draft", signed_at=None, sha256=""),
        lambda: DecisionRecord.objects.filter(pk=record.pk).delete(),
        lambda: DecisionOption.objects.filter(record=record).update(option="Another"),
        lambda: DecisionOption.objects.filter(record=record).delete(),
        lambda: DecisionOption.objects.create(record=record, option="A third"),
        lambda: Consulted.objects.filter(record=record).delete(),
        lambda: SignOff.objects.filter(record=record).update(rationale="Another"),
        lambda: SignOff.objects.filter(record=record).delete(),
    ]
    for tamper in tampering:
        with pytest.raises(DatabaseError), transaction.atomic():
            tamper()


def test_a_correction_is_a_new_version_and_both_stay(people: Cast, dispute: Dispute, now: datetime) -> None:
    by, manager = people.council.practitioner, people.council.line_manager
    first = sign(make_record(dispute, by, now=now), manager, now=now)
    with pytest.raises(Refused, match="Begin a correction"):
        records.edit_record(record=first, content=COMPLETE, seen_edits=0, by=by, now=now)
    with pytest.raises(Refused):
        records.correct_record(record=first, by=people.health.practitioner, now=now)
    second = records.correct_record(record=first, by=by, now=now)
    with pytest.raises(Refused, match="begun already"):
        records.correct_record(record=first, by=by, now=now)
    assert (second.version, second.content) == (2, COMPLETE)
    assert not DecisionRecord.objects.get(pk=first.pk).is_superseded
    records.edit_record(record=second, content=complete_content(decision="Until Tuesday."), seen_edits=0, by=by, now=now)
    sign(second, manager, now=now)
    first = DecisionRecord.objects.get(pk=first.pk)
    assert first.is_superseded
    assert (first.decision, first.state) == (COMPLETE.decision, "signed")


# --- a decision that settles it ------------------------------------------------------------------------------------


def test_a_decision_that_settles_it_asks_each_agency_to_confirm(people: Cast, dispute: Dispute, now: datetime) -> None:
    do_raising_duties(dispute, now=now)
    sign(make_record(fresh(dispute), people.council.practitioner, now=now, settles=True), people.council.line_manager, now=now)
    outcome = Outcome.objects.get()
    assert (outcome.source, outcome.verb) == ("decision", "Agreed")
    assert fresh(dispute).status == Status.AWAITING_CONFIRMATION


def test_while_a_gate_is_shut_it_is_neither_signed_nor_settled(people: Cast, dispute: Dispute, now: datetime) -> None:
    record = submitted(dispute, people.council.practitioner, now, settles=True)
    with pytest.raises(Refused) as refused:
        records.sign_record(record=record, rationale=REASONS, by=people.council.line_manager, now=now)
    assert refused.value.code == "shut"
    record.refresh_from_db()
    assert record.state == "submitted"
    assert not SignOff.objects.exists()


def test_in_a_stage_inside_one_agency_it_is_that_agencys_alone(now: datetime) -> None:
    people = people_under("dundee", now=now)
    dispute = climb(make_dispute(people, now=now), now=now)
    assert dispute.rules_now.single_agency
    with pytest.raises(Refused):
        make_record(dispute, people.health.practitioner, now=now)
    sign(make_record(dispute, people.council.practitioner, now=now), people.council.line_manager, now=now)
    assert dispute.chronology.get(headline__contains="decision signed off").only_agency == people.council.agency
