"""Evidence on its pages and in the API: who takes it out, who learns nothing, what is recorded, what the database keeps (F48)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, connection, transaction
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from decisions.exports import assemble
from escalation.actions.evidence import withdraw_evidence
from escalation.actions.scanning import claim
from escalation.evidence import files
from escalation.models import ChronologyEntry, Dispute, Evidence
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.escalation import evidence_corpus as corpus
from tests.escalation.evidence_steps import CHART, NAME, SHOWS, address, body, files_root, hand_in, scan_all, upload
from tests.factories import Cast
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


@pytest.fixture
def evidence(dispute: Dispute, people: Cast, now: datetime) -> Evidence:
    return hand_in(dispute, people.council.practitioner, now)


@pytest.fixture
def scanner(settings: LazySettings) -> Iterator[corpus.Clamd]:
    running = corpus.Clamd()
    settings.CLAMAV_URL = running.url
    yield running
    running.stop()


def test_from_the_form_to_the_file(client: Client, dispute: Dispute, people: Cast, now: datetime, scanner: corpus.Clamd) -> None:
    client.force_login(people.council.practitioner.user)
    assert "No evidence was handed in" in client.get(address(dispute)).content.decode()
    assert 'enctype="multipart/form-data"' in client.get(address(dispute, "add/")).content.decode()
    assert client.post(address(dispute, "add/"), {"shows": SHOWS, "file": upload()}).status_code == 302
    row = Evidence.objects.get()
    assert (row.label, row.media_type, row.original_name, row.size) == ("E1-01", "text/plain", NAME, len(CHART))
    assert client.get(address(dispute, f"{row.pk}/file/")).status_code == 409
    scan_all(now)
    client.force_login(people.health.practitioner.user)
    page = client.get(address(dispute)).content.decode()
    assert "nothing found" in page
    assert NAME in page
    answer = client.get(address(dispute, f"{row.pk}/file/"))
    assert body(answer) == CHART
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{dispute.reference}-E1-01.txt"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer.headers["Cache-Control"]
    taken = AuditEvent.objects.get(action="evidence_taken_out")
    assert taken.appointment_id == people.health.practitioner.pk
    assert taken.data["sha256"] == hashlib.sha256(CHART).hexdigest()


def test_neither_the_name_nor_words_are_in_the_audit_trail_and_the_name_is_not_in_the_story(evidence: Evidence) -> None:
    event = AuditEvent.objects.get(action="evidence_added")
    assert event.data["sha256"] == evidence.sha256
    told = ChronologyEntry.objects.get(headline="Evidence E1-01 was added: Plain text")
    assert told.body == SHOWS
    assert "Margaret" not in str(event.data) + told.headline + told.body + evidence.given_out_as + evidence.stored_as


@pytest.mark.parametrize("who", ["stranger", "charity", "board_manager"])
def test_others_learn_nothing(client: Client, evidence: Evidence, dispute: Dispute, people: Cast, who: str) -> None:
    held: Appointment = getattr(people, who)
    client.force_login(held.user)
    for rest in ("", "add/", f"{evidence.pk}/file/", f"{evidence.pk}/withdraw/"):
        answer = client.get(address(dispute, rest))
        assert answer.status_code == 404
        assert SHOWS not in answer.content.decode()
    assert signed_in(held).get(one(dispute, "evidence/")).status_code == 404
    assert signed_in(held).get(one(dispute, f"evidence/{evidence.pk}/file/")).status_code == 404


def test_the_other_side_learns_nothing_of_a_stage_inside_one_agency(
    client: Client, now: datetime, clock: Clock, scanner: corpus.Clamd
) -> None:
    clock.move_to(now)
    people = people_under("south_lanarkshire", now=now)
    dispute = make_dispute(people, now=now)
    while not dispute.rules_now.single_agency:
        dispute = climb(dispute, now=now)
    hidden = hand_in(dispute, people.council.practitioner, now)
    dispute = climb(dispute, now=now)
    shared = hand_in(dispute, people.council.senior_manager, now, b"Seen again at ten.")
    scan_all(now)
    other = people.health.senior_manager
    client.force_login(other.user)
    page = client.get(address(dispute)).content.decode()
    assert shared.label in page
    assert hidden.label not in page
    assert client.get(address(dispute, f"{hidden.pk}/file/")).status_code == 404
    assert client.get(address(dispute, f"{hidden.pk}/withdraw/")).status_code == 404
    assert [row["id"] for row in signed_in(other).get(one(dispute, "evidence/")).json()] == [shared.pk]
    assert hidden.sha256 not in str(assemble(fresh(dispute), kind="case_history", reason="r", by=other, now=now))


def test_the_case_history_has_its_fingerprint(evidence: Evidence, dispute: Dispute, people: Cast, now: datetime) -> None:
    made = assemble(fresh(dispute), kind="case_history", reason="r", by=people.health.practitioner, now=now)
    (found,) = [one for one in made["sections"] if one["key"] == "evidence"]
    assert evidence.sha256 in str(found)
    assert NAME not in str(made)


def test_without_a_scanner_nothing_is_given_out_unless_that_was_decided(
    client: Client, evidence: Evidence, dispute: Dispute, people: Cast, settings: LazySettings, now: datetime
) -> None:
    client.force_login(people.health.practitioner.user)
    assert "no scanner is configured" in client.get(address(dispute)).content.decode()
    page = client.get(address(dispute, f"{evidence.pk}/file/"))
    assert page.status_code == 409
    assert CHART not in page.content
    assert claim(now=now) is None
    settings.EVIDENCE_WITHOUT_SCANNER = True
    assert "not scanned for harm" in client.get(address(dispute)).content.decode()
    assert body(client.get(address(dispute, f"{evidence.pk}/file/"))) == CHART
    assert AuditEvent.objects.get(action="evidence_taken_out").data["state"] == "quarantined"


def test_what_was_changed_on_disk_is_given_out_to_nobody(
    client: Client, evidence: Evidence, dispute: Dispute, people: Cast, now: datetime, scanner: corpus.Clamd
) -> None:
    scan_all(now)
    files.path_of(files_root(), evidence.stored_as).write_bytes(CHART.replace(b"not", b"now"))
    client.force_login(people.health.practitioner.user)
    page = client.get(address(dispute, f"{evidence.pk}/file/"))
    assert page.status_code == 409
    assert "not what was handed in" in page.content.decode()
    files.remove(files_root(), evidence.stored_as)
    assert signed_in(people.health.practitioner).get(one(dispute, f"evidence/{evidence.pk}/file/")).status_code == 409
    assert AuditEvent.objects.filter(action="evidence_damaged").count() == 2


def test_withdrawn_it_stays_and_is_given_out_to_nobody(
    client: Client, evidence: Evidence, dispute: Dispute, people: Cast, now: datetime, scanner: corpus.Clamd
) -> None:
    scan_all(now)
    client.force_login(people.health.practitioner.user)
    assert client.get(address(dispute, f"{evidence.pk}/withdraw/")).status_code == 403
    client.force_login(people.council.practitioner.user)
    assert client.get(address(dispute, f"{evidence.pk}/withdraw/")).status_code == 200
    assert client.post(address(dispute, f"{evidence.pk}/withdraw/"), {"why": "The wrong file."}).status_code == 302
    page = client.get(address(dispute)).content.decode()
    assert "The wrong file." in page
    assert client.get(address(dispute, f"{evidence.pk}/file/")).status_code == 409
    evidence.refresh_from_db()
    with pytest.raises(Refused, match="already"):
        withdraw_evidence(evidence=evidence, why="Again.", by=people.council.practitioner, now=now)
    assert files.path_of(files_root(), evidence.stored_as).is_file()


def test_over_json(dispute: Dispute, people: Cast, now: datetime, scanner: corpus.Clamd) -> None:
    api = signed_in(people.council.practitioner)
    made = api.post(one(dispute, "evidence/"), {"shows": SHOWS, "file": upload()}, format="multipart")
    assert made.status_code == 201
    pk = made.json()["id"]
    assert "stored_as" not in made.json()
    assert api.get(one(dispute, f"evidence/{pk}/file/")).status_code == 409
    scan_all(now)
    (row,) = signed_in(people.health.practitioner).get(one(dispute, "evidence/")).json()
    assert (row["state"], row["why_not_given_out"], row["scanner"]) == ("clean", "", "ClamAV 1.4.6/27000/test")
    taken: Any = signed_in(people.health.practitioner).get(one(dispute, f"evidence/{pk}/file/"))
    assert body(taken) == CHART
    assert api.post(one(dispute, f"evidence/{pk}/withdraw/"), {"why": "Wrong file."}).json()["withdrawn_why"] == "Wrong file."


@pytest.mark.parametrize(
    "change", ["sha256 = repeat('0', 64)", "shows = 'x'", "dispute_id = dispute_id + 1", "stored_as = repeat('0', 32)"]
)
def test_the_database_keeps_what_a_file_is(evidence: Evidence, change: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE escalation_evidence SET {change}")  # noqa: S608
    with pytest.raises(DatabaseError), transaction.atomic():
        evidence.delete()


def test_a_verdict_is_final(evidence: Evidence, now: datetime, scanner: corpus.Clamd) -> None:
    scan_all(now)
    with pytest.raises(DatabaseError), transaction.atomic():
        Evidence.objects.update(state="refused", reason="x")
