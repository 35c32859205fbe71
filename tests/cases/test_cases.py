"""Cases: who sees them, what reading leaves behind, and two editors at once."""

from __future__ import annotations

import re
from datetime import date, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from cases.actions.cases import open_case
from cases.actions.persons import update_person, version_of
from cases.errors import Refused
from cases.models import Appointment, AuditEvent, Case, CaseMember, Person
from cases.roles import Role
from tests import factories
from tests.factories import Cast, person_of
from tests.questions import Questions

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Cast:
    return factories.cast()


@pytest.fixture
def case(people: Cast, now: datetime) -> Case:
    return factories.make_case(people, now=now)


def person_form(client: Client, case: Case) -> dict[str, Any]:
    """The form as the browser would send it back unchanged."""
    form = client.get(f"/cases/{case.reference}/person/").context["form"]
    born: date = form.initial["date_of_birth"]
    parts = {"date_of_birth_day": born.day, "date_of_birth_month": born.month, "date_of_birth_year": born.year}
    known = {name: value for name, value in form.initial.items() if name not in ("date_of_birth", "is_child")}
    return known | parts


def test_the_page_shows_the_person_and_leaves_a_trace(client: Client, people: Cast, case: Case) -> None:
    client.force_login(people.health.practitioner.user)
    page = client.get(f"/cases/{case.reference}/").content.decode()
    for text in ("Margaret Elsworth", "3 June 1941", "4 Quarry Row", "LAS-55120", "night sitter"):
        assert text in page
    assert page.index("Show the address") < page.index("4 Quarry Row")
    event = AuditEvent.objects.get(action="case_read")
    assert (event.appointment, event.object_id, event.data) == (people.health.practitioner, str(case.pk), {})


def test_titles_and_addresses_carry_a_reference_and_no_name(client: Client, people: Cast, case: Case) -> None:
    client.force_login(people.council.practitioner.user)
    for url in ("/cases/", f"/cases/{case.reference}/", f"/cases/{case.reference}/person/"):
        page = client.get(url).content.decode()
        title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
        assert title
        for secret in ("Margaret", "Elsworth", "ME", "1941", "LAS-55120"):
            assert secret not in title[1]
            assert not any(secret in link for link in re.findall(r'(?:href|action)="([^"]*)"', page))


def test_the_list_shows_initials_and_is_found_by_reference_only(client: Client, people: Cast, case: Case) -> None:
    client.force_login(people.council.practitioner.user)
    page = client.get("/cases/").content.decode()
    assert case.reference in page
    assert "M.E." in page
    assert "Elsworth" not in page
    assert case.reference in client.get("/cases/", {"reference": f" {case.reference[4:].lower()} "}).content.decode()
    for wanted in ("Elsworth", "LAS-55120", "HAL-C-2025"):
        assert "No case of yours" in client.get("/cases/", {"reference": wanted}).content.decode()
    assert client.get("/cases/", {"reference": "\x00"}).status_code == 200


def test_the_list_is_paged_and_takes_the_same_queries(client: Client, people: Cast, case: Case, now: datetime) -> None:
    client.force_login(people.council.practitioner.user)

    def rows(url: str) -> tuple[list[str], int, Any]:
        with Questions(connection) as caught:
            page = client.get(url).context["page"]
        return [row.reference for row in page.rows], len(caught), page

    _, few, _ = rows("/cases/")
    made = [case.reference, *(factories.make_case(people, now=now).reference for _ in range(29))]
    first, many, page = rows("/cases/")
    assert few == many
    assert first == made[::-1][:25]
    assert page.newer is None
    second, _, page_two = rows(f"/cases/{page.older}")
    assert second == made[::-1][25:]
    assert page_two.older is None
    assert rows(f"/cases/{page_two.newer}")[0] == first


@pytest.mark.parametrize("mark", ["x", "~", "~x", "~99999999999999999999", "a~b", "\x00", "~1~"])
def test_a_made_up_page_mark_is_no_fault(client: Client, people: Cast, mark: str) -> None:
    client.force_login(people.council.practitioner.user)
    assert client.get("/cases/", {"older": mark}).status_code in (200, 404)


def test_the_auditor_reads_and_changes_nothing(client: Client, people: Cast, case: Case) -> None:
    client.force_login(people.auditor.user)
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert "Change what is known" not in page
    assert client.post(f"/cases/{case.reference}/person/", {"name": "x"}).status_code == 404


def test_a_change_is_saved_and_recorded_by_field_name(client: Client, people: Cast, case: Case) -> None:
    client.force_login(people.health.practitioner.user)
    answers = person_form(client, case) | {"address": "Ward 4", "own_reference": "NHS 943", "capacity": "has"}
    assert client.post(f"/cases/{case.reference}/person/", answers).status_code == 302
    person = person_of(case)
    assert (person.address, person.capacity) == ("Ward 4", "has")
    assert {known.value for known in person.references.all()} == {"LAS-55120", "NHS 943"}
    event = AuditEvent.objects.get(action="person_changed")
    assert event.data == {"fields": ["address", "capacity", "own_reference"]}


def test_the_second_of_two_editors_sees_both_versions(people: Cast, case: Case) -> None:
    first, second = Client(), Client()
    first.force_login(people.council.practitioner.user)
    second.force_login(people.health.practitioner.user)
    mine, theirs = person_form(first, case), person_form(second, case)
    url = f"/cases/{case.reference}/person/"
    assert first.post(url, mine | {"address": "12 Mill Lane"}).status_code == 302
    refused = second.post(url, theirs | {"address": "Flat 2, Mill Lane"})
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Somebody else changed this while you were writing" in page
    assert "12 Mill Lane" in page
    assert "Flat 2, Mill Lane" in page
    assert person_of(case).address == "12 Mill Lane"
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    assert second.post(url, theirs | {"address": "Flat 2, 12 Mill Lane", "seen": seen[1]}).status_code == 302
    assert person_of(case).address == "Flat 2, 12 Mill Lane"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_one_wins_and_one_is_told(people: Cast, case: Case, now: datetime) -> None:
    started, ends = Barrier(2), []

    def save(by: Appointment, address: str) -> None:
        mine = Case.objects.select_related("person").get(pk=case.pk)
        seen = version_of(person_of(mine), None)
        started.wait(5)
        try:
            update_person(case=mine, changes={"address": address}, seen=seen, by=by, now=now)
            ends.append(address)
        except Refused as error:
            ends.append(error.code)
        finally:
            connection.close()

    by = factories.make_appointment(Role.CHAIR, partnership=people.partnership)
    CaseMember.objects.create(case=case, appointment=by, since=now)
    threads = [Thread(target=save, args=(by, address)) for address in ("12 Mill Lane", "Flat 2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(ends)[-1] == "stale"
    assert person_of(case).address == sorted(ends)[0]
    assert AuditEvent.objects.filter(action="person_changed").count() == 1


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"name": ""}, "Answer “What is the person’s name?”"),
        ({"name": "M\x00"}, "Remove the character that cannot be stored"),
        ({"date_of_birth_year": "2099"}, "must be today or in the past"),
        ({"date_of_birth_year": "1799"}, "Check the year of birth"),
        ({"date_of_birth_day": "31", "date_of_birth_month": "2"}, "must be a real date"),
        ({"capacity": "perhaps"}, "Select a valid choice"),
        ({"address": "x" * 501}, "Shorten this to 500 characters"),
        ({"seen": ""}, "Somebody else changed this"),
    ],
)
def test_bad_answers_lose_nothing(client: Client, people: Cast, case: Case, answers: dict[str, str], told: str) -> None:
    client.force_login(people.council.practitioner.user)
    good = person_form(client, case) | {"desired_outcomes": "kept as typed"}
    page = client.post(f"/cases/{case.reference}/person/", good | answers).content.decode()
    assert told in page
    assert "kept as typed" in page
    assert person_of(case).desired_outcomes == "To go home with a night sitter."


def test_a_case_needs_two_agencies_of_one_partnership(people: Cast, now: datetime) -> None:
    by = people.council.practitioner
    with pytest.raises(Refused) as alone:
        open_case(name="A. Person", agencies=[people.council.agency], by=by, now=now)
    assert alone.value.field == "agencies"
    elsewhere = factories.make_agency(factories.make_partnership("luton"))
    with pytest.raises(Refused):
        open_case(name="A. Person", agencies=[elsewhere], by=by, now=now)
    assert not Case.objects.exists()
    assert not Person.objects.exists()


def test_references_count_up_by_partnership_and_year(people: Cast, now: datetime) -> None:
    references = [factories.make_case(people, now=now).reference for _ in range(2)]
    assert references == ["HAL-C-2026-0001", "HAL-C-2026-0002"]
    later = factories.make_case(people, now=now.replace(year=2027))
    assert later.reference == "HAL-C-2027-0001"
    other = factories.cast(factories.make_partnership("luton"))
    assert factories.make_case(other, now=now).reference == "LUT-C-2026-0001"
