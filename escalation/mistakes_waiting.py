"""The block of My work about conflicts of interest that somebody says they declared by mistake (T5)."""

from __future__ import annotations

from django.urls import reverse

from cases.models import Appointment
from cases.templatetags.dates import long_date
from escalation.actions.mistakes import waiting
from escalation.queues import Block, Line, block


def blocks_of(acting: Appointment) -> list[Block]:
    """What waits for one's yes or no; nothing where nothing waits."""
    lines = [
        Line(
            dispute.reference, sentence=f"{row.asked_by.described} says that they declared a conflict of interest by mistake.",
            url=reverse("decide_mistake", args=[row.pk]), note=f"Asked {long_date(row.asked_at)}",
        )
        for row, dispute in waiting(acting)
    ]  # fmt: skip
    return [block("mistakes", "Declared by mistake?", lines, "")] if lines else []
