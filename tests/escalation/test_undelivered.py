"""Notices that did not arrive: given up at once when refused, a task for the agency's contact, sent again or told (F37)."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from cases.models import Appointment, AuditEvent, User
from escalation import deliveries
from escalation.models import Dispute, Notification, Undelivered
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def deliver(now: datetime, monkeypatch: pytest.MonkeyPatch, *, refusing: str, code: int) -> None:
    """Send what is owed through a mail server that refuses one address."""
    send = EmailBackend.send_messages

    def answer(self: Any, messages: Any) -> Any:
        if messages[0].to == [refusing]:
            raise smtplib.SMTPRecipientsRefused({refusing: (code, b"no")})
        return send(self, messages)

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", answer)
        deliveries.deliver_due(now=now)


@pytest.fixture
def failure(people: Cast, dispute: Dispute, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Undelivered:
    deliver(now, monkeypatch, refusing=people.health.practitioner.user.email, code=550)
    return Undelivered.objects.get()


def test_an_address_that_is_refused_for_good_is_given_up_at_once_and_the_others_go_out(
    failure: Undelivered, people: Cast, now: datetime
) -> None:
    assert failure.reason == "refused"
    assert (failure.notice.recipient, failure.notice.failed_at) == (people.health.practitioner, now)
    assert failure.notice.attempts == 1
    assert not Notification.objects.filter(sent_at=None).exclude(pk=failure.notice_id).exists()


def test_an_address_that_is_refused_for_now_is_tried_again(
    people: Cast, dispute: Dispute, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(now, monkeypatch, refusing=people.health.practitioner.user.email, code=450)
    assert not Undelivered.objects.exists()
    deliveries.deliver_due(now=now + timedelta(minutes=5))
    assert not Notification.objects.filter(sent_at=None).exists()


def test_it_waits_for_the_agencys_lead_and_the_board_manager_and_nobody_else(
    client: Client, failure: Undelivered, people: Cast
) -> None:
    def finds(who: Appointment) -> bool:
        client.force_login(who.user)
        return "Notices that did not arrive" in client.get("/").content.decode()

    assert finds(people.health.lead)
    assert finds(people.board_manager)
    others = (people.council.lead, people.health.practitioner, people.health.senior_manager, people.chair, people.auditor)
    assert not [who for who in others if finds(who)]
    page = client.get(f"/notices/undelivered/{failure.pk}/")
    assert page.status_code == 404


def test_the_page_shows_who_and_where_and_nothing_of_what_was_said(
    client: Client, failure: Undelivered, people: Cast
) -> None:
    client.force_login(people.health.lead.user)
    page = client.get(f"/notices/undelivered/{failure.pk}/").content.decode()
    assert people.health.practitioner.user.email in page
    assert "refused the address" in page
    assert failure.notice.text not in page


def test_the_address_is_corrected_in_the_directory_and_the_notice_sent_again(
    client: Client, failure: Undelivered, people: Cast, now: datetime
) -> None:
    held = people.health.practitioner
    client.force_login(people.health.lead.user)
    corrected = client.post(f"/directory/{held.pk}/", {"job_title": "", "phone": "", "email": "Right@example.org"})
    assert corrected.status_code == 302
    assert client.post(f"/notices/undelivered/{failure.pk}/try-again/").status_code == 302
    mail.outbox.clear()
    deliveries.deliver_due(now=now + timedelta(minutes=1))
    assert [message.to for message in mail.outbox] == [["right@example.org"]]
    failure.refresh_from_db()
    assert (failure.how, failure.done_by) == ("again", people.health.lead)
    assert "Notices that did not arrive" not in client.get("/").content.decode()
    assert AuditEvent.objects.filter(action="undelivered_seen_to", appointment=people.health.lead).exists()
    again = client.post(f"/notices/undelivered/{failure.pk}/try-again/", follow=True)
    assert "seen to this already" in again.content.decode()


def test_what_fails_again_comes_back(
    failure: Undelivered, people: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signed_in(people.board_manager).post(f"/api/notices/undelivered/{failure.pk}/try-again/").status_code == 204
    deliver(now + timedelta(minutes=1), monkeypatch, refusing=people.health.practitioner.user.email, code=550)
    assert Undelivered.objects.count() == 2
    assert Undelivered.objects.waiting().get().pk != failure.pk


def test_told_by_telephone_needs_a_word_and_is_kept(client: Client, failure: Undelivered, people: Cast) -> None:
    client.force_login(people.board_manager.user)
    url = f"/notices/undelivered/{failure.pk}/told/"
    assert "Say how and when the person was told" in client.post(url, {"note": " "}).content.decode()
    assert client.post(url, {"note": "By telephone, at ten."}).status_code == 302
    assert "By telephone, at ten." in client.get(f"/notices/undelivered/{failure.pk}/").content.decode()
    assert signed_in(people.board_manager).get("/api/notices/undelivered/").data == []
    refused = signed_in(people.board_manager).post(f"/api/notices/undelivered/{failure.pk}/told/", {"note": "Again."})
    assert refused.status_code == 409
    failure.refresh_from_db()
    with pytest.raises(DatabaseError), transaction.atomic():
        Undelivered.objects.update(note="Something else")


def test_ones_own_notices_say_how_their_e_mail_fares(
    client: Client, failure: Undelivered, people: Cast
) -> None:
    client.force_login(people.health.practitioner.user)
    assert "The e-mail did not arrive" in client.get("/notices/").content.decode()
    client.force_login(people.council.line_manager.user)
    assert "E-mail sent" in client.get("/notices/").content.decode()


def test_the_address_of_an_account_in_use_is_corrected_by_the_board_manager_alone(client: Client, people: Cast) -> None:
    held, given = people.health.practitioner, {"job_title": "", "phone": "", "email": "mine@example.org"}
    User.objects.filter(pk=held.user_id).update(last_login=timezone.now())
    client.force_login(people.health.lead.user)
    assert "Ask the board manager" in client.post(f"/directory/{held.pk}/", given).content.decode()
    client.force_login(people.board_manager.user)
    taken = given | {"email": people.chair.user.email.upper()}
    assert "Somebody else signs in" in client.post(f"/directory/{held.pk}/", taken).content.decode()
    assert client.post(f"/directory/{held.pk}/", given).status_code == 302
    assert User.objects.get(pk=held.user_id).email == "mine@example.org"


def test_nobody_corrects_the_address_of_somebody_who_has_roles_elsewhere(
    client: Client, people: Cast, now: datetime
) -> None:
    held, elsewhere = people.health.practitioner, people_under("luton", now=now)
    Appointment.objects.filter(pk=elsewhere.council.practitioner.pk).update(user=held.user)
    client.force_login(people.board_manager.user)
    given = {"job_title": "", "phone": "", "email": "mine@example.org"}
    assert "roles that you do not keep" in client.post(f"/directory/{held.pk}/", given).content.decode()
