"""A dispute's limits as rows: created when their anchor happens, met, ended or recorded as missed; never moved by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from cases import audit, checkpoints, together
from cases.models import Appointment
from escalation import at_hand, calendars, chronology, deadlines
from escalation.models import ChronologyEntry, Deadline, Discussion, Dispute, DisputeStage, LocalClosure
from escalation.models.dispute import Status
from escalation.protocol import Anchor, Limit, LimitKind, Protocol, Stage
from escalation.tied import said_of_missed
from escalation.working_days import Calendar, add_working_days

MORNING = time(9)


@dataclass(frozen=True)
class DateAhead:
    """One limit with its date as far as it is known."""

    stage: Stage
    limit: Limit
    worked_out: deadlines.Due | None

    @property
    def due_at(self) -> datetime | None:
        """When it falls due; None while what it is counted from has not happened."""
        return self.worked_out.due_at if self.worked_out else None


def calendar_for(rules: Protocol, around: datetime, closures: Mapping[date, str]) -> Calendar:
    """The calendar of the protocol's nation and the partnership for the years a dispute raised ``around`` then can touch."""
    return calendars.calendar_for(rules.nation, around.year - 1, around.year + 3, closures)


def closures_of(partnership_id: int) -> dict[date, str]:
    """The days on which the partnership's offices are closed, besides bank holidays."""
    return together.once(("closures", partnership_id), lambda: LocalClosure.objects.days(partnership_id))


def anchors(dispute: Dispute) -> dict[Anchor, datetime]:
    """The events that have happened so far, from which limits are counted."""
    found = {Anchor.CONCERN_AROSE: dispute.concern_arose_at, Anchor.DISPUTE_RAISED: dispute.raised_at}
    if dispute.decision_received_at:
        found[Anchor.DECISION_RECEIVED] = dispute.decision_received_at
    opened = next((row.opened_at for row in at_hand.rows(dispute, DisputeStage) if row.order == dispute.stage), None)
    if opened:
        found[Anchor.STAGE_OPENED] = opened
    if sent := _request_sent_at(dispute, opened):
        found[Anchor.REQUEST_SENT] = sent
    said = [row for row in at_hand.rows(dispute, Discussion) if row.kind not in ("attempt", "advice")]
    if talks := [row.happened_at for row in said if row.stage == dispute.stage]:
        found[Anchor.FIRST_DISCUSSION] = min(talks)
    return found


def _request_sent_at(dispute: Dispute, opened: datetime | None) -> datetime | None:
    """When the stage's request went to the other side: as it opened, and at a referral when that was sent."""
    if not dispute.rules_now.is_referral:
        return opened
    return dispute.moved_at if dispute.status == Status.REFERRED else None


def watched_limits(rules: Protocol, order: int) -> list[tuple[Stage, Limit]]:
    """The limits watched while stage ``order`` is open: its own, the start of the next stage, and that of the whole."""
    own = [(rules.stage(order), limit) for limit in deadlines.limits_at(rules, order)]
    if order < len(rules.stages):
        following = rules.stage(order + 1)
        own += [(following, limit) for limit in following.limits if limit.kind is LimitKind.START]
        last = rules.last_stage
        own += [(last, limit) for limit in deadlines.limits_at(rules, last.order) if limit.key == deadlines.WHOLE]
    return own


def open_deadlines(dispute: Dispute, *, now: datetime) -> None:
    """Create the rows of every watched limit whose anchor has happened; those that exist stay as they are."""
    rules, events = dispute.rules, anchors(dispute)
    calendar = calendar_for(rules, dispute.concern_arose_at, closures_of(dispute.partnership_id))
    existing = {(row.stage, row.key): row for row in at_hand.rows(dispute, Deadline)}
    for stage, limit in watched_limits(rules, dispute.stage):
        if (stage.order, limit.key) in existing:
            continue
        anchor_at = _anchor_at(limit, rules, events, existing, stage.order)
        if anchor_at is None:
            continue
        worked_out = deadlines.due(limit, rules.clock, anchor_at, calendar)
        row = Deadline(
            dispute=dispute, stage=stage.order, key=limit.key, kind=limit.kind, label=limit.label[:200],
            owner=limit.owner, on_missed=limit.on_missed, due_at=worked_out.due_at, created_at=now,
            is_indicative=rules.clock.indicative if limit.indicative is None else limit.indicative,
            explanation=worked_out.explanation() | {"protocol": str(dispute.protocol)},
        )
        row.next_look_at = next_look(row, rules, now)
        together.write([row])
        at_hand.add(dispute, [row])
        existing[(stage.order, limit.key)] = row


def _anchor_at(
    limit: Limit, rules: Protocol, events: dict[Anchor, datetime], existing: dict[tuple[int, str], Deadline], order: int
) -> datetime | None:
    anchor = deadlines.anchor_of(limit, rules.clock)
    if anchor not in (Anchor.PREVIOUS_LIMIT_DUE, Anchor.PREVIOUS_LIMIT_MET):
        return events.get(anchor)
    before = next((row for (_, key), row in existing.items() if key == limit.anchor_limit), None)
    if before is None:
        return None
    return before.due_at if anchor is Anchor.PREVIOUS_LIMIT_DUE else before.met_at


def next_look(row: Deadline, rules: Protocol, now: datetime) -> datetime | None:
    """When a sweep has something to do for this limit next: warn, record the miss, or tell the next person up."""
    if not row.is_open:
        return None
    if row.paused_at is not None:
        return row.paused_until
    if row.missed_at is None:
        since = row.warned_at or row.created_at
        ahead = [at for at in warnings(row, rules) if at > since]
        return min([*ahead, row.due_at])
    return min(filter(None, (next_up_at(row, rules), recalled_next(row, rules))), default=None)


def warnings(row: Deadline, rules: Protocol) -> tuple[datetime, ...]:
    """When this limit is recalled before it is due."""
    counted_from = max(datetime.fromisoformat(row.explanation["anchor_at"]), row.created_at)
    return deadlines.warnings_before(row.due_at, rules.clock, counted_from)


def next_up_at(row: Deadline, rules: Protocol) -> datetime | None:
    """When the next person up is told of a limit that passed; None when they were, or are not to be."""
    hours = rules.clock.tell_next_up_after_hours
    return row.missed_at + timedelta(hours=hours) if hours and row.missed_at and row.chased_at is None else None


def recalled_next(row: Deadline, rules: Protocol) -> datetime | None:
    """The morning of the next working day after the limit passed or was last recalled, where the protocol wants that."""
    if not rules.clock.chase_every_working_day or row.missed_at is None:
        return None
    last = (row.recalled_at or row.missed_at).astimezone(deadlines.LONDON).date()
    calendar = calendar_for(rules, row.missed_at, closures_of(row.dispute.partnership_id))
    day = add_working_days(last, 1, calendar).day
    return datetime.combine(day, MORNING, tzinfo=deadlines.LONDON).astimezone(UTC)


def record_miss_if_due(row: Deadline, dispute: Dispute, *, now: datetime) -> bool:
    """Write down, once and for ever, that the limit passed unmet: on the row, in the story and in the audit trail.

    The row is not saved here. False when it is not due yet or was recorded before.
    """
    if row.missed_at is not None or row.paused_at is not None or now <= row.due_at:
        return False
    row.missed_at = now
    passed = "The guide date has passed" if row.is_indicative else "Limit passed"
    chronology.tell(
        dispute, f"{passed}: {row.label}", by=None, now=now, happened_at=row.due_at, stage=dispute.stage,
        kind=ChronologyEntry.Kind.CLOCK, body=f"It was due {date_in_words(row.due_at)}.",
    )
    scope = audit.scope_of_case(dispute.case_id)
    audit.record("limit_missed", row, scope=scope, by=None, now=now, data=said_of_missed(row))
    return True


def date_in_words(at: datetime) -> str:
    """'by Fri 10 April 2026, end of day' in London time, as pages, notices and documents say it."""
    local = at.astimezone(deadlines.LONDON)
    time_words = "end of day" if (local.hour, local.minute) == (23, 59) else f"{local:%H:%M}"
    return f"by {local:%a} {local.day} {local:%B %Y}, {time_words}"


def meet(
    dispute: Dispute, kinds: tuple[LimitKind, ...], *, by: Appointment | None, now: datetime, stage: int, settles: bool = False
) -> None:
    """The limits of these kinds at a stage are met now; one already past due is recorded as missed first (R3).

    What settles the dispute meets the limit of the whole as well. What is counted from such a limit being met begins now.
    """
    still_open = [row for row in at_hand.rows(dispute, Deadline) if row.is_open]
    met = [
        row for row in still_open
        if (row.stage == stage and row.kind in kinds) or (settles and row.key == deadlines.WHOLE)
    ]
    for row in met:
        if record_miss_if_due(row, dispute, now=now):
            checkpoints.seal_on_commit(now=now)
        row.met_at, row.met_by, row.next_look_at = now, by, None
    together.change(met, "missed_at", "met_at", "met_by", "next_look_at")
    if met and any(limit.anchor is Anchor.PREVIOUS_LIMIT_MET for limit in _limits(dispute.rules)):
        open_deadlines(dispute, now=now)


def _limits(rules: Protocol) -> list[Limit]:
    return [limit for stage in rules.stages for limit in stage.limits]


def hold_next_start(dispute: Dispute) -> None:
    """An agreement waits for confirmation: the next stage need not start, unless the agreement does not hold."""
    dispute.deadlines.filter(
        stage=dispute.stage + 1, kind=LimitKind.START, met_at__isnull=True, ended_at__isnull=True
    ).update(next_look_at=None)


def watch_again(dispute: Dispute, *, now: datetime) -> None:
    """An agreement did not hold: the stage is not concluded, and its limits and the next start are watched as before."""
    for row in dispute.deadlines.filter(ended_at__isnull=True, missed_at__isnull=True):
        concluded = row.stage == dispute.stage and row.kind in (LimitKind.CONCLUDE, LimitKind.WRITTEN_OUTCOME)
        if concluded or row.key == deadlines.WHOLE or (row.stage == dispute.stage + 1 and row.met_at is None):
            row.met_at = row.met_by = None
            row.next_look_at = next_look(row, dispute.rules, now)
            row.save(update_fields=["met_at", "met_by", "next_look_at"])


def end_watch(dispute: Dispute, *, now: datetime, before_stage: int | None = None) -> None:
    """Stop awaiting what can no longer come: all limits, or those of stages left behind or skipped."""
    open_rows = [row for row in at_hand.rows(dispute, Deadline) if row.is_open]
    ended = [row for row in open_rows if before_stage is None or row.stage < before_stage]
    for row in ended:
        record_miss_if_due(row, dispute, now=now)
        row.ended_at, row.next_look_at = now, None
    together.change(ended, "missed_at", "ended_at", "next_look_at")


def dates_ahead(
    rules: Protocol, events: dict[Anchor, datetime], *, partnership_id: int, from_stage: int = 1
) -> list[DateAhead]:
    """Every limit from a stage on with its date if things go as slowly as allowed (F82)."""
    calendar = calendar_for(rules, min(events.values()), closures_of(partnership_id))
    return [
        DateAhead(rules.stage(order), limit, worked_out)
        for order, limit, worked_out in deadlines.schedule(rules, events, calendar)
        if order >= from_stage
    ]
