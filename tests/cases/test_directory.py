"""Who is who, and who keeps it so."""

from __future__ import annotations

from datetime import date, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from cases.actions import directory
from cases.errors import Refused
from cases.models import Appointment, AuditEvent, User
from cases.roles import Role
from tests import factories
from tests.factories import Cast
from tests.questions import Questions

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 2)


@pytest.fixture
def people() -> Cast:
    return factories.cast()


def appoint(by: Appointment, now: datetime, **fields: Any) -> Appointment:
    given = {"agency": by.agency, "role": Role.PRACTITIONER, "name": "Ines Ferreira", "email": "ines@example.org"}
    return directory.appoint(**(given | {"starts_on": TODAY} | fields), by=by, now=now)


def test_everybody_finds_everybody(client: Client, people: Cast) -> None:
    client.force_login(people.stranger.user)
    page = client.get("/directory/").content.decode()
    for held in (people.health.practitioner, people.chair, people.charity):
        assert held.user.email in page
    assert "Nobody is recorded as line manager" in page
    assert "Record somebody" not in page


def test_a_role_that_ended_is_gone_and_leaves_a_gap(client: Client, people: Cast) -> None:
    Appointment.objects.filter(pk=people.health.lead.pk).update(ends_on=date(2020, 3, 1))
    client.force_login(people.council.practitioner.user)
    page = client.get("/directory/").content.decode()
    assert people.health.lead.user.email not in page
    assert "Nobody is recorded as safeguarding lead" in page


def test_the_page_takes_the_same_queries_however_many_people(client: Client, people: Cast) -> None:
    client.force_login(people.board_manager.user)

    def queries() -> int:
        with Questions(connection) as caught:
            assert client.get("/directory/").status_code == 200
        return len(caught)

    before = queries()
    for _ in range(3):
        factories.make_team(factories.make_agency(people.partnership, "health"))
    assert queries() == before


def test_a_lead_appoints_somebody_who_then_has_an_account(client: Client, people: Cast) -> None:
    client.force_login(people.council.lead.user)
    answers = {
        "agency": people.council.agency.pk, "role": "line_manager", "name": "Ines Ferreira", "email": "Ines@Example.org",
        "job_title": "duty manager", "manager": people.council.senior_manager.pk, "is_contact": "on",
        "starts_on_day": "2", "starts_on_month": "4", "starts_on_year": "2026",
    }  # fmt: skip
    answer = client.post("/directory/appoint/", answers)
    assert answer.status_code == 302, answer.content.decode()
    held = Appointment.objects.get(user__email="ines@example.org")
    assert (held.role, held.manager, held.is_contact) == ("line_manager", people.council.senior_manager, True)
    assert not held.user.has_usable_password()
    event = AuditEvent.objects.get(action="appointed")
    assert event.data == {"role": "line_manager", "user": held.user_id}
    assert "duty manager" in client.get("/directory/").content.decode()


def test_the_same_role_twice_is_refused_at_the_address(client: Client, people: Cast, now: datetime) -> None:
    appoint(people.council.lead, now)
    with pytest.raises(Refused) as refusal:
        appoint(people.council.lead, now)
    assert refusal.value.field == "email"
    assert Appointment.objects.filter(user__email="ines@example.org").count() == 1


def test_somebody_with_an_account_keeps_it(people: Cast, now: datetime) -> None:
    known = people.stranger.user
    held = appoint(people.council.lead, now, email=known.email.upper(), name="Another Name")
    assert held.user == known
    assert User.objects.get(pk=known.pk).name == known.name


@pytest.mark.parametrize(
    ("who", "role", "at", "allowed"),
    [
        ("council.lead", Role.PRACTITIONER, "council", True),
        ("council.lead", Role.SENIOR_MANAGER, "council", True),
        ("council.lead", Role.BOARD_REPRESENTATIVE, "council", False),
        ("council.lead", Role.PRACTITIONER, "health", False),
        ("council.lead", Role.CHAIR, None, False),
        ("council.practitioner", Role.PRACTITIONER, "council", False),
        ("council.senior_manager", Role.PRACTITIONER, "council", False),
        ("chair", Role.PRACTITIONER, "council", False),
        ("auditor", Role.PRACTITIONER, "council", False),
        ("board_manager", Role.BOARD_REPRESENTATIVE, "health", True),
        ("board_manager", Role.CHAIR, None, True),
        ("board_manager", Role.CHAIR, "council", False),
        ("board_manager", Role.PRACTITIONER, None, False),
    ],
)
def test_who_may_appoint_whom(people: Cast, now: datetime, who: str, role: Role, at: str | None, allowed: bool) -> None:
    team, _, name = who.rpartition(".")
    by = getattr(getattr(people, team) if team else people, name)
    agency = getattr(people, at).agency if at else None
    if allowed:
        assert appoint(by, now, role=role, agency=agency).role == role
        return
    with pytest.raises(Refused) as refusal:
        appoint(by, now, role=role, agency=agency)
    assert refusal.value.field == "agency" if who == "board_manager" else refusal.value.code == "forbidden"
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_appoint_a_newcomer_at_once_make_one_account(people: Cast, now: datetime) -> None:
    started, done = Barrier(2), []

    def act(by: Appointment) -> None:
        started.wait(5)
        try:
            done.append(appoint(by, now).user_id)
        finally:
            connection.close()

    threads = [Thread(target=act, args=(by,)) for by in (people.council.lead, people.health.lead)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(done) == 2
    assert done[0] == done[1]
    assert User.objects.filter(email="ines@example.org").count() == 1


def test_an_agency_of_another_partnership_is_out_of_reach(people: Cast, now: datetime) -> None:
    elsewhere = factories.make_agency(factories.make_partnership("luton"))
    with pytest.raises(Refused):
        appoint(people.board_manager, now, agency=elsewhere)


def test_nobody_records_their_own_role(people: Cast, now: datetime) -> None:
    own = people.board_manager
    with pytest.raises(Refused, match="Nobody records their own roles"):
        appoint(own, now, agency=None, role=Role.AUDITOR, email=own.user.email)
    with pytest.raises(Refused, match="Nobody records their own roles"):
        directory.set_contact(appointment=own, is_contact=True, by=own, now=now)


def test_a_manager_works_at_the_same_agency(people: Cast, now: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        appoint(people.council.lead, now, manager=people.health.line_manager)
    assert refusal.value.field == "manager"
    held = people.council.practitioner
    with pytest.raises(Refused):
        directory.change_appointment(
            appointment=held, job_title="", phone="", manager=held, by=people.council.lead, now=now
        )


def test_changing_an_entry_is_recorded_by_field_name(client: Client, people: Cast) -> None:
    held = people.council.practitioner
    client.force_login(people.council.lead.user)
    assert client.get(f"/directory/{held.pk}/").status_code == 200
    client.post(f"/directory/{held.pk}/", {"job_title": "social worker", "phone": "01632 960 111", "manager": held.manager_id})
    held.refresh_from_db()
    assert (held.job_title, held.user.phone) == ("social worker", "01632 960 111")
    event = AuditEvent.objects.get(action="appointment_changed")
    assert event.data == {"fields": ["job_title", "phone"]}
    client.post(f"/directory/{held.pk}/", {"job_title": "social worker", "phone": "01632 960 111", "manager": held.manager_id})
    assert AuditEvent.objects.filter(action="appointment_changed").count() == 1


def test_a_role_ends_once(client: Client, people: Cast) -> None:
    held = people.council.practitioner
    client.force_login(people.council.lead.user)
    last = {"ends_on_day": "30", "ends_on_month": "4", "ends_on_year": "2026"}
    assert client.post(f"/directory/{held.pk}/end/", last).status_code == 302
    held.refresh_from_db()
    assert held.ends_on == date(2026, 4, 30)
    again = client.post(f"/directory/{held.pk}/end/", last)
    assert again.status_code == 409
    assert "already ends" in again.content.decode()
    early = client.post(f"/directory/{held.pk}/end/", last | {"ends_on_year": "2019"})
    assert "must end on the day it starts, or later" in early.content.decode()
    assert AuditEvent.objects.filter(action="appointment_ended").count() == 1


def test_the_contact_is_marked_and_unmarked(client: Client, people: Cast) -> None:
    held = people.council.practitioner
    client.force_login(people.council.lead.user)
    for answer, expected in (("yes", True), ("yes", True), ("no", False)):
        client.post(f"/directory/{held.pk}/contact/", {"is_contact": answer})
        held.refresh_from_db()
        assert held.is_contact is expected
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == ["contact_named", "contact_removed"]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"email": "not an address"}, "Enter an e-mail address in the correct form"),
        ({"role": "auditor"}, "Select a valid choice"),
        ({"agency": "999999"}, "Select a valid choice"),
        ({"starts_on_month": "13"}, "The month must be a number from 1 to 12"),
        ({"name": "x" * 121}, "Shorten this to 120 characters"),
        ({"name": "Ines\x00"}, "Remove the character that cannot be stored"),
        ({"ends_on_day": "1", "ends_on_month": "1", "ends_on_year": "2020"}, "must end on the day it starts, or later"),
    ],
)
def test_bad_answers_lose_nothing(client: Client, people: Cast, answers: dict[str, str], told: str) -> None:
    client.force_login(people.council.lead.user)
    good: dict[str, Any] = {
        "agency": people.council.agency.pk, "role": "practitioner", "name": "Ines Ferreira", "email": "ines@example.org",
        "job_title": "kept as typed", "starts_on_day": "2", "starts_on_month": "4", "starts_on_year": "2026",
    }  # fmt: skip
    page = client.post("/directory/appoint/", good | answers).content.decode()
    assert told in page
    assert "kept as typed" in page
    assert not User.objects.filter(email="ines@example.org").exists()
