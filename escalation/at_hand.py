"""What belongs to a dispute, as rules read it: gathered once for a batch and kept up to date there, else read when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from django.db.models import Model, Prefetch, QuerySet

from cases.models import Agency, Appointment
from escalation.models import (
    Acknowledgement,
    AdviceRequest,
    Deadline,
    Discussion,
    Dispute,
    DisputeStage,
    Duty,
    LeadGap,
    Participant,
    Party,
    Position,
    Support,
)

Row = TypeVar("Row", bound=Model)

PERSON = ("user", "agency", "partnership", "manager__user", "manager__agency")


def _participants() -> QuerySet[Participant]:
    return Participant.objects.select_related(*(f"appointment__{name}" for name in PERSON))


READ: dict[type[Model], Callable[[], QuerySet[Any]]] = {
    Acknowledgement: Acknowledgement.objects.all,
    AdviceRequest: AdviceRequest.objects.all,
    Deadline: Deadline.objects.all,
    Discussion: Discussion.objects.all,
    DisputeStage: DisputeStage.objects.all,
    Duty: Duty.objects.all,
    LeadGap: LeadGap.objects.all,
    Participant: _participants,
    Party: lambda: Party.objects.select_related("agency__commissioner"),
    Position: Position.objects.all,
    Support: Support.objects.all,
}
# For many disputes a person or an agency that is on most of them is read once.
FOR_MANY: dict[type[Model], Prefetch[Any]] = {
    Participant: Prefetch("appointment", Appointment.objects.select_related(*PERSON)),
    Party: Prefetch("agency", Agency.objects.select_related("commissioner")),
}
# What the line "whose turn" reads from a dispute by these names.
NAMES = {
    AdviceRequest: "advice_requests", Deadline: "deadlines", DisputeStage: "stages", Participant: "participants",
    Party: "parties", Position: "positions", Support: "supports",
}  # fmt: skip


def gather(disputes: Sequence[Dispute]) -> None:
    """Read everything for all of them, one statement for each kind; from now on ``add`` keeps it up to date."""
    by_key = {dispute.pk: dispute for dispute in disputes}
    for dispute in disputes:
        dispute.__dict__["at_hand"] = {model: [] for model in READ}
    for model, read in READ.items():
        for row in _for_many(model, read()).filter(dispute__in=by_key):
            row.dispute = by_key[row.dispute_id]
            row.dispute.__dict__["at_hand"][model].append(row)


def _for_many(model: type[Model], found: QuerySet[Any]) -> QuerySet[Any]:
    return found.select_related(None).prefetch_related(FOR_MANY[model]) if model in FOR_MANY else found


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


def as_it_stands(dispute: Dispute) -> bool:
    """Let the dispute answer ``participants.all()`` and the like from what was gathered; False when nothing was."""
    held = dispute.__dict__.get("at_hand")
    if held is None:
        return False
    known = dispute.__dict__.setdefault("_prefetched_objects_cache", {})
    for model, name in NAMES.items():
        known[name] = model._default_manager.none()
        known[name]._result_cache = sorted(held[model], key=attrgetter(*map(str, model._meta.ordering or ()), "pk"))
    return True
