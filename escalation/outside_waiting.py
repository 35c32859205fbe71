"""The blocks of My work about questions to somebody outside: until when an answer is awaited, and which has come (F55)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from cases.models import Appointment
from cases.templatetags.dates import long_date
from escalation.models import Dispute, Notification, OutsideInvitation
from escalation.queues import LOOKED_AT, Block, Line, block


def blocks_of(acting: Appointment, now: datetime) -> tuple[list[Block], list[Block]]:
    """Answers that have come and were not read, and apart from them what is still awaited; nothing where one asked nobody."""
    key = Concat(
        Cast(OuterRef("dispute_id"), CharField()), Value(":outside:"), Cast(OuterRef("pk"), CharField()), Value(":answered")
    )
    unread = Exists(Notification.objects.filter(recipient=acting.pk, read_at=None, key=key))
    mine = Q(invited_by=acting.seat_id) | Q(invited_by__in_place_of=acting.seat_id)
    awaited = Q(answered_at=None, ended_at=None, expires_at__gt=now)
    rows = OutsideInvitation.objects.filter(mine, awaited | unread, dispute__in=Dispute.objects.visible_to(acting))
    found = list(rows.select_related("dispute").order_by("answered_at", "expires_at", "pk")[:LOOKED_AT])
    came = [_line(row) for row in found if row.answered_at is not None]
    still = [_line(row) for row in found if row.answered_at is None]
    answers = [block("answers", "Answers from outside the partnership", came, "")] if came else []
    return answers, [block("outside", "You asked outside the partnership", still, "")] if still else []


def _line(row: OutsideInvitation) -> Line:
    where = reverse("dispute_outside", args=[row.dispute.reference])
    if row.answered_at is not None:
        said = f"{row.described} has answered. You have not read it yet."
        return Line(row.dispute.reference, sentence=said, note=f"Answered {long_date(row.answered_at)}", url=where)
    said = f"You asked {row.described}. There is no answer yet."
    return Line(row.dispute.reference, sentence=said, note=f"They can answer until {long_date(row.last_day)}", url=where)
