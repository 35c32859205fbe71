"""Notices that have been read."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from cases.models import Appointment
from escalation.models import Notification


@transaction.atomic
def mark_read(*, by: Appointment, now: datetime, notice: Notification | None = None) -> int:
    """The reader has seen one of their notices, or all of them; returns how many were unread."""
    unread = Notification.objects.visible_to(by).filter(read_at__isnull=True)
    if notice is not None:
        unread = unread.filter(pk=notice.pk)
    return unread.update(read_at=now)
