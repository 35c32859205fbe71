"""Holding disputes to their limits: find what is due, warn, record what was missed, tell the next person up, move on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from cases import checkpoints, locks, together
from escalation import at_hand, clock, deadlines, notifications
from escalation.actions import acknowledge, advice, extensions
from escalation.actions.moves import escalate_by_clock
from escalation.models import Acknowledgement, AdviceRequest, Deadline, Dispute
from escalation.models.dispute import RUNNING, Status
from escalation.protocol import Event, LimitKind, OnMissed, Side

AT_ONCE = 100
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

    def add(self, other: Swept) -> None:
        """What another part of the sweep did as well."""
        for counted in fields(self):
            setattr(self, counted.name, getattr(self, counted.name) + getattr(other, counted.name))


def sweep_and_seal(*, now: datetime) -> None:
    """Do everything that is due; what was missed is sealed at once."""
    if sweep(now=now).missed:
        checkpoints.seal(now=now)


def sweep(*, now: datetime, at_once: int = AT_ONCE) -> Swept:
    """Do everything that is due at ``now``; a second sweep at the same time finds nothing (R1, R11).

    Disputes are swept many at once, each batch in one transaction by the same rules and acts as always. What another
    sweeper or a person has locked is left to the next sweep. When a batch fails, or somebody holds what it needs, each half
    is swept by itself; one alone reads everything afresh. One that cannot be swept is logged by its id and holds up no other.
    """
    done = Swept()
    due = Deadline.objects.filter(next_look_at__lte=now).order_by("next_look_at", "pk")
    waiting = list(dict.fromkeys(due.values_list("dispute_id", flat=True)))
    for start in range(0, len(waiting), at_once):
        _sweep_some(waiting[start : start + at_once], done, now=now)
    _recall(done, now=now)
    return done


def _sweep_some(dispute_ids: Sequence[int], done: Swept, *, now: datetime) -> None:
    try:
        done.add(_sweep_together(dispute_ids, now=now))
    except Exception as error:
        if len(dispute_ids) > 1:
            logger.info("%s disputes are swept in two halves: %s", len(dispute_ids), type(error).__name__)
            half = len(dispute_ids) // 2
            _sweep_some(dispute_ids[:half], done, now=now)
            _sweep_some(dispute_ids[half:], done, now=now)
        elif locks.was_lost(error):
            logger.info("dispute %s is left to the next sweep: somebody holds what belongs to it", dispute_ids[0])
        else:
            done.failed += 1
            logger.exception("dispute %s could not be swept", dispute_ids[0])


def _recall(done: Swept, *, now: datetime) -> None:
    """What was acknowledged and forgotten comes back, and advice that was asked and not given."""
    for model, recall in ((Acknowledgement, acknowledge.recall), (AdviceRequest, advice.recall)):
        forgotten = model._default_manager.filter(remind_at__lte=now).order_by("remind_at", "pk")
        for pk in list(forgotten.values_list("pk", flat=True)):
            try:
                done.recalled += recall(pk, now=now)
            except Exception as error:
                if locks.was_lost(error):
                    continue
                done.failed += 1
                logger.exception("%s %s could not be recalled", model._meta.verbose_name, pk)


def _sweep_together(dispute_ids: Sequence[int], *, now: datetime) -> Swept:
    done = Swept()
    with together.together():
        locks.give_way()
        free = Dispute.objects.select_for_update(skip_locked=True, no_key=True, of=("self",)).filter(pk__in=dispute_ids)
        related = ("protocol", "case", "raised_by__manager__user", "partnership", "raising_agency")
        disputes = list(free.defer("protocol__document").select_related(*related).order_by("pk"))
        if len(dispute_ids) > 1:
            at_hand.gather(disputes)
        for dispute in disputes:
            _sweep_dispute(dispute, done, now=now)
    return done


def _sweep_dispute(dispute: Dispute, done: Swept, *, now: datetime) -> None:
    limits = [row for row in at_hand.rows(dispute, Deadline) if row.next_look_at is not None and row.next_look_at <= now]
    for row in sorted(limits, key=lambda row: (row.due_at, row.stage, row.pk)):
        if row.next_look_at is not None and row.next_look_at <= now:  # not when the limit before it changed that
            _look(dispute, row, done, now=now)


def _look(dispute: Dispute, row: Deadline, done: Swept, *, now: datetime) -> None:
    if dispute.status not in RUNNING:
        row.next_look_at = None
        together.change([row], "next_look_at")
        return
    if row.paused_at is not None:
        extensions.resume(limit=row, reason=LONGEST_PAUSE, by=None, now=now)
        row.refresh_from_db()
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
    together.change([row], "warned_at", "next_look_at")
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
    together.change([row], "missed_at", "next_look_at")
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
    together.change([row], "chased_at", "recalled_at", "next_look_at")


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
