"""Cut-off times, a time of day, hours of working days, and a limit for the whole, each against another way of counting."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.actions.outcomes import record_agreement
from escalation.actions import sweep
from escalation.calendars import calendar_for
from escalation.deadlines import LONDON, add_working_day_hours, after_pause, due, schedule
from escalation.models import Deadline
from escalation.protocol import Clock, Unit
from escalation.protocol_files import ProtocolFileError, loads
from escalation.protocol_reading import days_in_words, limit_in_words
from tests.escalation.counting import limit
from tests.escalation.test_unseen_protocols import SILENCE, people_of
from tests.factories_disputes import climb, fresh, make_dispute

ENGLAND = calendar_for("england-and-wales", 2025, 2030)
TEN = Clock(counted_until=time(10), days="working_days", first_day_number=0)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("came", "ends"),
    [
        ("2026-04-01T09:59", "2026-04-02T10:00"),  # Wednesday before ten: Thursday at ten
        ("2026-04-01T10:00", "2026-04-02T10:00"),  # at ten sharp is still in time
        ("2026-04-01T10:01", "2026-04-07T10:00"),  # counts as Thursday; Good Friday to Easter Monday are passed over
        ("2026-04-04T08:00", "2026-04-08T10:00"),  # a Saturday counts as coming on the Tuesday after Easter
    ],
)
def test_by_ten_on_the_next_working_day_with_a_cut_off_at_ten(came: str, ends: str) -> None:
    found = due(limit(1, Unit.WORKING_DAYS, after=True, by_time=time(10)), TEN, local(came), ENGLAND)
    assert found.due_at == local(ends)
    assert found.rule == (
        "1 working day after the day the concern arose, until 10:00; after 10:00 it counts as the next working day"
    )


def test_a_cut_off_moves_calendar_days_by_one_and_hours_not_at_all() -> None:
    clock = Clock(counted_until=time(16))
    late = local("2026-07-03T16:30")
    assert due(limit(3, Unit.CALENDAR_DAYS), clock, late, ENGLAND).due_at == local("2026-07-06T23:59")
    assert due(limit(24, Unit.HOURS), clock, late, ENGLAND).due_at == local("2026-07-04T16:30")


@pytest.mark.parametrize(
    ("came", "hours", "ends"),
    [
        ("2026-07-03T14:00", 24, "2026-07-06T14:00"),
        ("2026-07-04T14:00", 24, "2026-07-07T00:00"),
        ("2026-04-02T10:00", 48, "2026-04-08T10:00"),
        ("2026-10-23T12:00", 24, "2026-10-26T12:00"),  # the clocks go back on the Sunday that is left out
    ],
)
def test_hours_of_working_days_leave_out_whole_days(came: str, hours: int, ends: str) -> None:
    found = due(limit(hours, Unit.WORKING_DAY_HOURS), Clock(), local(came), ENGLAND)
    assert found.due_at == local(ends)
    assert all(ENGLAND.reason_not_worked(day) for day, _ in found.skipped)


@given(quarter=st.integers(0, 70_000), hours=st.integers(1, 200))
def test_hours_of_working_days_counted_quarter_by_quarter(quarter: int, hours: int) -> None:
    start_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter)
    at, quarters = start_at, hours * 4
    while quarters:
        quarters -= ENGLAND.is_working_day(at.astimezone(LONDON).date())
        at += timedelta(minutes=15)
    assert add_working_day_hours(start_at, timedelta(hours=hours), ENGLAND)[0] == at


def test_a_pause_over_a_weekend_adds_only_the_hours_that_ran() -> None:
    one = limit(24, Unit.WORKING_DAY_HOURS)
    due_at, paused = local("2026-07-03T14:00"), local("2026-07-03T10:00")
    assert after_pause(one, Clock(), due_at, paused, local("2026-07-06T02:00"), ENGLAND) == local("2026-07-06T06:00")


WHOLE = SILENCE.replace(
    "first_day_number: 0}",
    "first_day_number: 0, total_limit: {number: 10, unit: working_days, after: true, label: Ten working days in all}}",
)


def test_the_limit_of_the_whole_is_read_scheduled_and_checked() -> None:
    rules = loads(WHOLE)
    assert days_in_words(rules).endswith("The whole of it: Ten working days in all.")
    found = {one.key: found for _, one, found in schedule(rules, {"dispute_raised": local("2026-04-02T10:00")}, ENGLAND)}
    assert found["whole-process"] is not None
    assert found["whole-process"].due_at == local("2026-04-20T23:59")
    with pytest.raises(ProtocolFileError, match="counted from how it began"):
        loads(WHOLE.replace("after: true, label: Ten", "after: true, anchor: stage_opened, label: Ten"))
    with pytest.raises(ProtocolFileError, match="ends when the hours are over"):
        loads(SILENCE.replace("unit: hours, label: Acknowledge", 'unit: hours, by_time: "10:00", label: Acknowledge'))
    ten = limit(2, Unit.WORKING_DAYS, after=True, by_time=time(10))
    said = "by 10:00 on the last of 2 working days after the day the disagreement was raised"
    assert limit_in_words(ten, rules.clock).endswith(said)


@pytest.mark.django_db
def test_the_whole_is_watched_at_every_stage_and_met_by_what_settles_it(now: datetime) -> None:
    dispute = make_dispute(people_of(WHOLE, now), now=now)
    row = dispute.deadlines.get(key="whole-process")
    assert row.due_at == local("2026-04-20T23:59")
    dispute = climb(dispute, now=now)
    assert Deadline.objects.filter(dispute=dispute, key="whole-process").count() == 1
    sweep.sweep(now=local("2026-04-21T00:10"))
    row.refresh_from_db()
    assert row.missed_at is not None
    assert fresh(dispute).stage == 2


@pytest.mark.django_db
def test_an_agreement_at_the_first_stage_meets_the_limit_of_the_whole(now: datetime) -> None:
    people = people_of(WHOLE, now)
    dispute = make_dispute(people, now=now)
    record_agreement(dispute=dispute, text="Done.", reasons="Both agree.", by=people.council.practitioner, now=now)
    assert dispute.deadlines.get(key="whole-process").met_at == now
