"""'I have it': the first alarm stops, and it comes back when nothing follows (F33)."""

from __future__ import annotations

from datetime import datetime, timedelta

from cases import audit, locks
from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Permission
from cases.rows import one_act
from escalation import at_hand, chronology, clock, leads, notifications, permissions
from escalation.models import Acknowledgement, Dispute, Party, Position
from escalation.models.dispute import Status
from escalation.protocol import Event, LimitKind, Side
from escalation.transitions import NOT_YOURS, lock


def may_acknowledge(dispute: Dispute, by: Appointment) -> bool:
    """Anybody on it for an agency that is asked and has not said so yet; inside one agency its managers."""
    where = permissions.standing(dispute, by)
    if dispute.status != Status.AWAITING_REPLY or where.agency_id is None or not permissions.may_work(dispute, by):
        return False
    if dispute.rules_now.single_agency:
        asked = by.has(Permission.REVIEW_AS_MANAGER) and not where.is_originator
    else:
        asked = where.side is Side.RESPONDING
    return asked and not any(
        row.stage == dispute.stage and row.agency_id == where.agency_id for row in dispute.acknowledgements.all()
    )


@one_act
def acknowledge(*, dispute: Dispute, by: Appointment, now: datetime) -> Acknowledgement:
    """Say that it has arrived and is looked at; the limit to acknowledge is met when every agency that is asked has."""
    dispute = lock(dispute)
    agency = leads.stands_for(dispute, by)
    if agency is not None and dispute.acknowledgements.filter(stage=dispute.stage, agency=agency).exists():
        raise Refused("Your agency has said already that it has it.", code="stale")
    if not may_acknowledge(dispute, by) or agency is None:
        raise Refused(NOT_YOURS, code="forbidden")
    hours = dispute.rules.clock.remind_after_hours
    made = Acknowledgement.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, by=by, at=now,
        remind_at=now + timedelta(hours=hours) if hours else None,
    )  # fmt: skip
    entry = chronology.tell(dispute, f"{agency.short_name} has it", by=by, now=now)
    audit.record(
        "acknowledged", made, scope=audit.scope_of_case(dispute.case_id), by=by, now=now, data={"stage": dispute.stage}
    )
    if not _still_to_say(dispute):
        clock.meet(dispute, (LimitKind.ACKNOWLEDGE,), by=by, now=now, stage=dispute.stage)
    notifications.tell_all(
        dispute, Event.ACKNOWLEDGED, by=by, now=now, key=f"{dispute.pk}:acknowledged:{entry.pk}",
        text=f"{dispute.reference}: {agency.short_name} has it and looks at it.",
    )  # fmt: skip
    return made


def _still_to_say(dispute: Dispute) -> set[int]:
    side = Side.RAISING if dispute.rules_now.single_agency else Side.RESPONDING
    asked = {row.agency_id for row in at_hand.rows(dispute, Party) if row.side == side}
    return asked - {row.agency_id for row in at_hand.rows(dispute, Acknowledgement) if row.stage == dispute.stage}


def stops_warning(dispute: Dispute, *, before: datetime, now: datetime) -> bool:
    """Whether everybody who is asked has it, and is reminded before that moment anyway."""
    if dispute.status != Status.AWAITING_REPLY or _still_to_say(dispute):
        return False
    given = [row for row in at_hand.rows(dispute, Acknowledgement) if row.stage == dispute.stage]
    return all(row.remind_at is not None and now < row.remind_at < before for row in given)


@one_act
def recall(pk: int, *, now: datetime) -> bool:
    """It was acknowledged and nothing followed: its people are told again, and again after the same time."""
    locks.give_way()
    found = Acknowledgement.objects.select_related("dispute").get(pk=pk)
    dispute = lock(found.dispute)
    row = Acknowledgement.objects.select_for_update(no_key=True).filter(pk=pk, remind_at__lte=now).first()
    if row is None:
        return False
    waits = dispute.status == Status.AWAITING_REPLY and dispute.stage == row.stage and not _has_replied(row)
    hours = dispute.rules.clock.remind_after_hours
    row.remind_at = now + timedelta(hours=hours) if waits and hours else None
    row.save(update_fields=["remind_at"])
    if waits:
        people = [who for who in notifications.followers(dispute)
                  if permissions.standing(dispute, who).agency_id == row.agency_id]
        notifications.tell(
            dispute, Event.LIMIT_NEAR, people, now=now, key=f"acknowledged:{row.pk}:{now:%Y%m%dT%H%M}",
            text=f"{dispute.reference}: you said that you have it, and there is no reply yet.",
        )  # fmt: skip
    return waits


def _has_replied(row: Acknowledgement) -> bool:
    said = row.dispute.positions.filter(stage=row.stage, agency=row.agency_id)
    return said.exclude(stance=Position.Stance.TALK).exists()
