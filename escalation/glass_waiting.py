"""The block of My work about break-glass: what somebody opened so, and nobody has looked at yet (T16)."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from cases.models import Appointment
from cases.templatetags.dates import date_and_time
from escalation.actions.break_glass import to_review
from escalation.deadlines import LONDON
from escalation.models import BreakGlass
from escalation.queues import Block, Line, block


def blocks_of(acting: Appointment, now: datetime) -> list[Block]:
    """What waits for one's finding, late ones first and in red; nothing where nothing waits."""
    today, waiting = now.astimezone(LONDON).date(), to_review(acting)
    if not waiting:
        return []
    late = sum(row.review_by < today for row in waiting)
    heading = f"Opened by break-glass, {late} not looked at in time" if late else "Opened by break-glass"
    return [block("glass", heading, [_line(row, is_late=row.review_by < today) for row in waiting], "")]


def _line(row: BreakGlass, *, is_late: bool) -> Line:
    said = f"{row.by.described} read it by break-glass on {date_and_time(row.opened_at)}. Say whether that was justified."
    return Line(
        row.dispute.reference, sentence=said, url=reverse("review_glass", args=[row.pk]), due_at=row.review_by, is_missed=is_late
    )
