"""Sending what the outbox owes, at least once: each notice by itself or in a digest; what fails becomes a task (F37)."""

from __future__ import annotations

import logging
import smtplib
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Prefetch, Q

from cases import audit, together
from cases.models import Appointment
from cases.roles import Role
from cases.rows import one_act
from escalation import leads
from escalation.deadlines import LONDON
from escalation.digests import in_this_mail, keep_back, make_digests, may_be_mailed, shut_by_now
from escalation.mail_times import not_before
from escalation.models import Dispute, Notification, Undelivered
from escalation.notifications import ABOUT_DELIVERY, IMMEDIATE, tell
from escalation.protocol import Event, LeadRole

logger = logging.getLogger(__name__)

SUBJECT = "Something to read in the escalation service"
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = 12
AT_ONCE, LONGEST_HELD = 200, 2.0  # notices and seconds: whoever reads one of them meanwhile waits no longer
RISK_OR_LIMIT = (*IMMEDIATE, Event.LIMIT_NEAR, Event.LIMIT_MISSED)


def deliver_due(*, now: datetime, limit: int = 5_000) -> int:
    """Send what is owed, at least once: each is marked sent after the mail server took it, with the same Message-ID on a retry.

    Many are taken at a time, over one connection; rows taken by another worker are left to it. Returns how many e-mails
    were sent; a refusal is tried again later, and given up after a day, or at once when the address is refused for good:
    then it waits for the agency's contact (F37).
    """
    make_digests(now=now)
    sent = 0
    connection = get_connection()
    while sent < limit and (taken := _deliver_some(connection, min(AT_ONCE, limit - sent), now=now)):
        sent += taken.sent
        for pk, reason in taken.lost.items():
            _see_to_lost(pk, reason, now=now)
    connection.close()
    return sent


# --- one e-mail ------------------------------------------------------------------------------------------------------


RECIPIENT = Prefetch("recipient", Appointment.objects.select_related("user", "partnership"))
DISPUTE = Prefetch("dispute", Dispute.objects.select_related("protocol").defer("protocol__document"))


@dataclass
class Taken:
    """What became of some notices: how many the mail server took, and why others will not arrive, by their id."""

    sent: int = 0
    lost: dict[int, str] = field(default_factory=dict)


@one_act
def _deliver_some(connection: BaseEmailBackend, count: int, *, now: datetime) -> Taken | None:
    """The next ones, fewer when the mail server is slow; None when nothing is left. A crash sends again at most these.

    While mail servers are talked to, nothing is locked but these notices, so that nobody's act waits for them.
    """
    waiting = Notification.objects.filter(next_attempt_at__lte=now, for_digest=False).order_by("next_attempt_at", "pk")
    notices = waiting.select_for_update(no_key=True, skip_locked=True).prefetch_related(RECIPIENT, DISPUTE)[:count]
    if not notices:
        return None
    taken, sent, end, shut = Taken(), list[Notification](), time.monotonic() + LONGEST_HELD, shut_by_now(notices)
    for notice in notices:
        if notice.pk in shut:
            taken.lost[notice.pk] = Notification.LeftOut.SHUT
        elif _is_taken(connection, notice, taken.lost, now=now):
            sent.append(notice)
        if time.monotonic() > end:
            break
    for notice in sent:
        notice.sent_at, notice.next_attempt_at = now, None
        notice.attempts += 1
    together.change(sent, "sent_at", "next_attempt_at", "attempts")
    Notification.objects.filter(carried_by__in=sent).update(sent_at=now)
    taken.sent = len(sent)
    return taken


def _is_taken(connection: BaseEmailBackend, notice: Notification, lost: dict[int, str], *, now: datetime) -> bool:
    if not may_be_mailed(notice.recipient, now=now):
        lost[notice.pk] = Notification.LeftOut.LEFT
        return False
    if (later := not_before(notice, now=now)) > now:
        Notification.objects.filter(pk=notice.pk).update(next_attempt_at=later)
        return False
    try:
        connection.open()  # stays open for the next ones; send_messages alone would open and close for each
        connection.send_messages([_message(notice)])
    except Exception as error:
        connection.close()
        logger.warning("notice %s was not taken by the mail server", notice.pk, exc_info=True)
        _postpone(notice, now=now)
        if is_refused_for_good(error):
            lost[notice.pk] = Undelivered.Reason.REFUSED
        elif notice.attempts >= GIVE_UP_AFTER:
            lost[notice.pk] = Undelivered.Reason.NOT_TAKEN
        return False
    return True


@one_act
def _see_to_lost(pk: int, reason: str, *, now: datetime) -> None:
    """In a transaction of its own, which holds one notice when it comes to the end of a chain."""
    rows = Notification.objects.select_for_update(no_key=True, of=("self",))
    waiting = rows.filter(pk=pk, next_attempt_at__isnull=False, sent_at=None)
    notice = waiting.select_related("recipient__user", "recipient__partnership", "dispute").first()
    if notice is None:
        return
    if reason == Notification.LeftOut.SHUT:
        keep_back(notice, now=now)
    elif reason == Notification.LeftOut.LEFT:
        _leave_out(notice, now=now)
    else:
        give_up(notice, reason, now=now)


def _leave_out(notice: Notification, *, now: datetime) -> None:
    """Send nothing to somebody who has left; about risk or a limit, those who keep the directory must know."""
    left = {"left_out_at": now, "left_out_why": Notification.LeftOut.LEFT}
    Notification.objects.filter(pk=notice.pk).update(**left, next_attempt_at=None, for_digest=False)
    Notification.objects.filter(carried_by=notice).update(**left)
    if in_this_mail(notice).filter(Q(is_immediate=True) | Q(event__in=RISK_OR_LIMIT)).exists():
        _becomes_a_task(notice, Undelivered.Reason.LEFT, now=now)


def is_refused_for_good(error: Exception) -> bool:
    """Whether the mail server said that this address will never take it (5xx), so that trying again is no use."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return bool(error.recipients) and all(500 <= code < 600 for code, _ in error.recipients.values())


def _postpone(notice: Notification, *, now: datetime) -> None:
    notice.attempts += 1
    notice.next_attempt_at = now + min(timedelta(seconds=30 * 2**notice.attempts), LONGEST_WAIT)
    notice.save(update_fields=["attempts", "next_attempt_at"])


def _message(notice: Notification) -> EmailMessage:
    return EmailMessage(
        subject=SUBJECT,
        body=f"{notice.mail_text}\n\nSign in to read it: {settings.BASE_URL}/notices/\n",
        from_email=envelope_sender(notice.message_id),
        to=[notice.recipient.user.email],
        headers={
            "Message-ID": notice.message_id, "From": settings.DEFAULT_FROM_EMAIL, "Auto-Submitted": "auto-generated",
        },
    )  # fmt: skip


def envelope_sender(message_id: str) -> str:
    """Where the mail servers return this e-mail: an address of its own where ``BOUNCE_ADDRESS`` is set (VERP)."""
    local, at, domain = parseaddr(settings.BOUNCE_ADDRESS)[1].partition("@")
    if not at:
        return str(settings.DEFAULT_FROM_EMAIL)
    return f"{local}+{message_id.strip('<>').partition('@')[0]}@{domain}"


# --- what does not arrive --------------------------------------------------------------------------------------------


def give_up(notice: Notification, reason: str, *, now: datetime) -> None:
    """This e-mail, with all that it carries, does not arrive: a task for those who keep the recipient's directory."""
    in_this_mail(notice).update(failed_at=now, next_attempt_at=None)
    notice.failed_at, notice.next_attempt_at = now, None
    _becomes_a_task(notice, reason, now=now)


def _becomes_a_task(notice: Notification, reason: str, *, now: datetime) -> None:
    made = Undelivered.objects.create(notice=notice, failed_at=now, reason=reason)
    dispute, recipient = notice.dispute, notice.recipient
    grave = in_this_mail(notice).filter(Q(is_immediate=True) | Q(event__in=RISK_OR_LIMIT), dispute__isnull=False)
    for lost in {one.dispute_id: one for one in grave.select_related("dispute__protocol", "dispute__case")}.values():
        _tell_contact(lost, made, recipient, now=now)
    scope = audit.scope_of_case(dispute.case_id) if dispute else audit.scope_of_partnership(recipient.partnership_id)
    audit.record("notice_undelivered", made, scope=scope, by=None, now=now,
                 data={"notice": notice.pk, "recipient": recipient.pk, "reason": str(reason)})


def _tell_contact(lost: Notification, failure: Undelivered, recipient: Appointment, *, now: datetime) -> None:
    """The safeguarding lead of the recipient's agency, else the board manager, hears of it: risk or a limit is at stake."""
    if lost.dispute is None or lost.event == ABOUT_DELIVERY:
        return
    today = now.astimezone(LONDON).date()
    agency, lead = recipient.agency, LeadRole(role=Role.SAFEGUARDING_LEAD)
    people = leads.holders(agency, lead.role, on=today) if agency else []
    people = [who for who in people if who.user_id != recipient.user_id][:1]
    people = people or leads.board_holders(recipient.partnership_id, LeadRole(role=Role.BOARD_MANAGER), on=today)[:1]
    tell(
        lost.dispute, ABOUT_DELIVERY, [who for who in people if who.user_id != recipient.user_id], now=now,
        key=f"undelivered:{failure.pk}:{lost.dispute_id}", immediate=lost.is_immediate,
        urgent=[who.pk for who in people],
        text=f"{lost.dispute.reference}: an e-mail about risk or a limit did not reach {recipient.user.name}."
        " It waits on My work.", waits=True,
    )
