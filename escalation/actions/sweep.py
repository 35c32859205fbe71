"""Holding disputes to their limits: find what is due, warn, record what was missed, tell the next person up, move on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from escalation import clock, deadlines, notifications
from escalation.actions import acknowledge, extensions
from escalation.actions.moves import escalate_by_clock
from escalation.models import Acknowledgement, Deadline, Dispute
from escalation.models.dispute import RUNNING, Status
from escalation.protocol import Event, LimitKind, OnMissed, Side

BATCH = 500
LONGEST_PAUSE = "The longest pause that the protocol allows is over."
logger = logging.getLogger(__name__)


@dataclass
class Swept:
    """What one sweep did."""

    warned: int = 0
    missed: int = 0
    chased: int = 0
    escalated: int = 0
    recalled: int = 0
    failed: int = 0


def sweep(*, now: datetime, batch: int = BATCH) -> Swept:
    """Do everything that is due at ``now``; a second sweep at the same time finds nothing (R1, R11).

    Each dispute is its own transaction: what another sweeper or a person has locked is left to the next sweep, and one
    that cannot be swept is logged by its id and holds up no other.
    """
    done = Swept()
    due = Deadline.objects.filter(next_look_at__lte=now).order_by("next_look_at", "pk")
    for dispute_id in dict.fromkeys(due.values_list("dispute_id", flat=True)[:batch]):
        try:
            _sweep_dispute(dispute_id, done, now=now)
        except Exception:
            done.failed += 1
            logger.exception("dispute %s could not be swept", dispute_id)
    _recall(done, now=now, batch=batch)
    return done


def _recall(done: Swept, *, now: datetime, batch: int) -> None:
    """What was acknowledged and forgotten comes back."""
    forgotten = Acknowledgement.objects.filter(remind_at__lte=now).order_by("remind_at", "pk")
    for pk in list(forgotten.values_list("pk", flat=True)[:batch]):
        try:
            done.recalled += acknowledge.recall(pk, now=now)
        except Exception:
            done.failed += 1
            logger.exception("acknowledgement %s could not be recalled", pk)


@transaction.atomic
def _sweep_dispute(dispute_id: int, done: Swept, *, now: datetime) -> None:
    dispute = (
        Dispute.objects.select_for_update(skip_locked=True, of=("self",))
        .defer("protocol__document")
        .select_related("protocol", "case", "raised_by", "partnership", "raising_agency")
        .filter(pk=dispute_id)
        .first()
    )
    if dispute is None:
        return
    for row in dispute.deadlines.filter(next_look_at__lte=now).order_by("due_at", "stage", "pk"):
        row.refresh_from_db()
        if row.next_look_at is not None and row.next_look_at <= now:
            _look(dispute, row, done, now=now)


def _look(dispute: Dispute, row: Deadline, done: Swept, *, now: datetime) -> None:
    if dispute.status not in RUNNING:
        row.next_look_at = None
        row.save(update_fields=["next_look_at"])
        return
    if row.paused_at is not None:
        extensions.resume(limit=row, reason=LONGEST_PAUSE, by=None, now=now)
    elif row.missed_at is not None:
        _after(dispute, row, now=now)
        done.chased += 1
    elif now <= row.due_at:
        _warn(dispute, row, now=now)
        done.warned += 1
    else:
        _miss(dispute, row, now=now)
        done.missed += 1
        if row.on_missed == OnMissed.ESCALATE and _may_move_on(dispute, row):
            escalate_by_clock(dispute, row, now=now)
            done.escalated += 1


def _may_move_on(dispute: Dispute, row: Deadline) -> bool:
    at_work = dispute.status in (Status.AWAITING_REPLY, Status.IN_DISCUSSION)
    watched_at = row.stage - 1 if row.kind == LimitKind.START else row.stage
    return at_work and watched_at == dispute.stage


def _warn(dispute: Dispute, row: Deadline, *, now: datetime) -> None:
    passed = [at for at in clock.warnings(row, dispute.rules) if at <= now]
    row.warned_at = now
    row.next_look_at = clock.next_look(row, dispute.rules, now)
    row.save(update_fields=["warned_at", "next_look_at"])
    answers = row.kind == LimitKind.RESPOND and row.stage == dispute.stage
    if answers and acknowledge.stops_warning(dispute, before=row.due_at, now=now):
        return
    notifications.tell_all(
        dispute, Event.LIMIT_NEAR, by=None, now=now, key=f"limit:{row.pk}:near:{row.due_at:%Y%m%dT%H%M}:{len(passed)}",
        text=f"{dispute.reference}: {_called(row)} is near: {row.label}.",
    )


def _miss(dispute: Dispute, row: Deadline, *, now: datetime) -> None:
    clock.record_miss_if_due(row, dispute, now=now)
    row.next_look_at = clock.next_look(row, dispute.rules, now)
    row.save(update_fields=["missed_at", "next_look_at"])
    notifications.tell_all(
        dispute, Event.LIMIT_MISSED, by=None, now=now, key=f"limit:{row.pk}:missed",
        text=f"{dispute.reference}: {_called(row)} has passed: {row.label}.",
    )


def _called(row: Deadline) -> str:
    return "a guide date" if row.is_indicative else "a limit"


def _after(dispute: Dispute, row: Deadline, *, now: datetime) -> None:
    """A limit that passed: the next person up once, and those who owe it every working day, as the protocol says."""
    up, again = clock.next_up_at(row, dispute.rules), clock.recalled_next(row, dispute.rules)
    if up is not None and up <= now:
        row.chased_at = now
        _tell_next_up(dispute, row, now=now)
    if again is not None and again <= now:
        row.recalled_at = now
        _recall_passed(dispute, row, now=now)
    row.next_look_at = clock.next_look(row, dispute.rules, now)
    row.save(update_fields=["chased_at", "recalled_at", "next_look_at"])


def _recall_passed(dispute: Dispute, row: Deadline, *, now: datetime) -> None:
    people = [who.appointment for who in notifications.owners(dispute, Side(row.owner))]
    notifications.tell(
        dispute, Event.LIMIT_MISSED, people, now=now, key=f"limit:{row.pk}:after:{now.astimezone(deadlines.LONDON):%Y%m%d}",
        text=f"{dispute.reference}: still awaited, {_called(row)} has passed: {row.label}.",
    )  # fmt: skip


def _tell_next_up(dispute: Dispute, row: Deadline, *, now: datetime) -> None:
    people = notifications.next_up(dispute, Side(row.owner), now=now)
    notifications.tell(
        dispute, Event.LIMIT_MISSED, people, now=now, key=f"limit:{row.pk}:chased",
        text=f"{dispute.reference}: a limit passed and nothing has happened since: {row.label}.",
    )
