"""Mail that comes back later: permanent reports become a task, delays and what is not ours change nothing (F37)."""

from __future__ import annotations

import io
import sys
from datetime import datetime, timedelta
from email.message import EmailMessage
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from cases.models import AuditEvent
from escalation import bounce_reports, deliveries, notifications
from escalation.actions import safety, undelivered
from escalation.actions.bounces import Taken, take_report
from escalation.models import Dispute, Notification, Undelivered
from escalation.protocol import Event
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=3)

# As Postfix writes them, and as Exchange does: only the headers of the mail come back, under another type.
REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@mail.example.org (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <20260402111111.AAAA@mail.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
X-Postfix-Queue-ID: 4D1F2
Arrival-Date: Thu,  2 Apr 2026 10:00:00 +0100 (BST)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
{action}Status: {status}
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: no such user

--b1
Content-Type: {returned}

From: Safeguarding disagreements <no-reply@example.org>
To: {recipient}
Subject: Something to read in the escalation service
Message-ID: {message_id}

--b1--
"""


def report(
    notice: Notification | None, *, status: str = "5.1.1", action: str = "failed", returned: str = "message/rfc822",
    to: str = "no-reply@example.org", message_id: str | None = None,
) -> bytes:
    """A delivery status notification about one notice."""
    named = message_id if message_id is not None else notice.message_id if notice else ""
    recipient = notice.recipient.user.email if notice else "somebody@example.net"
    text = REPORT.format(
        to=to, recipient=recipient, action=f"Action: {action}\n" if action else "", status=status, returned=returned,
        message_id=named,
    )
    return text.replace("\n", "\r\n").encode()


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


@shared
def notice(people: Cast, dispute: Dispute, now: datetime) -> Notification:
    """Sent, as the mail server said."""
    deliveries.deliver_due(now=now)
    return Notification.objects.get(recipient=people.health.practitioner)


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize(("status", "action"), [("5.1.1", "failed"), ("5.7.1", ""), ("4.4.7", "failed")])
def test_a_failure_for_good_becomes_the_task_of_the_agencys_contact(
    client: Client, people: Cast, notice: Notification, now: datetime, returned: str, status: str, action: str
) -> None:
    raw = report(notice, status=status, action=action, returned=returned)
    assert take_report(raw, now=now + LATER) is Taken.BOUNCED
    failure = Undelivered.objects.get()
    assert (failure.reason, failure.failed_at) == ("bounced", now + LATER)
    notice.refresh_from_db()
    assert (notice.delivery, notice.sent_at, notice.failed_at) == ("bounced", now, now + LATER)
    client.force_login(people.health.lead.user)
    assert "Notices that did not arrive" in client.get("/").content.decode()
    assert "came back as not delivered" in client.get(f"/notices/undelivered/{failure.pk}/").content.decode()
    client.force_login(people.health.practitioner.user)
    assert "The e-mail did not arrive" in client.get("/notices/").content.decode()
    assert AuditEvent.objects.filter(action="notice_undelivered", data__reason="bounced").count() == 1


def test_the_same_report_twice_changes_nothing_more(people: Cast, notice: Notification, now: datetime) -> None:
    assert take_report(report(notice), now=now + LATER) is Taken.BOUNCED
    events = AuditEvent.objects.count()
    assert take_report(report(notice), now=now + 2 * LATER) is Taken.KNOWN_ALREADY
    undelivered.told_instead(failure=Undelivered.objects.get(), note="By telephone.", by=people.health.lead, now=now + LATER)
    assert take_report(report(notice), now=now + 3 * LATER) is Taken.KNOWN_ALREADY
    assert Undelivered.objects.count() == 1
    assert AuditEvent.objects.count() == events + 1


@pytest.mark.parametrize(
    ("status", "action"), [("4.4.1", "delayed"), ("4.2.2", ""), ("2.0.0", "delivered"), ("5.0.0", "relayed")]
)
def test_a_delay_or_a_delivery_leaves_it_be(notice: Notification, now: datetime, status: str, action: str) -> None:
    assert take_report(report(notice, status=status, action=action), now=now + LATER) is Taken.STILL_TRYING
    notice.refresh_from_db()
    assert notice.delivery == "sent"
    assert not Undelivered.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [
        report(None, message_id="<00112233445566778899aabbccddeeff@localhost>"), report(None, message_id="<\x00@localhost>"),
        report(None), report(None, message_id="<%@localhost>"), report(None, message_id="<" + "9" * 5000 + "@x>"),
        report(None, to="bounces+0011@example.org", message_id="x"),
    ],
)  # fmt: skip
def test_a_report_on_no_e_mail_of_ours_is_refused_quietly_and_audited(notice: Notification, now: datetime, raw: bytes) -> None:
    assert take_report(raw, now=now + LATER) is Taken.NOT_OURS
    assert not Undelivered.objects.exists()
    event = AuditEvent.objects.get(action="bounce_refused")
    assert (event.head.scope, event.data) == ("service", {"why": "not_ours"})


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\x00" * 100, b"hello",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x", "Subject: Ödland".encode("latin-1"),
        b"Content-Type: message/delivery-status\n\nnothing", b"x" * (bounce_reports.LONGEST + 1),
        b"Subject: Out of office\nAuto-Submitted: auto-replied\n\nI am away.",
    ],
)  # fmt: skip
def test_what_is_no_report_at_all_is_refused_quietly(notice: Notification, now: datetime, raw: bytes) -> None:
    assert take_report(raw, now=now + LATER) is Taken.NO_REPORT
    assert not Undelivered.objects.exists()


def test_a_notice_that_was_not_sent_yet_cannot_bounce(people: Cast, dispute: Dispute, now: datetime) -> None:
    waiting = Notification.objects.get(recipient=people.health.practitioner)
    assert take_report(report(waiting), now=now) is Taken.NOT_OURS


def test_each_e_mail_has_a_return_address_of_its_own_where_one_is_set(
    people: Cast, dispute: Dispute, now: datetime, settings: SimpleNamespace
) -> None:
    settings.BOUNCE_ADDRESS = "bounces@disagreements.example.org"
    deliveries.deliver_due(now=now)
    notice = Notification.objects.get(recipient=people.health.practitioner)
    (sent,) = [one for one in mail.outbox if one.to == [notice.recipient.user.email]]
    token = notice.message_id.strip("<>").partition("@")[0]
    assert sent.from_email == f"bounces+{token}@disagreements.example.org"
    assert sent.message()["From"] == settings.DEFAULT_FROM_EMAIL
    nothing_returned = report(notice, to=sent.from_email, message_id="<another@relay.example.net>")
    assert take_report(nothing_returned, now=now + LATER) is Taken.BOUNCED


def test_a_report_that_was_forwarded_as_an_attachment_is_read(notice: Notification, now: datetime) -> None:
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "postmaster@example.org", "bounces@example.org", "FW: Undeliverable"
    outer.set_content("See the report.")
    inner = EmailMessage()
    inner.set_content("x")
    outer.add_attachment(inner)
    written = outer.as_bytes()
    boundary = outer.get_boundary() or ""
    whole = written.replace(
        f"--{boundary}--".encode(),
        f"--{boundary}\nContent-Type: message/rfc822\n\n".encode() + report(notice).replace(b"\r\n", b"\n")
        + f"\n--{boundary}--".encode(),
    )
    assert take_report(whole, now=now + LATER) is Taken.BOUNCED


def test_sent_again_it_is_another_e_mail_and_a_late_report_on_the_first_no_longer_counts(
    people: Cast, notice: Notification, now: datetime
) -> None:
    first = report(notice)
    take_report(first, now=now + LATER)
    undelivered.try_again(failure=Undelivered.objects.get(), by=people.health.lead, now=now + LATER)
    deliveries.deliver_due(now=now + LATER)
    assert take_report(first, now=now + 2 * LATER) is Taken.NOT_OURS
    notice.refresh_from_db()
    assert notice.delivery == "sent"
    assert take_report(report(notice), now=now + 2 * LATER) is Taken.BOUNCED


def test_the_contact_hears_at_once_when_it_was_about_risk_or_a_limit(people: Cast, notice: Notification, now: datetime) -> None:
    take_report(report(notice), now=now + LATER)
    assert not Notification.objects.filter(event="undelivered").exists(), "an ordinary notice is a task and no more"
    unsafe = safety.Safety(answer="not_safe", how="She fell.")
    safety.confirm_safety(
        dispute=notice.dispute, safety=unsafe, by=people.council.practitioner, now=now + LATER  # type: ignore[arg-type]
    )
    deliveries.deliver_due(now=now + LATER)
    grave = Notification.objects.get(recipient=people.health.practitioner, event=Event.SAFETY_CHANGED)
    take_report(report(grave), now=now + 2 * LATER)
    told = Notification.objects.get(event="undelivered")
    assert told.recipient == people.health.lead
    assert told.is_immediate
    assert "did not reach" in told.text
    deliveries.deliver_due(now=now + 2 * LATER)
    assert people.health.practitioner.user.name not in mail.outbox[-1].body
    told.refresh_from_db()
    take_report(report(told), now=now + 3 * LATER)
    assert Notification.objects.filter(event="undelivered").count() == 1, "never a notice about a notice about a notice"


def test_where_the_contact_is_the_one_who_is_not_reached_the_board_manager_hears(
    people: Cast, notice: Notification, now: datetime
) -> None:
    assert notice.dispute
    notifications.tell(notice.dispute, Event.LIMIT_MISSED, [people.health.lead], text="x", key="k", now=now)
    deliveries.deliver_due(now=now)
    take_report(report(Notification.objects.get(key="k")), now=now + LATER)
    assert Notification.objects.get(event="undelivered").recipient == people.board_manager


def test_the_command_reads_standard_input_and_is_quiet(
    notice: Notification, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for raw, options in ((report(notice), {}), (report(notice), {"say": True}), (b"\xff\x00", {})):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        call_command("notices", "bounced", **options)
    assert capsys.readouterr().out == "known_already\n"
    assert Undelivered.objects.get().notice == notice
