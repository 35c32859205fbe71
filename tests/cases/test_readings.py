"""The weekly list of an agency's readers: whose reading is on it, what the rules point out, and looking into that."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client

from cases import account_mail, audit
from cases.actions import readings
from cases.actions.readings import look_into, readings_of_week, tell_of_lists
from cases.errors import Refused
from cases.models import AccountNotice, Appointment, AuditEvent, Case, ReadingNote
from cases.unusual import HOURS, MANY, NAME, NOTHING_DONE, Rules, bounds_of, is_same_surname, monday_of, pointed_out
from tests import factories
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast

pytestmark = pytest.mark.django_db
WEEK = date(2026, 3, 30)
NOON = datetime(2026, 3, 31, 11, tzinfo=UTC)  # a Tuesday, noon in London
AFTER = NOON + timedelta(days=30)


@pytest.fixture
def people() -> Cast:
    return factories.cast()


@pytest.fixture
def case(people: Cast) -> Case:
    return factories.make_case(people, now=NOON - timedelta(days=1))


def read(case: Case, who: Appointment, at: datetime = NOON) -> None:
    audit.record("case_read", case, scope=audit.scope_of_case(case.pk), by=who, now=at)


def listed(by: Appointment, now: datetime = NOON, week_on: date = WEEK) -> list[tuple[str, list[str]]]:
    return [(one.reader.user.name, one.flags) for one in readings_of_week(by=by, week_on=week_on, now=now)]


@pytest.mark.parametrize(
    ("at", "is_out"),
    [
        ("2026-03-31T05:59:59", True), ("2026-03-31T06:00:00", False), ("2026-03-31T18:59:59", False),
        ("2026-03-31T19:00:00", True), ("2026-01-06T07:00:00", False), ("2026-01-06T06:59:59", True),
        ("2026-04-04T11:00:00", True),
    ],
)  # fmt: skip
def test_the_hours_are_those_of_london(at: str, is_out: bool) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    said = pointed_out(
        reader="A", person="", read_at=[moment], most_in_a_day=1, acted_at=moment, now=moment, rules=Rules()
    )
    assert said == ([HOURS] if is_out else [])


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Ann Elsworth", "margaret ELSWORTH", True),
        ("Jo Elsworth-Reid", "M Elsworth", True),
        ("Ann Reid", "Reid Ann", False),
        ("", "", False),
    ],
)
def test_surnames(one: str, other: str, alike: bool) -> None:
    assert is_same_surname(one, other) is alike


def test_weeks_begin_on_monday_in_london_whatever_the_clocks_do() -> None:
    assert monday_of(date(2026, 4, 5)) == WEEK
    begin, end = bounds_of(date(2026, 3, 23))  # the clocks go forward on the 29th
    assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(days=7, hours=-1)


def test_a_lead_sees_who_read_their_agencys_cases_and_nobody_elses(people: Cast, case: Case) -> None:
    read(case, people.health.practitioner)
    read(case, people.health.practitioner, NOON - timedelta(days=7))
    assert listed(people.council.lead) == [(people.health.practitioner.user.name, [])]
    assert listed(people.health.lead) == listed(people.council.lead)
    others = [held for held in Appointment.objects.filter(role="safeguarding_lead") if held.agency_id not in (
        people.council.agency.pk, people.health.agency.pk,
    )]  # fmt: skip
    assert [listed(held) for held in others] == [[] for _ in others]
    elsewhere = factories.cast(factories.make_partnership("luton"))
    assert listed(elsewhere.council.lead) == listed(elsewhere.board_manager) == []


def test_of_what_is_shut_to_them_they_see_nothing(people: Cast, case: Case) -> None:
    read(case, people.health.practitioner, NOON.replace(hour=23))
    Case.objects.filter(pk=case.pk).update(named=[people.health.practitioner.pk, people.council.senior_manager.pk])
    assert listed(people.council.lead) == listed(people.board_manager) == []
    Case.objects.filter(pk=case.pk).update(named=None, shut_to=[people.council.lead.user_id])
    assert listed(people.council.lead) == []
    assert len(listed(people.health.lead)) == 1


def test_what_the_rules_point_out(people: Cast, case: Case, settings: object) -> None:
    settings.READING_RULES = {"from_hour": 7, "to_hour": 20, "cases_a_day": 1, "days_to_act": 14}  # type: ignore[attr-defined]
    who, other = people.health.practitioner, factories.make_case(people, now=NOON)
    assert case.person is not None
    who.user.name = f"Sam {case.person.name.split()[-1]}"
    who.user.save()
    read(case, who)
    assert listed(people.council.lead) == [(who.user.name, [NAME])]
    read(other, who, NOON.replace(hour=21))
    found = dict((one.case.pk, one.flags) for one in readings_of_week(by=people.council.lead, week_on=WEEK, now=AFTER))
    assert {NAME, MANY, NOTHING_DONE} <= set(found[case.pk])
    assert {HOURS, MANY, NOTHING_DONE} <= set(found[other.pk])
    audit.record("position_stated", case, scope=audit.scope_of_case(case.pk), by=who, now=NOON + timedelta(days=13))
    assert NOTHING_DONE not in dict(listed(people.council.lead, AFTER)).get(who.user.name, []) or found
    after = {one.case.pk: one.flags for one in readings_of_week(by=people.council.lead, week_on=WEEK, now=AFTER)}
    assert NOTHING_DONE not in after[case.pk]
    assert NOTHING_DONE in after[other.pk]


def test_the_board_manager_sees_what_is_pointed_out_and_not_whose_name_is_like_whose(
    client: Client, people: Cast, case: Case, clock: Clock
) -> None:
    clock.move_to(NOON)
    read(case, people.health.practitioner)
    assert listed(people.board_manager) == []
    read(case, people.council.practitioner, NOON.replace(hour=22))
    assert listed(people.board_manager) == [(people.council.practitioner.user.name, [HOURS])]
    assert case.person is not None
    people.council.practitioner.user.name = f"Sam {case.person.name.split()[-1]}"
    people.council.practitioner.user.save()
    client.force_login(people.board_manager.user)
    page = client.get("/directory/readers/").content.decode()
    assert "A rule about names" in page
    assert case.reference in page


def test_a_lead_looks_into_it_once_and_for_all(client: Client, people: Cast, case: Case, clock: Clock) -> None:
    clock.move_to(NOON)
    who, lead = people.health.practitioner, people.council.lead
    read(case, who, NOON.replace(hour=22))
    client.force_login(lead.user)
    page = f"/directory/readers/{WEEK}/{who.pk}/{case.reference}/"
    assert page in client.get("/directory/readers/").content.decode()
    assert "Say what" in client.post(page, {"words": ""}).content.decode() or ReadingNote.objects.count() == 0
    assert client.post(page, {"words": "=HYPERLINK(1) She was on duty that night."}).status_code == 302
    assert "She was on duty that night." in client.get("/directory/readers/").content.decode()
    event = AuditEvent.objects.get(action="reading_looked_into")
    assert (event.head.scope, event.data) == (
        f"case:{case.pk}",
        {"reader": who.pk, "week": "2026-03-30", "flags": [HOURS]},
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        ReadingNote.objects.update(words="Nothing.")
    taken = client.get(f"/directory/readers/file/?week={WEEK}")
    assert taken["Content-Disposition"] == 'attachment; filename="readers-2026-03-30.csv"'
    assert case.reference in taken.content.decode()
    assert AuditEvent.objects.get(action="readers_exported").data == {"week": "2026-03-30", "lines": 1}
    assert client.get(f"/directory/readers/{WEEK}/{who.pk}/HAL-C-2026-9999/").status_code == 404
    for address in ("/directory/readers/?week=nothing", f"/directory/readers/nothing/{who.pk}/{case.reference}/"):
        assert client.get(address).status_code == 404


def test_nobody_looks_into_their_own_reading_and_others_not_at_all(client: Client, people: Cast, case: Case) -> None:
    lead = people.council.lead
    read(case, lead, NOON.replace(hour=22))
    told = {"week_on": WEEK, "reader_id": lead.pk, "reference": case.reference, "words": "I was on duty.", "now": NOON}
    for by, why in (
        (lead, "themselves"),
        (people.council.practitioner, "not on a list"),
        (people.stranger, "not on a list"),
    ):
        with pytest.raises(Refused, match=why):
            look_into(by=by, **told)  # type: ignore[arg-type]
    assert look_into(by=people.board_manager, **told).agency is None  # type: ignore[arg-type]
    for held in (people.council.practitioner, people.auditor, people.council.senior_manager):
        client.force_login(held.user)
        assert client.get("/directory/readers/").status_code == 404


def test_a_program_reads_the_list_and_writes_down_what_came_of_it(people: Cast, case: Case, clock: Clock) -> None:
    clock.move_to(NOON)
    who, lead = people.health.practitioner, people.council.lead
    read(case, who, NOON.replace(hour=22))
    here = f"/api/directory/readers/{WEEK}/{who.pk}/{case.reference}/"
    shown = signed_in(lead).get(f"/api/directory/readers/?week={WEEK + timedelta(days=2)}").data
    assert shown["week_on"] == "2026-03-30"
    assert [(one["case"], one["reader"], one["times"], one["looked_into"]) for one in shown["readings"]] == [
        (case.reference, who.pk, 1, [])
    ]
    assert shown["readings"][0]["pointed_out"] == [readings.rules().words[HOURS]]
    assert signed_in(lead).post(here, {"words": " "}).status_code == 400
    made = signed_in(lead).post(here, {"words": "She was on duty."})
    assert (made.status_code, made.data["by"], made.data["words"]) == (201, lead.described, "She was on duty.")
    assert [event.appointment for event in AuditEvent.objects.filter(action="reading_looked_into")] == [lead]
    again = signed_in(people.board_manager).get(f"/api/directory/readers/?week={WEEK}").data["readings"]
    assert again[0]["looked_into"][0]["words"] == "She was on duty."
    for held in (who, people.auditor, people.council.senior_manager):
        assert signed_in(held).get("/api/directory/readers/").status_code == 404
        assert signed_in(held).post(here, {"words": "x"}).status_code == 404
    for address in ("/api/directory/readers/?week=nothing", "/api/directory/readers/?week=0001-01-01%00"):
        assert signed_in(lead).get(address).status_code == 404
    own = f"/api/directory/readers/{WEEK}/{lead.pk}/{case.reference}/"
    read(case, lead, NOON.replace(hour=22))
    refused = signed_in(lead).post(own, {"words": "I was on duty."})
    assert (refused.status_code, refused.data["code"]) == (403, "forbidden")


def test_leads_are_told_once_a_week_without_a_name(people: Cast, case: Case) -> None:
    read(case, people.health.practitioner)
    monday = datetime(2026, 4, 6, 8, tzinfo=UTC)
    for _ in range(2):
        tell_of_lists(now=monday)
    told = AccountNotice.objects.filter(kind="readers_listed")
    assert {row.user_id for row in told} == {people.council.lead.user_id, people.health.lead.user_id}
    account_mail.deliver_owed(now=monday)
    assert f"/directory/readers/?week={WEEK}" in mail.outbox[0].body
    told_them = f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    for hidden in (case.reference, people.health.practitioner.user.name, people.health.agency.name):
        assert hidden not in told_them
    assert readings.rules() == Rules()
