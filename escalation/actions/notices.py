"""Notices that have been read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from cases.models import Appointment
from cases.rows import one_act
from escalation.models import Notification, OutsideInvitation


def mark_answers_read(invitations: Iterable[OutsideInvitation], *, by: Appointment, now: datetime) -> None:
    """Whoever looks at what came from outside has read the notices that told them of it."""
    keys = [f"{row.dispute_id}:outside:{row.pk}:answered" for row in invitations if row.answered_at is not None]
    if keys:
        for notice in list(Notification.objects.visible_to(by).filter(recipient=by.pk, read_at__isnull=True, key__in=keys)):
            mark_read(by=by, now=now, notice=notice)


@one_act
def mark_read(*, by: Appointment, now: datetime, notice: Notification | None = None) -> int:
    """The reader has seen one of their notices, or all of them; returns how many were unread."""
    unread = Notification.objects.visible_to(by).filter(read_at__isnull=True)
    if notice is not None:
        unread = unread.filter(pk=notice.pk)
    in_order = unread.order_by(F("carried_by").asc(nulls_first=True), "created_at", "pk")
    held = list(in_order.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    return Notification.objects.filter(pk__in=held).update(read_at=now)
