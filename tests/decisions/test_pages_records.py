"""The pages of a decision record: written, handed in, signed, corrected, and nothing that was typed lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from cases.models import Appointment, Typed
from decisions.actions import records
from decisions.models import DecisionRecord
from escalation.models import Dispute
from tests.clock import Clock
from tests.decisions.deciding_pages import as_, at, typed
from tests.factories import Cast
from tests.factories_decisions import make_record, sign
from tests.factories_disputes import make_dispute, people_under
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


def test_nobody_before_their_stage_reads_that_a_decision_waits(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    author, line = people.council.practitioner, f"A decision by {people.council.practitioner.user.name}"
    record = make_record(dispute, author, now=now)
    records.submit_record(record=record, by=author, now=now)
    may = {who: opens(client, who, dispute, record) for who in (people.council.line_manager, people.council.senior_manager)}
    assert list(may.values()) == [200, 404]
    for who, status in may.items():
        assert (line in as_(client, who).get("/").content.decode()) == (status == 200)


def opens(client: Client, who: Appointment, dispute: Dispute, record: DecisionRecord) -> int:
    return as_(client, who).get(at("decision", dispute, record.pk)).status_code


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
    half = typed(decision="Half a sentence")
    assert client.post(at("decision_new", dispute), half, headers={"X-Autosave": "1"}).status_code == 204
    page = client.get(at("decision_new", dispute)).content.decode()
    assert "Half a sentence" in page
    assert "Alone at night until Monday" in page
    assert "Ward manager" in page
    client.post(at("decision_new", dispute), typed())
    assert not Typed.objects.exists()


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
