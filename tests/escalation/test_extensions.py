"""More time: asked before a limit is due, agreed by the other side, old and new date for ever; pauses too (F36)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from cases.errors import Refused
from cases.models import AuditEvent
from escalation.actions import extensions, sweep
from escalation.deadlines import after_pause
from escalation.explained import explained
from escalation.models import DateRequest, Deadline, DeadlineChange, Dispute, Notification
from escalation.protocol import Clock, Event, Extension, Limit, LimitKind, Unit
from escalation.turn import turn_of
from escalation.working_days import Calendar
from tests.calling import signed_in
from tests.clock import Clock as Movable
from tests.factories import Cast, cast, make_partnership
from tests.factories_disputes import fresh, make_dispute, people_under, publish, source_protocol
from tests.worlds import shared

pytestmark = pytest.mark.django_db


def people_with(now: datetime, **extension: Any) -> Cast:
    people = cast(make_partnership("halton"))
    rules = source_protocol("halton").clock.model_copy(update={"extension": Extension(**extension)})
    publish(people.partnership, "halton", now=now, clock=rules)
    return people


@shared
def people(clock: Movable, now: datetime) -> Cast:
    clock.move_to(now)
    return people_with(now, allowed=True, pause=True, longest_days=7)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


@shared
def limit(dispute: Dispute) -> Deadline:
    return dispute.deadlines.get(stage=2, kind="start")


def later(limit: Deadline, days: int = 3) -> date:
    return (limit.due_at + timedelta(days=days)).date()


def asked(people: Cast, limit: Deadline, now: datetime) -> DateRequest:
    made = extensions.ask_for_extension(
        limit=limit, day=later(limit), reason="The ward round is on Monday; a sitter stays.",
        by=people.council.practitioner, now=now,
    )  # fmt: skip
    assert made is not None
    return made


def test_it_counts_only_when_the_other_side_agrees_and_shows_both_dates(
    people: Cast, dispute: Dispute, limit: Deadline, now: datetime
) -> None:
    old = limit.due_at
    wish = asked(people, limit, now)
    limit.refresh_from_db()
    assert limit.due_at == old
    with pytest.raises(Refused):
        extensions.answer_request(asked=wish, agrees=True, reason="", by=people.council.senior_manager, now=now)
    extensions.answer_request(asked=wish, agrees=True, reason="", by=people.health.practitioner, now=now)
    limit.refresh_from_db()
    assert limit.due_at - old == timedelta(days=3)
    change = limit.changes.get()
    assert (change.kind, change.old_due_at, change.new_due_at) == ("extended", old, limit.due_at)
    assert people.council.practitioner.described in change.by_words
    assert people.health.practitioner.described in change.by_words
    assert "Extended on" in explained(limit)
    assert dispute.chronology.filter(headline__startswith="The date was extended").exists()
    assert AuditEvent.objects.filter(action="limit_date_acted_on").count() == 2
    assert Notification.objects.filter(event=Event.DATE_CHANGED, text__contains="now by").exists()
    with pytest.raises(Refused, match="answered meanwhile"):
        extensions.answer_request(asked=wish, agrees=False, reason="No", by=people.health.practitioner, now=now)


def test_a_wish_that_is_not_agreed_changes_nothing(people: Cast, limit: Deadline, now: datetime) -> None:
    wish = asked(people, limit, now)
    with pytest.raises(Refused, match="already"):
        asked(people, limit, now)
    with pytest.raises(Refused) as refused:
        extensions.answer_request(asked=wish, agrees=False, reason=" ", by=people.health.practitioner, now=now)
    assert refused.value.field == "reason"
    old = limit.due_at
    extensions.answer_request(asked=wish, agrees=False, reason="It is urgent.", by=people.health.practitioner, now=now)
    limit.refresh_from_db()
    assert limit.due_at == old
    assert not limit.changes.exists()


def test_only_before_it_is_due_and_an_answer_after_comes_too_late(people: Cast, limit: Deadline, now: datetime) -> None:
    wish = asked(people, limit, now)
    after = limit.due_at + timedelta(minutes=1)
    with pytest.raises(Refused, match="has passed"):
        extensions.answer_request(asked=wish, agrees=True, reason="", by=people.health.practitioner, now=after)
    sweep.sweep(now=after)
    limit.refresh_from_db()
    assert limit.missed_at is not None
    with pytest.raises(Refused):
        extensions.ask_for_extension(
            limit=limit, day=later(limit), reason="Late", by=people.council.practitioner, now=after
        )


@pytest.mark.parametrize(
    ("days", "reason", "field"), [(-1, "Why not", "day"), (0, "Why not", "day"), (8, "Too far", "day"), (2, "  ", "reason")]
)
def test_what_cannot_be_asked(
    people: Cast, limit: Deadline, now: datetime, days: int, reason: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        extensions.ask_for_extension(
            limit=limit, day=later(limit, days), reason=reason, by=people.council.practitioner, now=now
        )
    assert refused.value.field == field


def test_whoever_may_not_ask_is_refused(people: Cast, limit: Deadline, now: datetime) -> None:
    for who in (people.stranger, people.chair, people.board_manager):
        with pytest.raises(Refused):
            extensions.ask_for_extension(limit=limit, day=later(limit), reason="More", by=who, now=now)


def test_no_protocol_allows_it_unless_it_says_so(clock: Movable, now: datetime) -> None:
    people = people_under("halton", now=now)
    limit = make_dispute(people, now=now).deadlines.get(stage=2, kind="start")
    with pytest.raises(Refused, match="cannot be changed"):
        asked(people, limit, now)


def test_where_one_side_is_enough_it_counts_at_once(now: datetime) -> None:
    people = people_with(now, allowed=True, both_agencies=False, by=("practitioner",))
    limit = make_dispute(people, now=now).deadlines.get(stage=2, kind="start")
    old = limit.due_at
    extensions.ask_for_extension(limit=limit, day=later(limit), reason="A bank closes", by=people.council.practitioner, now=now)
    limit.refresh_from_db()
    assert limit.due_at == old + timedelta(days=3)
    assert sweep.sweep(now=old + timedelta(minutes=1)).missed == 0


def paused(people: Cast, limit: Deadline, now: datetime) -> Deadline:
    wish = extensions.ask_for_pause(limit=limit, reason="The person is in hospital.", by=people.council.practitioner, now=now)
    assert wish is not None
    extensions.answer_request(asked=wish, agrees=True, reason="", by=people.health.practitioner, now=now)
    limit.refresh_from_db()
    return limit


def test_a_paused_limit_is_not_watched_and_its_date_moves_by_the_pause(
    people: Cast, dispute: Dispute, limit: Deadline, now: datetime
) -> None:
    old = paused(people, limit, now).due_at
    after = old + timedelta(hours=1)
    sweep.sweep(now=after)
    limit.refresh_from_db()
    assert (limit.missed_at, limit.warned_at) == (None, None)
    assert fresh(dispute).stage == 1
    extensions.resume(limit=limit, reason="Home again.", by=people.health.practitioner, now=after)
    limit.refresh_from_db()
    assert limit.paused_at is None
    assert limit.due_at > after
    assert [change.kind for change in limit.changes.all()] == ["paused", "resumed"]
    with pytest.raises(Refused, match="not paused"):
        extensions.resume(limit=limit, reason="Again.", by=people.health.practitioner, now=after)
    sweep.sweep(now=limit.due_at + timedelta(minutes=1))
    limit.refresh_from_db()
    assert limit.missed_at is not None


def test_the_clock_ends_a_pause_that_is_longer_than_allowed(people: Cast, limit: Deadline, now: datetime) -> None:
    paused(people, limit, now)
    sweep.sweep(now=now + timedelta(days=7))
    limit.refresh_from_db()
    assert limit.paused_at is None
    change = limit.changes.get(kind=DeadlineChange.Kind.RESUMED)
    assert change.by_words == "The clock"
    assert sweep.sweep(now=now + timedelta(days=7)) == sweep.Swept()


def test_while_the_time_is_paused_the_line_says_so(people: Cast, dispute: Dispute, now: datetime) -> None:
    for row in dispute.deadlines.filter(met_at__isnull=True):
        paused(people, row, now)
    turn = turn_of(fresh(dispute))
    assert "paused" in turn.sentence
    assert "clock moves" not in turn.then


@pytest.mark.parametrize(
    ("unit", "expected"),
    [(Unit.HOURS, "2026-04-12"), (Unit.CALENDAR_DAYS, "2026-04-12"), (Unit.WORKING_DAYS, "2026-04-08")],
)
def test_a_pause_is_counted_in_the_limits_own_unit(unit: Unit, expected: str) -> None:
    limit = Limit(key="k", kind=LimitKind.RESPOND, number=5, unit=unit, label="x")
    before_easter, after_easter = (datetime.fromisoformat(f"2026-04-{day}T10:00+01:00") for day in ("02", "07"))
    easter = Calendar(holidays={date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"})
    moved = after_pause(limit, Clock(), after_easter, before_easter, after_easter, easter)
    assert moved == datetime.fromisoformat(f"{expected}T10:00+01:00")


def test_the_pages_ask_answer_and_show(client: Client, people: Cast, dispute: Dispute, limit: Deadline) -> None:
    path, day = f"/disputes/{dispute.reference}/dates/", later(limit)
    client.force_login(people.council.practitioner.user)
    page = client.get(path).content.decode()
    assert "Ask for a later date" in page
    assert "Pause the time" in page
    assert client.get(f"{path}{limit.pk}/extend/").status_code == 200
    given = {"day_day": day.day, "day_month": day.month, "day_year": day.year, "reason": "The ward round is on Monday."}
    assert client.post(f"{path}{limit.pk}/extend/", given)["Location"] == path
    assert "Not answered yet" in client.get(path).content.decode()
    wish = DateRequest.objects.get()
    assert client.get(f"{path}requests/{wish.pk}/answer/").status_code == 403
    client.force_login(people.health.practitioner.user)
    assert "The ward round is on Monday." in client.get(f"{path}requests/{wish.pk}/answer/").content.decode()
    assert client.post(f"{path}requests/{wish.pk}/answer/", {"agrees": "yes"})["Location"] == path
    page = client.get(path).content.decode()
    assert "Extended on" in page
    assert client.post(f"{path}{limit.pk}/pause/", {"reason": "Hospital"}).status_code == 302
    client.force_login(people.stranger.user)
    for address in (path, f"{path}{limit.pk}/extend/", f"{path}{limit.pk}/pause/", f"{path}requests/{wish.pk}/answer/"):
        assert client.get(address).status_code == 404


def test_the_api_asks_answers_and_shows(people: Cast, dispute: Dispute, limit: Deadline) -> None:
    path = f"/api/disputes/{dispute.reference}/dates/"
    ours, theirs = signed_in(people.council.practitioner), signed_in(people.health.practitioner)
    given = {"day": later(limit).isoformat(), "reason": "The ward round is on Monday."}
    made = ours.post(f"{path}{limit.pk}/extend/", given)
    assert made.status_code == 200, made.data
    wish = made.data["requests"][0]["id"]
    assert ours.post(f"{path}requests/{wish}/answer/", {"agrees": True}).status_code == 403
    assert theirs.post(f"{path}requests/{wish}/answer/", {"agrees": True}).data["changes"][0]["kind"] == "extended"
    assert theirs.post(f"{path}requests/{wish}/answer/", {"agrees": True}).status_code == 409
    assert ours.post(f"{path}{limit.pk}/pause/", {"reason": "Hospital"}).status_code == 200
    assert ours.post(f"{path}{limit.pk}/resume/", {"reason": "Home"}).status_code == 409
    assert limit.pk in [row["id"] for row in ours.get(path).data]
    assert signed_in(people.stranger).get(path).status_code == 404
