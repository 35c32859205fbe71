"""What was recorded on a dispute, as far as it is for somebody: at the stages they came to, and what is their own besides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from cases.models import Appointment
from escalation.access import heard_stages, readable_stages
from escalation.models import Dispute, Invitation, Point, PointView
from escalation.models.relations import reached

# What everybody hears of a stage above theirs: what came of it, and what keeps the person safe.
CAME_OF_IT = ("feedback", "safety_confirmations", "plans", "debriefs")


def recorded(dispute: Dispute, reader: Appointment, name: str) -> QuerySet[Any]:
    """The rows of one kind, by the name in which the dispute has them, that are for ``reader``."""
    stages = heard_stages(dispute, reader) if name in CAME_OF_IT else readable_stages(dispute, reader)
    rows: QuerySet[Any] = getattr(dispute, name).filter(Q(stage__in=stages) | _own(name, reader))
    return rows


def mapped(dispute: Dispute, reader: Appointment) -> QuerySet[Point]:
    """The points that are for ``reader``, each with the columns that were written at a stage they came to."""
    columns = PointView.objects.filter(stage__in=readable_stages(dispute, reader)).order_by("pk")
    people = ("agency", "recorded_by__user", "recorded_by__agency", "recorded_by__partnership")
    return recorded(dispute, reader, "points").prefetch_related(Prefetch("views", columns.select_related(*people)))


def theirs(rows: Iterable[Any], name: str, reader: Appointment, at_hand: Iterable[Dispute]) -> list[Any]:
    """The same of rows with an owner from many disputes: one's own, and those of the stages that are for ``reader``.

    Whoever only knows of a dispute reads none of it. ``at_hand`` are disputes that were read with everything already.
    """
    found, seats = list(rows), (reader.pk, reader.seat_id)
    known = {dispute.pk: dispute for dispute in at_hand}
    if others := {row.dispute_id for row in found if row.owner_id not in seats} - known.keys():
        more = reached(Dispute.objects.visible_to(reader).with_page_data().filter(pk__in=others), reader)
        known |= {dispute.pk: dispute for dispute in more}
    stages_for = heard_stages if name in CAME_OF_IT else readable_stages
    stages = {pk: stages_for(known[pk], reader) for pk in {row.dispute_id for row in found} & known.keys()}
    return [row for row in found if row.owner_id in seats or row.stage in stages.get(row.dispute_id, ())]


def _own(name: str, reader: Appointment) -> Q:
    """What is somebody's own at whatever stage: an action to do, a meeting to come to."""
    seats = [reader.pk, reader.seat_id]
    if name == "actions":
        return Q(owner__in=seats)
    if name == "meetings":
        return Q(pk__in=Invitation.objects.filter(who__in=seats).values("meeting"))
    return Q(pk__in=())
