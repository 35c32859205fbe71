"""The clock's work, sweep by sweep: warn, record, tell the next person up, move on; each exactly once."""

from datetime import datetime, timedelta

import pytest

from cases import audit
from cases.models import AuditEvent
from decisions.actions.outcomes import record_agreement
from escalation.actions import moves, positions, sweep
from escalation.models import ChronologyEntry, Deadline, Dispute, DisputeStage, Duty, Notification, Participant
from escalation.models.dispute import Status
from escalation.protocol import Event
from escalation.turn import turn_of
from tests.factories import Cast, cast, make_partnership
from tests.factories_disputes import (
    climb,
    do_raising_duties,
    fresh,
    make_dispute,
    people_under,
    publish,
    source_protocol,
)
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def end_of_day(now: datetime, day: int) -> datetime:
    """A moment just after Halton's Day ``day``, where Day 1 is the day of ``now``; both in British summer time."""
    return (now + timedelta(days=day - 1)).replace(hour=23, minute=0)


def start_of_stage_two(dispute: Dispute) -> Deadline:
    return dispute.deadlines.get(stage=2, kind="start")


def test_nothing_is_due_at_first(dispute: Dispute, now: datetime) -> None:
    assert sweep.sweep(now=now) == sweep.Swept()


def test_it_warns_once_a_day_before(dispute: Dispute, now: datetime) -> None:
    almost = end_of_day(now, 3) - timedelta(hours=23)
    assert sweep.sweep(now=almost) == sweep.Swept(warned=1)
    assert sweep.sweep(now=almost) == sweep.Swept()
    warned = Notification.objects.filter(event=Event.LIMIT_NEAR)
    assert {notice.recipient_id for notice in warned} == {p.appointment_id for p in dispute.participants.all()}


def test_it_warns_at_each_of_the_protocols_offsets(now: datetime) -> None:
    people = cast(make_partnership("halton"))
    rules = source_protocol("halton")
    publish(people.partnership, now=now, clock=rules.clock.model_copy(update={"warn_hours_before": (6, 24)}))
    dispute = make_dispute(people, now=now)
    due = start_of_stage_two(dispute).due_at
    done = [sweep.sweep(now=due - timedelta(hours=hours)).warned for hours in (30, 24, 20, 6, 5)]
    assert done == [0, 1, 0, 1, 0]
    told = Notification.objects.filter(event=Event.LIMIT_NEAR, recipient=dispute.raised_by)
    assert told.count() == 2


def test_it_records_the_miss_and_moves_on(dispute: Dispute, now: datetime) -> None:
    late = end_of_day(now, 3)
    done = sweep.sweep(now=late)
    assert (done.missed, done.escalated, done.failed) == (1, 1, 0)
    dispute = fresh(dispute)
    assert (dispute.stage, dispute.status) == (2, Status.AWAITING_REPLY)
    assert start_of_stage_two(dispute).missed_at == late
    assert dispute.stages.get(order=1).closed_how == "by_clock"
    assert dispute.stages.get(order=2).opened_by is None
    told = ChronologyEntry.objects.filter(dispute=dispute, by=None).values_list("headline", flat=True)
    assert "The clock moved this to Stage 2" in told
    assert AuditEvent.objects.filter(action="limit_missed", user=None).count() == 1


def test_a_second_sweep_changes_nothing(dispute: Dispute, now: datetime) -> None:
    late = end_of_day(now, 3)
    sweep.sweep(now=late)
    counts = [model.objects.count() for model in (Notification, ChronologyEntry, AuditEvent, Deadline)]
    assert sweep.sweep(now=late) == sweep.Swept()
    assert [model.objects.count() for model in (Notification, ChronologyEntry, AuditEvent, Deadline)] == counts


def test_what_was_not_done_stays_owed(dispute: Dispute, now: datetime) -> None:
    sweep.sweep(now=end_of_day(now, 3))
    carried = dispute.duties.filter(stage=1, carried_at__isnull=False, done_at__isnull=True)
    assert "attempt_logged" in set(carried.values_list("kind", flat=True))


def test_a_stage_opened_in_time_is_never_missed(dispute: Dispute, now: datetime) -> None:
    climb(dispute, now=now + timedelta(hours=5))
    assert sweep.sweep(now=end_of_day(now, 3)).missed == 0
    assert start_of_stage_two(dispute).met_at is not None


def test_a_stage_opened_late_is_always_missed(dispute: Dispute, now: datetime) -> None:
    """Nobody swept in between: the miss is written by the very act that comes too late (R3)."""
    late = end_of_day(now, 3) + timedelta(minutes=1)
    climb(dispute, now=late)
    row = start_of_stage_two(dispute)
    assert (row.missed_at, row.met_at) == (late, late)


def test_an_agreement_waiting_for_confirmation_is_not_moved_on(people: Cast, dispute: Dispute, now: datetime) -> None:
    do_raising_duties(dispute, now=now)
    record_agreement(
        dispute=dispute, text="The discharge waits for the sitter.", reasons="Both wards agree.", issues=[],
        by=people.health.practitioner, now=now,
    )
    assert sweep.sweep(now=end_of_day(now, 4)).escalated == 0
    assert fresh(dispute).stage == 1


def test_the_next_person_up_hears_a_day_later_and_once(people: Cast, dispute: Dispute, now: datetime) -> None:
    for day in (3, 9, 16, 21):
        sweep.sweep(now=end_of_day(now, day))
    last = dispute.deadlines.get(stage=4, kind="conclude")
    key = f"limit:{last.pk}:chased"
    sweep.sweep(now=end_of_day(now, 22) - timedelta(minutes=1))
    assert not Notification.objects.filter(key=key).exists()
    assert sweep.sweep(now=end_of_day(now, 22)).chased == 1
    assert sweep.sweep(now=end_of_day(now, 23)).chased == 0
    assert [notice.recipient for notice in Notification.objects.filter(key=key)] == [people.board_manager]


def test_one_that_cannot_be_swept_holds_up_no_other(people: Cast, dispute: Dispute, now: datetime) -> None:
    other = make_dispute(people, now=now)
    Dispute.objects.filter(pk=dispute.pk).update(stage=9)
    done = sweep.sweep(now=end_of_day(now, 3))
    assert (done.failed, done.escalated) == (1, 1)
    assert fresh(other).stage == 2


def test_of_one_that_fails_late_nothing_stays(people: Cast, dispute: Dispute, now: datetime) -> None:
    """The stage to open is there already: that shows only when everything else of the move has been written."""
    others = [make_dispute(people, now=now) for _ in range(3)]
    DisputeStage.objects.create(
        dispute=dispute, order=2, opened_at=now, closed_at=now, closed_how="skipped", closed_by=dispute.raised_by
    )
    before = _rows_of(dispute)
    done = sweep.sweep(now=end_of_day(now, 3))
    assert (done.failed, done.escalated) == (1, 3)
    assert _rows_of(dispute) == before
    assert {fresh(other).stage for other in others} == {2}
    assert list(audit.broken_links()) == []


def _rows_of(dispute: Dispute) -> list[object]:
    held = [Deadline, ChronologyEntry, Notification, DisputeStage, Participant, Duty]
    rows = [list(model._default_manager.filter(dispute=dispute).order_by("pk").values()) for model in held]
    events = AuditEvent.objects.filter(head__scope=audit.scope_of_case(dispute.case_id))
    return [*rows, events.count(), dispute.case.members.count(), fresh(dispute).stage]


@pytest.mark.parametrize("key", ["dundee", "luton", "south_lanarkshire"])
def test_without_limits_nothing_is_ever_overdue(key: str, now: datetime) -> None:
    dispute = fresh(make_dispute(people_under(key, now=now), now=now))
    assert sweep.sweep(now=now + timedelta(days=300)) == sweep.Swept()
    assert not dispute.deadlines.exists()
    assert not turn_of(dispute).is_overdue


def test_the_originator_goes_on_alone_when_there_is_no_reply(people: Cast, now: datetime) -> None:
    people = people_under("luton", now=now)
    dispute = make_dispute(people, now=now)
    dispute = climb(dispute, now=now)
    raiser = people.council.practitioner
    in_time, too_long = now + timedelta(days=4), now + timedelta(days=6)
    assert not moves.way_up(fresh(dispute), raiser, now=in_time).allowed
    going = moves.way_up(fresh(dispute), raiser, now=too_long)
    assert (going.allowed, going.on_silence) == (True, True)
    reply_by = people.health.line_manager
    positions.state_position(dispute=dispute, stance="stands", text="We judged it safe.", by=reply_by, now=too_long)
    assert not moves.way_up(fresh(dispute), raiser, now=too_long).allowed
