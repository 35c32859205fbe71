"""How somebody can stand to disputes, as rows: what ``visible_to`` is made of, and what row-level security can say in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from cases.access import Relation, relations_that_open
from cases.models import Appointment
from escalation.models.break_glass import BreakGlass
from escalation.models.notification import Notification
from escalation.models.parties import Participant, Party
from escalation.models.reach import long_ended, still_open
from escalation.models.support import Support
from escalation.protocol import Side

if TYPE_CHECKING:
    from escalation.models.dispute import Dispute

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
        Relation.BREAK_GLASS: BreakGlass.objects.open_now().filter(by=acting),
        Relation.OPENED_SO: BreakGlass.objects.all(),
    }
    return rows[relation].values("dispute_id")


def seen_by(acting: Appointment) -> Q:
    """The disputes of which the access table lets this person know, whatever shuts their cases to some."""
    found, within = Q(pk__in=[]), still_open(acting)
    lasting = relations_that_open("see", acting.role, after_the_end=True)
    for relation in sorted(relations_that_open("see", acting.role)):
        theirs = ~Q(pk=None) if relation in WHOLE_PARTNERSHIP else Q(pk__in=related(acting, relation))
        found |= theirs if relation in lasting else within & theirs
    return found


# --- access ends some weeks after a dispute has -----------------------------------------------------------------------


def has_long_ended(dispute: Dispute) -> bool:
    """Whether it ended so long ago that access to it has ended; pages and lists read that with the dispute."""
    if dispute.closed_at is None:
        return False
    known = dispute.__dict__
    if known.get("long_ended") is None:
        known["long_ended"] = type(dispute).objects.filter(long_ended(), pk=dispute.pk).exists()
    return bool(known["long_ended"])


def is_over(dispute: Dispute, who: Appointment) -> bool:
    """Whether access to it has ended for ``who``; asked of the database once."""
    if not has_long_ended(dispute):
        return False
    if who.pk not in dispute.__dict__.get("over_for", {}):
        reached([dispute], who)
    return bool(dispute.__dict__["over_for"][who.pk])


def reached(disputes: Iterable[Dispute], acting: Appointment) -> list[Dispute]:
    """The same disputes, for each of which it is worked out at once whether access to it has ended for this person."""
    found = list(disputes)
    if ended := [dispute for dispute in found if has_long_ended(dispute)]:
        rows = type(ended[0]).objects.filter(still_open(acting), pk__in=[dispute.pk for dispute in ended])
        here = set(rows.values_list("pk", flat=True))
        for dispute in ended:
            dispute.__dict__.setdefault("over_for", {})[acting.pk] = dispute.pk not in here
    return found


def forget_reach(dispute: Dispute) -> None:
    """What was worked out of it is asked again."""
    for name in ("long_ended", "over_for"):
        dispute.__dict__.pop(name, None)
