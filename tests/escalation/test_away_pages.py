"""Away and stand-ins in the pages and the API: recording, ending, the directory, and who finds which button (F34)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from cases.models import Absence, AuditEvent
from cases.roles import Role
from decisions.actions.records import submit_record
from escalation import leads
from escalation.models import Notification
from escalation.protocol import Side
from tests.calling import signed_in
from tests.clock import Clock
from tests.escalation.standing_in import act_for, go_away, place_of, second_manager
from tests.factories import Cast, make_appointment
from tests.factories_decisions import make_record
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("luton", now=now)


def typed(first: str, last: str, **others: Any) -> dict[str, Any]:
    parts: dict[str, Any] = {"reason": "unsaid", "stand_in": ""} | others
    for name, value in (("from_on", first), ("until_on", last)):
        year, month, day = value.split("-")
        for which in ((f"{name}_day", f"{name}_month", f"{name}_year"), (f"{name}_0", f"{name}_1", f"{name}_2")):
            parts |= dict(zip(which, (day, month, year), strict=True))
    return parts


def test_one_records_ones_own_time_away_and_comes_back_sooner(client: Client, people: Cast, now: datetime) -> None:
    person, other = people.council.line_manager, second_manager(people.council)
    client.force_login(person.user)
    page = client.get("/directory/away/").content.decode()
    address = f"/directory/appointments/{person.pk}/away/"
    assert address in page
    assert "Nobody at the moment" in page
    assert other.described in client.get(address).content.decode()
    answer = client.post(address, typed("2026-04-03", "2026-04-10", stand_in=other.pk, reason="leave"))
    assert (answer.status_code, answer["Location"]) == (302, "/directory/away/")
    page = client.get("/directory/away/").content.decode()
    assert "Fri 3 April 2026 until Fri 10 April 2026" in page
    absence = Absence.objects.get(person=person)
    told = Notification.objects.get(recipient=other, event="absence")
    assert person.user.name in told.text
    assert person.user.name not in told.mail_text
    assert client.post(f"/directory/absences/{absence.pk}/end/").status_code == 302
    assert "You are not recorded as away" in client.get("/directory/away/").content.decode()


def test_what_cannot_be_stands_at_its_field_with_a_remedy(client: Client, people: Cast) -> None:
    person = people.council.line_manager
    client.force_login(person.user)
    page = client.post(f"/directory/appointments/{person.pk}/away/", typed("2026-04-10", "2026-04-03")).content.decode()
    assert "The last day must be the first day or later." in page
    page = client.post(f"/directory/appointments/{person.pk}/away/", typed("2026-04-03", "2027-06-03")).content.decode()
    assert "Give a last day within a year." in page
    assert not Absence.objects.exists()


def test_the_directory_shows_who_is_away_and_lets_its_keeper_record_it(client: Client, people: Cast, now: datetime) -> None:
    person, other = people.council.line_manager, second_manager(people.council)
    client.force_login(people.council.lead.user)
    assert f"/directory/appointments/{person.pk}/away/" in client.get("/directory/").content.decode()
    go_away(person, other, now=now, by=people.council.lead)
    client.force_login(people.stranger.user)
    page = client.get("/directory/").content.decode()
    assert "until Fri 10 April 2026" in page
    assert f"{other.user.name} stands in." in page
    assert f"/directory/appointments/{person.pk}/away/" not in page


def test_who_stands_in_says_that_they_no_longer_can(client: Client, people: Cast, now: datetime) -> None:
    person, other = people.council.line_manager, second_manager(people.council)
    absence = go_away(person, other, now=now)
    client.force_login(other.user)
    assert "I cannot stand in" in client.get("/directory/away/").content.decode()
    client.force_login(people.health.line_manager.user)
    assert client.post(f"/directory/absences/{absence.pk}/end/").status_code == 404
    client.force_login(other.user)
    assert client.post(f"/directory/absences/{absence.pk}/end/").status_code == 302
    assert "can no longer stand in" in Notification.objects.filter(recipient=person, event="absence").latest("pk").text


def test_the_roles_page_offers_the_place_and_ones_own_role(client: Client, people: Cast, now: datetime) -> None:
    person, other = people.council.line_manager, second_manager(people.council)
    go_away(person, other, now=now)
    act_for(client, person, other)
    page = client.get("/account/roles/").content.decode()
    assert f"{person.user.name}, who is away" in page
    assert f"standing in for {person.user.name}" in page
    client.post("/account/act-as/", {"role": other.pk})
    assert f"standing in for {person.user.name}</span>" not in client.get("/help/").content.decode()
    assert AuditEvent.objects.filter(action="place_taken", user=other.user).count() == 1


def test_nobody_signs_off_what_they_wrote_by_standing_in_for_their_manager(client: Client, people: Cast, now: datetime) -> None:
    writer, manager = people.council.line_manager, people.council.lead
    dispute = make_dispute(people, now=now, by=people.council.practitioner)
    for who in (writer, manager):
        leads.join(dispute, who, Side.RAISING, now=now)
    record = make_record(fresh(dispute), writer, now=now)
    submit_record(record=record, by=writer, now=now)
    go_away(manager, writer, now=now)
    act_for(client, manager, writer)
    address = f"/api/disputes/{dispute.reference}/decisions/{record.pk}/sign/"
    assert client.post(address, {"rationale": "Mine."}, content_type="application/json").status_code == 403
    page = client.get(f"/disputes/{dispute.reference}/decisions/{record.pk}/").content.decode()
    assert "Sign it off" not in page
    record.refresh_from_db()
    assert record.state == "submitted"


def test_over_the_api(people: Cast, now: datetime) -> None:
    person, other = people.council.line_manager, second_manager(people.council)
    given = {
        "person": person.pk, "stand_in": other.pk, "from_on": "2026-04-02", "until_on": "2026-04-10", "reason": "leave",
    }  # fmt: skip
    assert signed_in(people.health.lead).post("/api/directory/absences/", given).status_code == 403
    assert signed_in(person).post("/api/directory/absences/", given | {"until_on": None}).status_code == 400
    made = signed_in(person).post("/api/directory/absences/", given)
    assert made.status_code == 201, made.data
    assert made.data["reason"] == "leave"
    seen = signed_in(people.health.lead).get("/api/directory/absences/").data
    assert [(row["person"], row["stand_in"], row["reason"]) for row in seen] == [(person.pk, other.pk, "")]
    roles = signed_in(other).get("/api/roles/").data
    assert [(role["in_place_of"], role["until_on"]) for role in roles] == [(None, None), (person.pk, "2026-04-10")]
    end = f"/api/directory/absences/{made.data['id']}/end/"
    assert signed_in(people.health.lead).post(end).status_code == 404
    assert signed_in(other).post(end).status_code == 200
    assert signed_in(other).post(end).status_code == 409
    assert len(signed_in(other).get("/api/roles/").data) == 1


def test_a_calendar_address_is_for_a_role_of_ones_own(client: Client, people: Cast, now: datetime) -> None:
    person, other = people.council.practitioner, make_appointment(Role.PRACTITIONER, people.council.agency)
    go_away(person, other, now=now)
    act_for(client, person, other)
    page = client.post("/calendar-feed/renew/", follow=True).content.decode()
    assert "belongs to a role of one’s own" in page
    assert place_of(person, other).seat_id == person.pk
