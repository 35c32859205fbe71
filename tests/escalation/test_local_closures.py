"""Local closures: kept by the board manager, moving open dates and only those, told once with old and new (F30)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, transaction
from django.test import Client

from cases.errors import Refused
from cases.models import AuditEvent
from cases.roles import Role
from escalation import calendars
from escalation.actions import calendars as acts
from escalation.actions import sweep
from escalation.explained import explained
from escalation.models import DeadlineChange, Dispute, LocalClosure, Notification
from escalation.protocol import DayKind, Event
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast, cast, make_appointment, make_partnership
from tests.factories_disputes import fresh, make_dispute, publish, source_protocol
from tests.worlds import shared

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 4, 7)  # the first working day after Easter


@shared
def people(clock: Clock, now: datetime) -> Cast:
    """Halton, had it meant working days."""
    clock.move_to(now)
    people = cast(make_partnership("halton"))
    rules = source_protocol("halton").clock.model_copy(update={"days": DayKind.WORKING_DAYS, "first_day_number": 1})
    publish(people.partnership, "halton", now=now, clock=rules)
    return people


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def add(people: Cast, now: datetime, **changes: Any) -> LocalClosure:
    given: dict[str, Any] = {"day": TUESDAY, "name": "Town holiday", "reason": "Decided by the council"}
    given |= {"by": people.board_manager}
    return acts.add_closure(**given | {"now": now} | changes)


def dates(dispute: Dispute) -> dict[str, datetime]:
    return {row.key: row.due_at for row in dispute.deadlines.all() if row.kind == "start"}


def test_a_closure_moves_open_dates_with_a_trace_and_one_notice(people: Cast, dispute: Dispute, now: datetime) -> None:
    row = dispute.deadlines.get(stage=2, kind="start")
    old = row.due_at
    add(people, now + timedelta(minutes=5))
    row.refresh_from_db()
    assert row.due_at > old
    change = DeadlineChange.objects.get(deadline=row)
    assert (change.kind, change.old_due_at, change.new_due_at) == ("calendar", old, row.due_at)
    assert "Town holiday" in change.why
    assert {"day": "2026-04-07", "why": "Town holiday"} in row.explanation["skipped"]
    assert "1 local closure" in row.explanation["calendar"]
    entry = dispute.chronology.get(headline__contains="moved")
    assert "it was due" in entry.body
    told = Notification.objects.filter(event=Event.DATE_CHANGED)
    assert sorted(told.values_list("recipient", flat=True)) == sorted(
        dispute.participants.values_list("appointment", flat=True)
    )
    assert AuditEvent.objects.filter(action__in=("closure_added", "dates_moved")).count() == 2
    assert "Moved on Thu 2 April 2026 at 10:05" in explained(row)


def test_it_is_shown_on_the_page_and_said_by_the_api_in_the_same_words(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    add(people, now)
    client.force_login(people.council.practitioner.user)
    page = client.get(f"/disputes/{dispute.reference}/").content.decode()
    assert "Town holiday" in page
    answer = signed_in(people.council.practitioner).get(f"/api/disputes/{dispute.reference}/")
    row = dispute.deadlines.get(stage=2, kind="start")
    assert explained(row) in [limit["explained"] for limit in answer.data["deadlines"]]


def test_what_is_met_missed_or_ended_stays(people: Cast, dispute: Dispute, now: datetime) -> None:
    later = now + timedelta(days=20)
    sweep.sweep(now=later)
    before = {row.pk: row.due_at for row in dispute.deadlines.all() if row.missed_at or row.met_at or row.ended_at}
    assert before
    add(people, later)
    assert before == {row.pk: row.due_at for row in dispute.deadlines.all() if row.pk in before}
    row = dispute.deadlines.filter(missed_at__isnull=False).first()
    assert row
    with pytest.raises(ProgrammingError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(due_at=later)


def test_a_day_taken_back_moves_dates_back_but_only_before_it_comes(people: Cast, dispute: Dispute, now: datetime) -> None:
    before = dates(fresh(dispute))
    closure = add(people, now)
    assert dates(fresh(dispute)) != before
    acts.remove_closure(closure=closure, reason="Offices open after all", by=people.board_manager, now=now)
    assert dates(fresh(dispute)) == before
    assert DeadlineChange.objects.filter(deadline__dispute=dispute).count() >= 2
    again = add(people, now)
    with pytest.raises(Refused, match="has come"):
        acts.remove_closure(closure=again, reason="Open", by=people.board_manager, now=now + timedelta(days=6))
    with pytest.raises(Refused, match="already"):
        acts.remove_closure(closure=closure, reason="Open", by=people.board_manager, now=now)


def test_a_new_dispute_is_counted_with_the_closures_there_are(people: Cast, now: datetime) -> None:
    add(people, now)
    row = make_dispute(people, now=now).deadlines.get(stage=2, kind="start")
    assert {"day": "2026-04-07", "why": "Town holiday"} in row.explanation["skipped"]
    assert acts.recalculate_everywhere(now=now) == 0


def test_another_partnerships_dates_do_not_move(people: Cast, dispute: Dispute, now: datetime) -> None:
    elsewhere = make_appointment(Role.BOARD_MANAGER, partnership=make_partnership("luton"))
    before = dates(fresh(dispute))
    add(people, now, by=elsewhere)
    assert dates(fresh(dispute)) == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": date(2026, 4, 11)}, "day"), ({"day": date(2036, 4, 7)}, "day"), ({"name": " "}, "name"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_makes_no_sense_is_refused(people: Cast, now: datetime, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        add(people, now, **changes)
    assert refused.value.field == field
    add(people, now)
    with pytest.raises(Refused, match="already"):
        add(people, now)
    with pytest.raises(Refused):
        add(people, now, day=date(2026, 4, 8), by=people.chair)


def test_upgraded_bank_holidays_move_dates_by_the_command(
    people: Cast, dispute: Dispute, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = calendars.bank_holidays

    def upgraded(nation: Any) -> dict[date, str]:
        return dict(known(nation)) | {TUESDAY: "Day of mourning"}

    calendars._of_years.cache_clear()
    monkeypatch.setattr(calendars, "bank_holidays", upgraded)
    try:
        call_command("deadlines", "recalculate")
        call_command("deadlines", "recalculate")
    finally:
        calendars._of_years.cache_clear()
    assert capsys.readouterr().out.split("\n")[:2] == ["1 dispute has a date that moved.", "0 disputes have a date that moved."]
    change = DeadlineChange.objects.filter(deadline__dispute=dispute).first()
    assert change
    assert (change.by, change.by_words) == (None, "The clock")


def test_the_board_manager_keeps_it_on_a_page_and_nobody_else(client: Client, people: Cast, dispute: Dispute) -> None:
    client.force_login(people.council.lead.user)
    assert client.get("/calendar/").status_code == 404
    client.force_login(people.board_manager.user)
    page = client.get("/calendar/").content.decode()
    assert "Good Friday" in page
    assert "2027" in page
    given = {"day_day": "7", "day_month": "4", "day_year": "2026", "name": "Town holiday", "reason": "Decided"}
    answer = client.post("/calendar/", given | {"reason": ""})
    assert answer.status_code == 200
    assert "Town holiday" in answer.content.decode()
    assert client.post("/calendar/", given).status_code == 302
    closure = LocalClosure.objects.get()
    assert client.post(f"/calendar/{closure.pk}/remove/", {"reason": "Open after all"}).status_code == 302
    assert "Taken out" in client.get("/calendar/").content.decode()
    assert client.get(f"/calendar/{closure.pk}/remove/").status_code == 404


def test_the_api_keeps_it_too(people: Cast, now: datetime) -> None:
    keeper, other = signed_in(people.board_manager), signed_in(people.council.lead)
    given = {"day": "2026-04-07", "name": "Town holiday", "reason": "Decided"}
    assert other.post("/api/calendar/", given).status_code == 404
    made = keeper.post("/api/calendar/", given)
    assert made.status_code == 201, made.data
    shown = other.get("/api/calendar/").data
    assert [closure["name"] for closure in shown["closures"]] == ["Town holiday"]
    assert {"day": "2026-04-03", "name": "Good Friday"} in shown["bank_holidays"]
    assert other.post(f"/api/calendar/{made.data['id']}/remove/", {"reason": "Open"}).status_code == 404
    assert keeper.post(f"/api/calendar/{made.data['id']}/remove/", {"reason": "Open"}).status_code == 200
    assert keeper.post(f"/api/calendar/{made.data['id']}/remove/", {"reason": "Open"}).status_code == 409


def test_the_board_manager_is_warned_when_the_data_ends_within_six_months(
    client: Client, clock: Clock, people: Cast
) -> None:
    client.force_login(people.board_manager.user)
    assert "end soon" not in client.get("/").content.decode()
    assert not calendars.ends_soon(date(2028, 6, 30))
    clock.move_to(datetime.fromisoformat("2028-07-10T10:00:00+00:00"))
    client.force_login(people.board_manager.user)
    assert "end soon" in client.get("/").content.decode()
