"""What belongs to a dispute, as rules read it: gathered once for a batch and kept up to date there, else read when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from escalation.models import (
    Acknowledgement,
    Deadline,
    Discussion,
    Dispute,
    DisputeStage,
    Duty,
    LeadGap,
    Participant,
    Party,
    Position,
)

Row = TypeVar("Row", bound=Model)


def _participants() -> QuerySet[Participant]:
    return Participant.objects.select_related(
        "appointment__user", "appointment__agency", "appointment__partnership", "appointment__manager__user",
        "appointment__manager__agency",
    )  # fmt: skip


READ: dict[type[Model], Callable[[], QuerySet[Any]]] = {
    Acknowledgement: Acknowledgement.objects.all,
    Deadline: Deadline.objects.all,
    Discussion: Discussion.objects.all,
    DisputeStage: DisputeStage.objects.all,
    Duty: Duty.objects.all,
    LeadGap: LeadGap.objects.all,
    Participant: _participants,
    Party: lambda: Party.objects.select_related("agency__commissioner"),
    Position: Position.objects.all,
}


def gather(disputes: Sequence[Dispute]) -> None:
    """Read everything for all of them, one statement for each kind; from now on ``add`` keeps it up to date."""
    by_key = {dispute.pk: dispute for dispute in disputes}
    for dispute in disputes:
        dispute.__dict__["at_hand"] = {model: [] for model in READ}
    for model, read in READ.items():
        for row in read().filter(dispute__in=by_key):
            row.dispute = by_key[row.dispute_id]
            row.dispute.__dict__["at_hand"][model].append(row)


def rows(dispute: Dispute, model: type[Row]) -> list[Row]:
    """The dispute's rows of one kind, in the model's own order."""
    held = dispute.__dict__.get("at_hand")
    return list(READ[model]().filter(dispute=dispute) if held is None else held[model])


def add(dispute: Dispute, new: Sequence[Model]) -> None:
    """Rows just written belong to it from now on."""
    held = dispute.__dict__.get("at_hand")
    if held is not None:
        for row in new:
            held[type(row)].append(row)
