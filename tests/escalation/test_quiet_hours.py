"""Quiet hours: ordinary e-mail waits for the morning, immediate risk does not (F35)."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from django.core import mail

from escalation import deliveries
from escalation.actions import safety
from escalation.deadlines import after_quiet_hours
from escalation.models import Notification
from escalation.protocol import Clock, Event
from escalation.protocol_limits import limit_contradictions
from tests.factories import Cast, cast, make_partnership
from tests.factories_disputes import make_dispute, publish, source_protocol
from tests.worlds import shared

QUIET = {"quiet_from": time(20), "quiet_until": time(8)}
LATE = datetime(2026, 4, 2, 22, 0, tzinfo=UTC)  # 23:00 in London
MORNING = datetime(2026, 4, 3, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "waits_until"),
    [
        ("2026-04-02T23:00+01:00", "2026-04-03T08:00+01:00"), ("2026-04-03T00:30+01:00", "2026-04-03T08:00+01:00"),
        ("2026-04-03T08:00+01:00", "2026-04-03T08:00+01:00"), ("2026-04-02T19:59+01:00", "2026-04-02T19:59+01:00"),
        ("2026-10-24T23:00+01:00", "2026-10-25T08:00+00:00"),
    ],
)  # fmt: skip
def test_what_falls_into_quiet_hours_waits_for_their_end(at: str, waits_until: str) -> None:
    assert after_quiet_hours(datetime.fromisoformat(at), Clock(**QUIET)) == datetime.fromisoformat(waits_until)
    assert after_quiet_hours(datetime.fromisoformat(at), Clock()) == datetime.fromisoformat(at)


def test_quiet_hours_within_a_day() -> None:
    clock = Clock(quiet_from=time(12), quiet_until=time(13))
    assert after_quiet_hours(datetime(2026, 1, 5, 12, 30, tzinfo=UTC), clock).hour == 13
    assert after_quiet_hours(datetime(2026, 1, 5, 13, 30, tzinfo=UTC), clock).hour == 13


def test_a_beginning_without_an_end_is_refused() -> None:
    (found,) = limit_contradictions((), Clock(quiet_from=time(20)))
    assert found.place == ("clock", "quiet_until")


@shared
def people(now: datetime) -> Cast:
    people = cast(make_partnership("halton"))
    clock = source_protocol("halton").clock.model_copy(update=QUIET)
    publish(people.partnership, "halton", now=now, clock=clock)
    return people


@pytest.mark.django_db
def test_an_ordinary_notice_waits_and_immediate_risk_does_not(people: Cast) -> None:
    dispute = make_dispute(people, now=LATE)
    ordinary = Notification.objects.filter(event=Event.RAISED)
    assert {notice.next_attempt_at for notice in ordinary} == {MORNING}
    assert deliveries.deliver_due(now=LATE) == 0
    safety.confirm_safety(
        dispute=dispute, safety=safety.Safety(answer="not_safe", how="She fell again."), by=people.council.practitioner, now=LATE
    )
    urgent = Notification.objects.filter(event=Event.SAFETY_CHANGED).count()
    assert urgent
    assert deliveries.deliver_due(now=LATE) == urgent
    assert len(mail.outbox) == urgent
    assert deliveries.deliver_due(now=MORNING) >= ordinary.count()
