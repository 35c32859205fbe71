"""The newest checkpoint by mail, once a day, to the records address of each agency: a witness that no administrator controls."""

from __future__ import annotations

import logging
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from cases import keys
from cases.models import Agency, AuditCheckpoint, CheckpointMail

LONDON = ZoneInfo("Europe/London")
SUBJECT = f"Audit checkpoint of {settings.SERVICE_NAME}"
BODY = """\
Please keep this message where your agency keeps its records. Nothing needs to be done.

It says how far the audit trail had come, without names and without anything from a case. Whoever changes what was
written before cannot make this text and its signature again.

{text}
Signature (Ed25519): {signature}
Public key: {public}

How to check it: {base_url}/audit/key/
"""
log = logging.getLogger(__name__)


def send_daily(*, now: datetime) -> int:
    """Send to every agency that has had none today; how many were sent. Agencies without an address are left out."""
    newest = AuditCheckpoint.objects.order_by("-number").first()
    if newest is None:
        return 0
    day, sent = now.astimezone(LONDON).date(), 0
    for agency in Agency.objects.exclude(records_email="").exclude(checkpoint_mails__on=day).order_by("pk"):
        try:
            sent += _send(agency, newest, day, now=now)
        except OSError:
            log.exception("the checkpoint could not be mailed to agency %s", agency.pk)
    return sent


@transaction.atomic
def _send(agency: Agency, newest: AuditCheckpoint, day: date, *, now: datetime) -> bool:
    """Once a day whoever else is sending; what the mail server did not take is not recorded as sent."""
    _, is_new = CheckpointMail.objects.get_or_create(agency=agency, on=day, defaults={"checkpoint": newest, "sent_at": now})
    if is_new:
        EmailMessage(SUBJECT, body_of(newest), to=[agency.records_email]).send()
    return is_new


def body_of(checkpoint: AuditCheckpoint) -> str:
    """The signed text letter by letter, its signature, and where to check it."""
    public = keys.known_keys().get(checkpoint.key_id, b"")
    return BODY.format(
        text=checkpoint.text, signature=bytes(checkpoint.signature).hex(), public=public.hex(), base_url=settings.BASE_URL
    )
