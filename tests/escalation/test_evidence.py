"""Evidence on its pages and in the API: who hands in, who takes out, who learns nothing, and what is recorded (F48)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django import conf
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from cases.roles import Nation
from decisions.exports import assemble
from escalation.actions.evidence import HandedIn, add_evidence, withdraw_evidence
from escalation.actions.protocols import publish_protocol
from escalation.actions.scanning import claim, scan
from escalation.evidence import files
from escalation.models import ChronologyEntry, Dispute, Evidence
from escalation.protocol_files import load
from escalation.verbs import may
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.escalation import evidence_corpus as corpus
from tests.escalation.test_protocol_tracks import FILE
from tests.factories import Cast, cast, make_partnership
from tests.factories_disputes import climb, fresh, make_dispute, make_theme, people_under

pytestmark = pytest.mark.django_db
CHART = b"Seen at nine. Could not stand alone."
NAME, SHOWS = "Margaret Elsworth chart.txt", "The ward chart of 1 April."


@pytest.fixture
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@pytest.fixture
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


def hand_in(dispute: Dispute, by: Appointment, now: datetime, content: bytes = CHART) -> Evidence:
    return add_evidence(dispute=fresh(dispute), handed_in=HandedIn(content, NAME, SHOWS), by=by, now=now)


def scan_all(now: datetime) -> None:
    soon = now + timedelta(minutes=1)
    while (row := claim(now=soon)) is not None and scan(row, now=soon):
        pass


def upload(content: bytes = CHART, name: str = NAME) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def address(dispute: Dispute, rest: str = "") -> str:
    return f"/disputes/{dispute.reference}/evidence/{rest}"


def files_root() -> Path:
    root: Path = conf.settings.EVIDENCE_ROOT
    return root


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


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


def test_a_photograph_is_given_out_without_its_place(evidence: Evidence, dispute: Dispute, people: Cast, now: datetime) -> None:
    photo = corpus.jpeg()
    row = hand_in(dispute, people.council.practitioner, now, photo)
    with files.open_checked(files_root(), row.stored_as, row.sha256) as kept:
        assert b"Exif" not in kept.read()
    assert row.received_sha256 == hashlib.sha256(photo).hexdigest() != row.sha256
    assert row.label == "E1-02"


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"<svg onload='x'/>", "web page"), (corpus.bomb(), "far larger"), (corpus.pdf("script"), "programs")],
    ids=["empty", "svg", "bomb", "script"],
)
def test_what_is_refused_is_told_at_the_file_and_what_was_typed_stays(
    client: Client, dispute: Dispute, people: Cast, content: bytes, words: str
) -> None:
    client.force_login(people.council.practitioner.user)
    before = set(files_root().glob("*/*"))
    page = client.post(address(dispute, "add/"), {"shows": SHOWS, "file": upload(content, "chart.pdf")})
    assert page.status_code == 200
    assert words in page.content.decode()
    assert SHOWS in page.content.decode()
    assert not Evidence.objects.exists()
    assert set(files_root().glob("*/*")) == before
    answer = signed_in(people.council.practitioner).post(
        one(dispute, "evidence/"), {"shows": SHOWS, "file": upload(content)}, format="multipart"
    )
    assert (answer.status_code, answer.json()["field"]) == (400, "file")


def test_a_file_beyond_the_limit_is_dropped_and_the_rest_is_kept(
    client: Client, dispute: Dispute, people: Cast, settings: LazySettings
) -> None:
    settings.EVIDENCE_LARGEST = 100_000
    client.force_login(people.council.practitioner.user)
    page = client.post(address(dispute, "add/"), {"file": upload(b"x" * 200_000), "shows": SHOWS}).content.decode()
    assert "larger than 20 MB" in page
    assert SHOWS in page
    api = signed_in(people.council.practitioner)
    answer = api.post(one(dispute, "evidence/"), {"shows": SHOWS, "file": upload(b"x" * 200_000)}, format="multipart")
    assert (answer.status_code, answer.json()["field"]) == (400, "file")
    assert "larger" in answer.json()["message"]


def test_a_file_that_was_right_is_to_be_chosen_again(client: Client, dispute: Dispute, people: Cast) -> None:
    client.force_login(people.council.practitioner.user)
    page = client.post(address(dispute, "add/"), {"shows": "", "file": upload()}).content.decode()
    assert "Say what the file shows" in page
    assert "Choose the file again" in page


def test_a_name_with_a_nul_is_cleaned(dispute: Dispute, people: Cast) -> None:
    content = (
        f'--b\r\nContent-Disposition: form-data; name="shows"\r\n\r\n{SHOWS}\r\n--b\r\nContent-Disposition: form-data; '
        'name="file"; filename="cha\x00rt.pdf.exe"\r\nContent-Type: text/html\r\n\r\nSeen.\r\n--b--\r\n'
    )
    api = signed_in(people.council.practitioner)
    answer: Any = api.generic("POST", one(dispute, "evidence/"), content, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 201, answer.content
    assert "\x00" not in answer.json()["original_name"]
    assert answer.json()["media_type"] == "text/plain"


def test_the_same_file_twice_is_one(evidence: Evidence, dispute: Dispute, people: Cast, now: datetime) -> None:
    with pytest.raises(Refused, match="already, as E1-01"):
        hand_in(dispute, people.council.practitioner, now)
    assert len(list(files_root().glob(f"{evidence.stored_as[:2]}/{evidence.stored_as}"))) == 1


def test_who_is_not_on_it_hands_in_nothing(dispute: Dispute, people: Cast, now: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        hand_in(dispute, people.stranger, now)
    assert refusal.value.code == "forbidden"


def test_a_theme_takes_no_files(now: datetime) -> None:
    made = cast(make_partnership("saltmarsh", reference_prefix="SAL", nation=Nation.ENGLAND_AND_WALES))
    publish_protocol(partnership=made.partnership, document=load(FILE), by=None, now=now)
    theme = make_theme(made, now=now)
    with pytest.raises(Refused, match="no personal data"):
        hand_in(theme, made.council.senior_manager, now)
    assert not may("add_evidence", fresh(theme), made.council.senior_manager)


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


def test_what_is_typed_beside_a_file_is_kept_until_it_is_sent(client: Client, dispute: Dispute, people: Cast) -> None:
    client.force_login(people.council.practitioner.user)
    assert client.post(f"/drafts/{dispute.reference}/add_evidence/", {"shows": "The chart of", "file": "x"}).status_code == 204
    assert "The chart of" in client.get(address(dispute, "add/")).content.decode()
