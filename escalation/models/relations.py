"""How somebody can stand to disputes, as rows: what ``visible_to`` is made of, and what row-level security can say in SQL."""

from __future__ import annotations

from typing import Any

from django.db import models

from cases.access import Relation
from cases.models import Appointment
from escalation.models.notification import Notification
from escalation.models.parties import Participant, Party
from escalation.models.support import Support
from escalation.protocol import Side

WHOLE_PARTNERSHIP = {Relation.PARTNERSHIP, Relation.ENGAGEMENT}


def related(acting: Appointment, relation: Relation) -> models.QuerySet[Any, Any]:
    """The ids of the disputes to which somebody stands so; each an index scan."""
    on_it = Participant.objects.filter(appointment=acting.seat_id)
    rows: dict[Relation, models.QuerySet[Any]] = {
        Relation.PARTICIPANT: on_it.exclude(side=Side.AUTHORITY),
        Relation.LAST_WORD: on_it.filter(side=Side.AUTHORITY),
        Relation.TOLD: Notification.objects.filter(recipient=acting.seat_id),
        Relation.SUPPORTER: Support.objects.filter(supporter=acting, ended_at=None),
        Relation.MANAGES: Participant.objects.filter(appointment__manager=acting.seat_id),
        Relation.OWN_AGENCY: Party.objects.filter(agency=acting.agency_id),
    }
    return rows[relation].values("dispute_id")
