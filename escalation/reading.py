"""What was recorded on a dispute, as far as it is for somebody: at the stages they came to, and what is their own besides."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from cases.models import Appointment
from escalation.access import heard_stages, readable_stages
from escalation.models import Dispute, Invitation

# What everybody hears of a stage above theirs: what came of it, and what keeps the person safe.
CAME_OF_IT = ("feedback", "safety_confirmations", "plans", "debriefs")


def recorded(dispute: Dispute, reader: Appointment, name: str) -> QuerySet[Any]:
    """The rows of one kind, by the name in which the dispute has them, that are for ``reader``."""
    stages = heard_stages(dispute, reader) if name in CAME_OF_IT else readable_stages(dispute, reader)
    rows: QuerySet[Any] = getattr(dispute, name).filter(Q(stage__in=stages) | _own(name, reader))
    return rows


def _own(name: str, reader: Appointment) -> Q:
    """What is somebody's own at whatever stage: an action to do, a meeting to come to."""
    seats = [reader.pk, reader.seat_id]
    if name == "actions":
        return Q(owner__in=seats)
    if name == "meetings":
        return Q(pk__in=Invitation.objects.filter(who__in=seats).values("meeting"))
    return Q(pk__in=())
