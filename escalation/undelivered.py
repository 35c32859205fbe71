"""The block of My work with the notices that did not arrive, for those who keep the recipients' directory (F37)."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from cases.models import Appointment
from cases.roles import Permission, Role
from escalation.models import Undelivered
from escalation.queues import LOOKED_AT, Block, Line, block


def did_not_arrive(acting: Appointment, now: datetime) -> Block | None:
    """What waits to be sent again or told in another way; left out when nothing does."""
    if acting.role != Role.SAFEGUARDING_LEAD and not acting.has(Permission.SEE_PARTNERSHIP_METADATA):
        return None
    rows = Undelivered.objects.visible_to(acting).waiting().select_related("notice__dispute", "notice__recipient__user")
    lines = [
        Line(
            row.notice.dispute.reference if row.notice.dispute else "Notice",
            sentence=f"An e-mail to {row.notice.recipient.user.name} did not arrive.",
            url=reverse("undelivered", args=[row.pk]),
            is_risk=row.notice.is_immediate,
        )
        for row in rows[:LOOKED_AT]
    ]
    return block("undelivered", "Notices that did not arrive", lines, "") if lines else None
