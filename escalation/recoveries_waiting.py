"""The block of My work about a lost phone or key that waits for a second person who keeps the directory."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from cases.actions.recoveries import waiting
from cases.models import Appointment
from cases.models.recovery import WAITS
from cases.permissions import may_manage_directory
from cases.templatetags.dates import date_and_time
from escalation.queues import Block, Line, block


def blocks_of(acting: Appointment, now: datetime) -> list[Block]:
    """What waits for one's yes or no, until it lapses; nothing where nothing waits."""
    lines = [
        Line(
            "Lost phone or key", url=reverse("answer_recovery", args=[asked.pk]),
            sentence=f"{asked.user.name} has lost it, says {asked.asked_by.described}. Make sure that it is them; say yes or no.",
            note=f"Until {date_and_time(asked.asked_at + WAITS)}",
        )
        for asked in (waiting(acting, now=now) if may_manage_directory(acting) else [])
    ]  # fmt: skip
    return [block("recoveries", "Waiting for a second person", lines, "")] if lines else []
