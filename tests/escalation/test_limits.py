"""Limits completely: every anchor as soon as it happens, sooner dates, written outcomes, guides, recalls after the date."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from cases.errors import Refused
from decisions.actions.outcomes import record_agreement
from escalation.actions import extensions, positions, sweep, talks
from escalation.actions.acknowledge import acknowledge
from escalation.actions.calendars import add_closure
from escalation.actions.raising import raise_dispute
from escalation.explained import explained
from escalation.models import Dispute, Notification
from escalation.protocol import Anchor, Event, Limit, LimitKind, OnMissed, Unit
from escalation.turn import turn_of
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast, cast, make_case, make_partnership
from tests.factories_disputes import SAFE, do_raising_duties, fresh, make_dispute, publish, raised, source_protocol
from tests.worlds import shared

pytestmark = pytest.mark.django_db


def limit(key: str, kind: LimitKind, number: int, unit: Unit = Unit.HOURS, **more: Any) -> Limit:
    return Limit(key=key, kind=kind, number=number, unit=unit, label=f"Limit {key}", **more)


def people_with(now: datetime, *limits: Limit, **clock: Any) -> Cast:
    """Halton's people under a first stage with these limits and no others."""
    people, rules = cast(make_partnership("halton")), source_protocol("halton")
    first, rest = rules.stages[0].model_copy(update={"limits": limits}), rules.stages[1:]
    bare = [stage.model_copy(update={"limits": ()}) for stage in rest]
    publish(people.partnership, "halton", now=now, stages=(first, *bare), clock=rules.clock.model_copy(update=clock))
    return people


def keys(dispute: Dispute) -> set[str]:
    return set(dispute.deadlines.values_list("key", flat=True))


def test_each_limit_begins_with_its_own_event(now: datetime) -> None:
    met = Anchor.PREVIOUS_LIMIT_MET
    people = people_with(
        now,
        limit("ack", LimitKind.ACKNOWLEDGE, 4, anchor=Anchor.REQUEST_SENT),
        limit("told", LimitKind.RESPOND, 2, Unit.WORKING_DAYS, after=True, anchor=Anchor.DECISION_RECEIVED),
        limit("reply", LimitKind.RESPOND, 3, Unit.CALENDAR_DAYS, after=True, anchor=met, anchor_limit="ack"),
        limit("talk", LimitKind.CONCLUDE, 5, Unit.CALENDAR_DAYS, after=True, anchor=Anchor.FIRST_DISCUSSION),
        limit("letter", LimitKind.WRITTEN_OUTCOME, 2, Unit.WORKING_DAYS, after=True, anchor=Anchor.PREVIOUS_LIMIT_DUE,
              anchor_limit="talk"),
    )  # fmt: skip
    dispute = make_dispute(people, now=now, decision_received_at=now - timedelta(hours=3))
    assert keys(dispute) == {"ack", "told"}
    acknowledge(dispute=dispute, by=people.health.practitioner, now=now + timedelta(hours=1))
    assert keys(dispute) == {"ack", "told", "reply"}
    talk: dict[str, Any] = {"mode": "phone", "with_whom": "Ward manager", "result": "No."}
    talk |= {"happened_at": now + timedelta(hours=2)}
    by = people.council.practitioner
    talks.log_discussion(dispute=dispute, kind="advice", by=by, now=now + timedelta(hours=2), **talk)
    assert keys(dispute) == {"ack", "told", "reply"}
    talks.log_discussion(dispute=dispute, kind="talk", by=by, now=now + timedelta(hours=3), **talk)
    assert keys(dispute) == {"ack", "told", "reply", "talk", "letter"}
    said = dispute.deadlines.get(key="reply").explanation
    assert (said["anchor"], said["anchor_at"]) == ("the limit 'ack' was met", (now + timedelta(hours=1)).isoformat())


def test_an_agreement_in_writing_meets_what_is_counted_from_the_end(now: datetime) -> None:
    people = people_with(
        now, limit("end", LimitKind.CONCLUDE, 5, Unit.CALENDAR_DAYS),
        limit("letter", LimitKind.WRITTEN_OUTCOME, 48, anchor=Anchor.PREVIOUS_LIMIT_MET, anchor_limit="end"),
    )  # fmt: skip
    dispute = make_dispute(people, now=now)
    do_raising_duties(dispute, now=now)
    record_agreement(
        dispute=fresh(dispute), text="The sitter starts tonight.", reasons="Both agree.", by=people.council.practitioner, now=now
    )
    assert dispute.deadlines.get(key="letter").met_at == now
    assert sweep.sweep(now=now + timedelta(days=9)).missed == 0


@shared
def asking(clock: Clock, now: datetime) -> Cast:
    """A reply in 10 working days, or sooner."""
    clock.move_to(now)
    return people_with(now, limit("reply", LimitKind.RESPOND, 10, Unit.WORKING_DAYS, after=True, or_sooner=True))


def test_a_professionals_own_sooner_date_counts(asking: Cast, now: datetime) -> None:
    dispute, by, at = make_dispute(asking, now=now), asking.council.practitioner, now + timedelta(days=2)
    row = dispute.deadlines.get(key="reply")
    for wrong, who in ((row.due_at, by), (now, by), (at, asking.health.practitioner)):
        with pytest.raises(Refused):
            extensions.set_own_date(limit=row, at=wrong, reason="She goes home then.", by=who, now=now)
    extensions.set_own_date(limit=row, at=at, reason="She goes home then.", by=by, now=now)
    row.refresh_from_db()
    assert row.due_at == at
    assert "Made sooner" in explained(row)
    closed = at.date() + timedelta(days=5)
    add_closure(day=closed, name="Fair", reason="Local", by=asking.board_manager, now=now)
    row.refresh_from_db()
    assert row.due_at == at


def test_it_can_be_given_with_the_raising(asking: Cast, now: datetime) -> None:
    given = replace(raised(now), own_date=now + timedelta(days=1))
    dispute = raise_dispute(
        case=make_case(asking, now=now), responding=[asking.health.agency], raised=given, safety=SAFE,
        by=asking.council.practitioner, now=now,
    )  # fmt: skip
    assert dispute.deadlines.get(key="reply").due_at == now + timedelta(days=1)


def test_it_has_a_page_and_an_endpoint(client: Client, asking: Cast, now: datetime) -> None:
    dispute = make_dispute(asking, now=now)
    row = dispute.deadlines.get(key="reply")
    path = f"/disputes/{dispute.reference}/dates/"
    client.force_login(asking.council.practitioner.user)
    assert "Set a sooner date" in client.get(path).content.decode()
    assert client.get(f"{path}{row.pk}/sooner/").status_code == 200
    given = {"at_day": 4, "at_month": 4, "at_year": 2026, "at_time": "14:30", "reason": "She goes home then."}
    assert client.post(f"{path}{row.pk}/sooner/", given).status_code == 302
    at = (now + timedelta(days=1)).isoformat()
    ours = signed_in(asking.council.practitioner)
    answer = ours.post(f"/api{path}{row.pk}/sooner/", {"at": at, "reason": "Sooner still."})
    assert answer.status_code == 200, answer.data
    assert [change["kind"] for change in answer.data["changes"]] == ["sooner", "sooner"]
    assert signed_in(asking.stranger).post(f"/api{path}{row.pk}/sooner/", {"at": at, "reason": "x"}).status_code == 404


def test_a_guide_date_that_passes_blames_nobody(client: Client, clock: Clock, now: datetime) -> None:
    people = people_with(now, limit("reply", LimitKind.RESPOND, 24, indicative=True))
    dispute = make_dispute(people, now=now)
    clock.move_to(now + timedelta(hours=25))
    assert sweep.sweep(now=now + timedelta(hours=25)).missed == 1
    assert not turn_of(fresh(dispute)).is_overdue
    client.force_login(people.health.practitioner.user)
    page = client.get(f"/disputes/{dispute.reference}/").content.decode()
    assert "app-overdue" not in page
    assert "a guide, not a limit" in page
    assert dispute.chronology.filter(headline="The guide date has passed: Limit reply").exists()
    told = Notification.objects.filter(event=Event.LIMIT_MISSED)
    assert all("a guide date has passed" in notice.text for notice in told)
    assert "The guide date has passed" in client.get(f"/disputes/{dispute.reference}/dates/").content.decode()


def test_half_of_the_time_and_every_working_day_after(now: datetime) -> None:
    """Thursday 10:00: half at Friday 10:00, due Saturday 10:00, then Tuesday and Wednesday after Easter at 9."""
    people = people_with(
        now, limit("reply", LimitKind.RESPOND, 48, on_missed=OnMissed.TELL), warn_percent=(50,), warn_hours_before=(),
        chase_every_working_day=True, tell_next_up_after_hours=0,
    )  # fmt: skip
    dispute, who = make_dispute(people, now=now), people.health.practitioner
    notices = Notification.objects.filter(recipient=who, event__in=(Event.LIMIT_NEAR, Event.LIMIT_MISSED))
    counts = []
    for hours in range(0, 24 * 7 + 1):
        sweep.sweep(now=now + timedelta(hours=hours))
        counts.append(notices.count())
    jumps = [hours for hours in range(1, len(counts)) if counts[hours] > counts[hours - 1]]
    assert jumps == [24, 49, 119, 143, 167]
    positions.state_position(dispute=dispute, stance="stands", text="Full.", by=who, now=now + timedelta(days=7, hours=1))
    before = notices.count()
    sweep.sweep(now=now + timedelta(days=9))
    assert notices.count() == before
