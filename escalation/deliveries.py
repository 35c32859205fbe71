"""Sending what the outbox owes, at least once; what cannot be delivered becomes a task (F37)."""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from escalation.models import Notification, Undelivered

logger = logging.getLogger(__name__)

SUBJECT = "Something to read in the escalation service"
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = 12


def deliver_due(*, now: datetime, limit: int = 200) -> int:
    """Send what is owed, at least once: each is marked sent after the mail server took it, with the same Message-ID on a retry.

    Rows taken by another worker are left to it. Returns how many were sent; a refusal is tried again later, and given up
    after a day, or at once when the address is refused for good: then it waits for the agency's contact (F37).
    """
    sent = 0
    connection = get_connection()
    while sent < limit and (outcome := _deliver_one(connection, now=now)) is not None:
        sent += outcome
    connection.close()
    return sent


@transaction.atomic
def _deliver_one(connection: BaseEmailBackend, *, now: datetime) -> int | None:
    notice = (
        Notification.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(next_attempt_at__lte=now)
        .select_related("recipient__user", "dispute")
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if notice is None:
        return None
    try:
        connection.send_messages([_message(notice)])
    except Exception as error:
        logger.warning("notice %s was not taken by the mail server", notice.pk, exc_info=True)
        _postpone(notice, now=now, is_refused=is_refused_for_good(error))
        return 0
    notice.sent_at, notice.next_attempt_at = now, None
    notice.attempts += 1
    notice.save(update_fields=["sent_at", "next_attempt_at", "attempts"])
    return 1


def is_refused_for_good(error: Exception) -> bool:
    """Whether the mail server said that this address will never take it (5xx), so that trying again is no use."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return bool(error.recipients) and all(500 <= code < 600 for code, _ in error.recipients.values())


def _postpone(notice: Notification, *, now: datetime, is_refused: bool) -> None:
    notice.attempts += 1
    if is_refused or notice.attempts >= GIVE_UP_AFTER:
        notice.failed_at, notice.next_attempt_at = now, None
        Undelivered.objects.create(notice=notice, failed_at=now, is_refused=is_refused)
    else:
        notice.next_attempt_at = now + min(timedelta(seconds=30 * 2**notice.attempts), LONGEST_WAIT)
    notice.save(update_fields=["attempts", "failed_at", "next_attempt_at"])


def _message(notice: Notification) -> EmailMessage:
    return EmailMessage(
        subject=SUBJECT,
        body=f"{notice.mail_text}\n\nSign in to read it: {settings.BASE_URL}/notices/\n",
        to=[notice.recipient.user.email],
        headers={"Message-ID": notice.message_id},
    )


