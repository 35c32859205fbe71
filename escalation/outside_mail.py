"""Mails to somebody outside who has no account: a link, a code; sent like notices, and told to those who asked when one fails."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.urls import reverse

from cases import audit
from cases.rows import one_act
from cases.sealed import seal, unseal
from cases.templatetags.dates import long_date
from escalation import at_hand, notifications, permissions
from escalation.deliveries import GIVE_UP_AFTER, LONGEST_WAIT, envelope_sender, is_refused_for_good
from escalation.models import Dispute, OutsideInvitation, OutsideMail, Participant
from escalation.protocol import Event

logger = logging.getLogger(__name__)

BATCH = 100
CODE_LASTS = timedelta(minutes=10)
SUBJECTS = {OutsideMail.Kind.LINK: "You are asked for an answer", OutsideMail.Kind.CODE: "Your code"}
LINK = """\
{partnership} asks you for an answer.

Open this page. You can answer until the end of {until}:
{url}

The page asks for a code. It sends the code to this address when you press a button there. You need no account and no password.
The link shows nothing without the code.

Please do not pass this message on. If you do not know why you got it, ring the organisation that works with you, on a number
that you already have, or delete it.
"""
CODE = """\
Your code is {code}

Type it into the page on which you asked for it. It works once, for 10 minutes. Nobody will ask you for it by phone.

If you did not ask for a code, delete this message. Nobody gets in without it.
"""


def owe(row: OutsideInvitation, kind: OutsideMail.Kind, secret: str, *, now: datetime) -> OutsideMail:
    """Queue one e-mail in the caller's transaction; what opens something lies sealed until it is sent."""
    return OutsideMail.objects.create(
        invitation=row, kind=kind, sealed=seal(secret), message_id=notifications.new_message_id(), created_at=now,
        next_attempt_at=now,
    )  # fmt: skip


def deliver_owed(*, now: datetime) -> int:
    """Send what is owed; returns how many went. What a mail server refuses is tried again later, and given up as notices are."""
    owed = OutsideMail.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at", "pk")
    return sum(_deliver(pk, now=now) for pk in list(owed.values_list("pk", flat=True)[:BATCH]))


@one_act
def _deliver(pk: int, *, now: datetime) -> bool:
    rows = OutsideMail.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    mail = rows.select_related("invitation__dispute__partnership").filter(pk=pk, next_attempt_at__lte=now).first()
    if mail is None:
        return False
    if _is_of_no_use(mail, now=now):
        _close(mail)
        return False
    try:
        _message(mail).send()
    except (OSError, ImproperlyConfigured) as error:
        logger.warning("an e-mail to somebody outside was not taken by the mail server: %s", mail.pk)
        _postpone(mail, error, now=now)
        return False
    mail.sent_at = now
    _close(mail)
    return True


def _is_of_no_use(mail: OutsideMail, *, now: datetime) -> bool:
    is_old = mail.kind == OutsideMail.Kind.CODE and mail.created_at + CODE_LASTS <= now
    return is_old or not mail.invitation.is_open or mail.invitation.expires_at <= now


def _close(mail: OutsideMail) -> None:
    mail.sealed, mail.next_attempt_at = "", None
    mail.save(update_fields=["sealed", "next_attempt_at", "attempts", "sent_at", "failed_at"])


def _postpone(mail: OutsideMail, error: Exception, *, now: datetime) -> None:
    mail.attempts += 1
    if is_refused_for_good(error) or mail.attempts >= GIVE_UP_AFTER:
        give_up(mail, now=now)
        return
    mail.next_attempt_at = now + min(timedelta(seconds=30 * 2**mail.attempts), LONGEST_WAIT)
    mail.save(update_fields=["attempts", "next_attempt_at"])


def give_up(mail: OutsideMail, *, now: datetime) -> None:
    """This e-mail does not arrive, so whoever asked looks at the address."""
    mail.failed_at = now
    _close(mail)
    dispute = mail.invitation.dispute
    audit.record(
        "outside_mail_undelivered",
        mail,
        scope=audit.scope_of_case(dispute.case_id),
        by=None,
        now=now,
        data={"invitation": mail.invitation_id, "kind": mail.kind},
    )
    tell_those_who_asked(
        mail.invitation,
        dispute,
        f"unreached-{mail.pk}",
        now=now,
        text="an e-mail to somebody outside did not arrive. Look at the address, take it back and ask again.",
    )


def tell_those_who_asked(row: OutsideInvitation, dispute: Dispute, what: str, *, text: str, now: datetime) -> None:
    """Everybody of the agency that asked who is on it and may read that stage, so that a place handed over is told as well."""
    on_it = [place for place in at_hand.rows(dispute, Participant) if place.handed_to_id is None]
    ours = [place.appointment for place in on_it if (place.acts_for_id or place.appointment.agency_id) == row.agency_id]
    told = [who for who in ours if permissions.may_read_stage(dispute, who, row.stage)]
    notifications.tell(
        dispute,
        Event.FEEDBACK,
        told,
        now=now,
        key=f"{dispute.pk}:outside:{row.pk}:{what}",
        text=f"{dispute.reference}: {text}",
    )


def _message(mail: OutsideMail) -> EmailMessage:
    secret, row = unseal(mail.sealed), mail.invitation
    if mail.kind == OutsideMail.Kind.LINK:
        body = LINK.format(
            partnership=row.dispute.partnership.name, until=long_date(row.last_day),
            url=settings.BASE_URL + reverse("outside_link", args=[secret]),
        )  # fmt: skip
    else:
        body = CODE.format(code=secret)
    return EmailMessage(
        subject=SUBJECTS[OutsideMail.Kind(mail.kind)], body=body, from_email=envelope_sender(mail.message_id), to=[row.email],
        headers={"Message-ID": mail.message_id, "From": settings.DEFAULT_FROM_EMAIL, "Auto-Submitted": "auto-generated"},
    )  # fmt: skip
