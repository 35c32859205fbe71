"""The block of My work about cases of which somebody asks that only named people may know (ADR 15)."""

from __future__ import annotations

from django.urls import reverse

from cases.models import Appointment, Restriction
from cases.roles import Role
from cases.templatetags.dates import long_date
from escalation.actions.restrictions import may_decide, open_restriction
from escalation.models import Dispute
from escalation.queues import LOOKED_AT, Block, Line, block

# Who can ever be the one who says yes or no (``restrict`` in the access table); nobody else is asked the database about it.
DECIDE = (Role.SENIOR_MANAGER, Role.CHIEF_SOCIAL_WORK_OFFICER, Role.CHAIR, Role.SAFEGUARDING_LEAD, Role.BOARD_MANAGER)


def blocks_of(acting: Appointment) -> list[Block]:
    """What waits for one's yes or no; nothing where nothing waits."""
    if acting.role not in DECIDE:
        return []
    asked = Restriction.objects.filter(state=Restriction.State.ASKED).values("case")
    rows = Dispute.objects.visible_to(acting).filter(case__in=asked).with_page_data().order_by("pk")[:LOOKED_AT]
    lines = [_line(row, asked_of) for row in rows if may_decide(row, acting) and (asked_of := open_restriction(row.case))]
    return [block("restrictions", "Restrict to named people?", lines, "")] if lines else []


def _line(dispute: Dispute, row: Restriction) -> Line:
    said = f"{row.asked_by.described} asks that only a few named people may know of it. Say yes or no."
    where = reverse("decide_restriction", args=[dispute.reference])
    return Line(dispute.reference, sentence=said, url=where, note=f"Asked {long_date(row.asked_at)}")
