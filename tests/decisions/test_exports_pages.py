"""The pages of documents: from asking to taking out, each its requester's alone, and a failure told."""

from __future__ import annotations

from datetime import datetime

from django.test import Client

from cases.http import acted_at
from cases.models import Appointment
from cases.roles import Role
from decisions import exports, tasks
from decisions.models import Export
from escalation.actions import break_glass, moves
from tests.clock import Clock
from tests.decisions.documents import HISTORY, asked, events
from tests.factories import Cast, make_appointment
from tests.factories_disputes import climb, make_dispute, people_under
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


def test_by_break_glass_nobody_takes_out_what_was_made_for_them_before(people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    dispute, by = climb(make_dispute(people, now=now), now=now), people.health.line_manager
    made = asked(dispute, by, now)
    Export.objects.filter(pk=made.pk).update(state=Export.State.READY, pdf=b"%PDF", sha256="0" * 64, finished_at=now)
    moves.withdraw(dispute=dispute, reason="Put off.", by=people.council.line_manager, now=now)
    clock.advance(days=29)
    file, client = f"/disputes/{dispute.reference}/documents/{made.pk}/file/", signed_in(by)
    assert client.get(file).status_code == 404
    why = break_glass.Asked(dispute.reference, "risk", "She is missing and nobody is there to ask.")
    break_glass.break_glass(asked=why, by=by, now=acted_at())
    assert client.get(f"/disputes/{dispute.reference}/").status_code == 200
    assert client.get(file).status_code == 403
