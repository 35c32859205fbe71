"""The pages of documents: from asking to taking out, each its requester's alone, and a failure told."""

from __future__ import annotations

from datetime import datetime

from django.test import Client

from cases.models import Appointment
from cases.roles import Role
from decisions import exports, tasks
from decisions.models import Export
from tests.clock import Clock
from tests.decisions.documents import HISTORY, asked, events
from tests.factories import Cast, make_appointment
from tests.factories_disputes import make_dispute, people_under
from tests.worlds import shared


@shared
def people(db: None, now: datetime) -> Cast:
    return people_under("halton", now=now)


def signed_in(who: Appointment) -> Client:
    client = Client()
    client.force_login(who.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_pages_from_asking_to_taking_out(people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    dispute = make_dispute(people, now=now)
    client = signed_in(people.council.practitioner)
    home = f"/disputes/{dispute.reference}/documents/"
    assert "You have not asked for a document yet" in client.get(home).content.decode()
    refused = client.post(f"{home}make/", {"kind": HISTORY, "reason": ""})
    assert "Say why you need this document" in refused.content.decode()
    answer = client.post(f"{home}make/", {"kind": HISTORY, "reason": "For the review."})
    export = Export.objects.get()
    assert answer.headers["Location"] == f"{home}{export.pk}/"
    assert "Waiting to be made" in client.get(f"{home}{export.pk}/").content.decode()
    assert client.get(f"{home}{export.pk}/file/").status_code == 404
    tasks.render_exports()
    page = client.get(f"{home}{export.pk}/").content.decode()
    export.refresh_from_db()
    assert export.sha256 in page
    assert exports.fingerprint(export.bundle) in page
    file = client.get(f"{home}{export.pk}/file/")
    assert file.content == bytes(export.pdf or b"")
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"] == f'attachment; filename="{dispute.reference}-case-history.pdf"'
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in file.headers["Cache-Control"]
    assert events(export)[-1] == "export_downloaded"


def test_a_document_is_its_requesters_alone(people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    dispute = make_dispute(people, now=now)
    export = asked(dispute, people.council.practitioner, now)
    home = f"/disputes/{dispute.reference}/documents/"
    colleague = make_appointment(Role.PRACTITIONER, people.council.agency)
    others = [people.stranger, people.health.practitioner, people.auditor, colleague]
    for other in others:
        client = signed_in(other)
        assert client.get(f"{home}{export.pk}/").status_code == 404
        assert client.get(f"{home}{export.pk}/file/").status_code == 404
    for address in (home, f"{home}{export.pk}/"):
        assert signed_in(people.stranger).get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert signed_in(people.stranger).post(f"{home}make/", {"kind": HISTORY, "reason": "x"}).status_code == 404


def test_failed_page_says_why_and_offers_to_ask_again(people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    dispute = make_dispute(people, now=now)
    export = asked(dispute, people.council.practitioner, now)
    Export.objects.update(state=Export.State.FAILED, problem="It took too long.", finished_at=now)
    client = signed_in(people.council.practitioner)
    page = client.get(f"/disputes/{dispute.reference}/documents/{export.pk}/").content.decode()
    assert "It took too long." in page
    assert "Ask for it again" in page
