"""What is taken as evidence when it is handed in, and what its page and the API say when it is not (F48)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from cases.errors import Refused
from cases.roles import Nation
from escalation.actions.protocols import publish_protocol
from escalation.evidence import files
from escalation.models import Dispute, Evidence
from escalation.protocol_files import load
from escalation.verbs import may
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.escalation import evidence_corpus as corpus
from tests.escalation.evidence_steps import SHOWS, address, files_root, hand_in, upload
from tests.escalation.test_protocol_tracks import FILE
from tests.factories import Cast, cast, make_partnership
from tests.factories_disputes import fresh, make_dispute, make_theme, people_under
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


def test_what_is_typed_beside_a_file_is_kept_until_it_is_sent(client: Client, dispute: Dispute, people: Cast) -> None:
    client.force_login(people.council.practitioner.user)
    typed = {"shows": "The chart of", "file": "x"}
    assert client.post(address(dispute, "add/"), typed, headers={"X-Autosave": "1"}).status_code == 204
    assert "The chart of" in client.get(address(dispute, "add/")).content.decode()
