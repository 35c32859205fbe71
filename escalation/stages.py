"""Opening, closing and skipping the stages of a dispute, with the people, duties and limits that come with each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cases import audit, together
from cases.models import Agency, Appointment
from cases.standing_in import away_at
from escalation import at_hand, chronology, clock, duties, lead_gaps, leads, notifications
from escalation.models import Dispute, DisputeStage, Position
from escalation.protocol import Event, LimitKind


def open_stage(
    dispute: Dispute, *, by: Appointment | None, now: datetime, reason: str = "", trigger: str = ""
) -> None:
    """Open the stage that the dispute now stands at; whoever leads it joins, and its duties and limits begin."""
    opened = DisputeStage(
        dispute=dispute, order=dispute.stage, opened_at=now, opened_by=by, opened_reason=reason, trigger=trigger
    )
    together.write([opened])
    at_hand.add(dispute, [opened])
    brought = leads.bring_in_leads(dispute, now=now)
    for agency, lead in brought.borrowed:
        _tell_of_borrowed_lead(dispute, agency, lead, now=now)
    duties.open_duties(dispute, now=now)
    clock.open_deadlines(dispute, now=now)
    clock.meet(dispute, (LimitKind.START,), by=by, now=now, stage=dispute.stage)
    _tell_whom_the_protocol_names(dispute, now=now)
    lead_gaps.look_at(dispute, away_at(now, [dispute.partnership_id]), now=now)


def close_stage(
    dispute: Dispute, order: int, how: DisputeStage.ClosedHow, *, by: Appointment | None, now: datetime
) -> None:
    """Close stage ``order``: positions freeze, what is undone stays owed, its conclusion is met unless the clock closed it."""
    row = next(row for row in at_hand.rows(dispute, DisputeStage) if row.order == order)
    row.closed_at, row.closed_by, row.closed_how = now, by, how
    together.change([row], "closed_at", "closed_by", "closed_how")
    stated = [row for row in at_hand.rows(dispute, Position) if row.stage == order and row.frozen_at is None]
    for position in stated:
        position.frozen_at = now
    together.change(stated, "frozen_at")
    duties.carry_undone(dispute, order, now=now)
    if how is not DisputeStage.ClosedHow.BY_CLOCK:
        clock.meet(dispute, (LimitKind.CONCLUDE,), by=by, now=now, stage=order)


def skip_stages(
    dispute: Dispute, after: int, before: int, *, by: Appointment | None, now: datetime, reason: str,
    passed: Mapping[int, str] | None = None,
) -> None:
    """Write down the stages between two as skipped, by whom and why; they are never shown as missed (C-10).

    ``passed`` are the optional ones that an agency does not have, each with its own reason; the story tells of them.
    """
    why = {order: (passed or {}).get(order, reason) for order in range(after + 1, before)}
    DisputeStage.objects.bulk_create(
        [
            DisputeStage(dispute=dispute, order=order, skipped_at=now, skipped_by=by, skipped_reason=said)
            for order, said in why.items()
        ]
    )
    for order, said in (passed or {}).items():
        headline = f"{dispute.rules.stage(order).label} was passed over"
        chronology.tell(dispute, headline, by=by, now=now, stage=after, body=f"{said}.")


def _tell_whom_the_protocol_names(dispute: Dispute, *, now: datetime) -> None:
    """Those whom the stage's notices name are told that it opened, though they are not on the dispute (D-11, D-15)."""
    named, urgent = notifications.named_by_protocol(dispute, Event.STAGE_OPENED, dispute.stage, now=now)
    notifications.tell(
        dispute, Event.STAGE_OPENED, named, now=now, key=f"{dispute.pk}:opened:{dispute.stage}", urgent=urgent,
        text=f"{dispute.reference}: {dispute.rules_now.label} has opened.",
    )


def _tell_of_borrowed_lead(dispute: Dispute, agency: Agency, lead: Appointment, *, now: datetime) -> None:
    """Everybody on it can see who stands in for the agency and why; the lead is told for whom they act."""
    label = dispute.rules_now.label
    chronology.tell(
        dispute, f"{lead.described} leads {label} for {agency.short_name}", by=None, now=now, stage=dispute.stage,
        body=f"{agency.short_name} has nobody in this role, so the protocol lets it borrow the lead of another agency.",
    )
    audit.record("lead_borrowed", dispute, scope=audit.scope_of_case(dispute.case_id), by=None, now=now,
                 data={"stage": dispute.stage, "agency": agency.pk, "appointment": lead.pk})
    notifications.tell(
        dispute, Event.STAGE_OPENED, [lead], now=now, key=f"{dispute.pk}:borrowed:{dispute.stage}:{agency.pk}",
        text=f"{dispute.reference}: you lead {label} for {agency.short_name}, which has nobody in this role.",
    )
