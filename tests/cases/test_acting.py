"""In which role somebody acts, and how they switch."""

from datetime import date, datetime

import pytest
from django.test import Client

from cases.models import Appointment, CaseMember
from cases.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def acting_of(client: Client, path: str = "/help/") -> Appointment | None:
    response = client.get(path)
    acting: Appointment | None = response.wsgi_request.acting  # type: ignore[attr-defined]
    return acting


def test_nobody_acts_before_signing_in(client: Client) -> None:
    assert acting_of(client) is None


def test_the_first_running_role_is_the_default(client: Client) -> None:
    people = factories.cast()
    ended = people.council.practitioner
    Appointment.objects.filter(pk=ended.pk).update(ends_on=date(2020, 2, 1))
    second = factories.make_appointment(Role.LINE_MANAGER, people.health.agency, user=ended.user)
    client.force_login(ended.user)
    assert acting_of(client) == second


def test_switching_is_deliberate_and_lasts(client: Client) -> None:
    people = factories.cast()
    first = people.council.practitioner
    second = factories.make_appointment(Role.LINE_MANAGER, people.health.agency, user=first.user)
    client.force_login(first.user)
    assert acting_of(client) == first
    assert "Act in this role" in client.get("/account/roles/").content.decode()
    assert client.get("/account/act-as/").status_code == 405
    assert client.post("/account/act-as/", {"role": second.pk}).status_code == 302
    assert acting_of(client) == second


@pytest.mark.parametrize("role", ["", "0", "x", "99999999999999999999"])
def test_only_ones_own_roles_can_be_switched_to(client: Client, role: str) -> None:
    people = factories.cast()
    client.force_login(people.council.practitioner.user)
    assert client.post("/account/act-as/", {"role": role}).status_code == 404
    assert client.post("/account/act-as/", {"role": people.chair.pk}).status_code == 404
    assert acting_of(client) == people.council.practitioner


def test_a_role_that_ends_stops_acting_at_once(client: Client) -> None:
    people = factories.cast()
    client.force_login(people.chair.user)
    assert acting_of(client) == people.chair
    Appointment.objects.filter(pk=people.chair.pk).update(ends_on=date(2020, 2, 1))
    assert client.get("/account/roles/")["Location"].startswith("/account/login/")
    assert "all your roles have ended" in client.get("/account/login/").content.decode()


def test_a_role_that_has_not_begun_opens_nothing_yet(client: Client) -> None:
    people = factories.cast()
    client.force_login(people.chair.user)
    Appointment.objects.filter(pk=people.chair.pk).update(starts_on=date(2090, 2, 1))
    response = client.get("/account/roles/")
    assert response.status_code == 403
    assert "You do not act in any role today" in response.content.decode()
    assert ">Sign in<" not in response.content.decode()
    assert client.get("/help/").status_code == 200
    assert client.post("/account/logout/").status_code == 302


def test_a_page_needs_signing_in(client: Client) -> None:
    response = client.get("/account/roles/")
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


@pytest.mark.parametrize("path", ["/privacy/", "/accessibility/", "/recording/", "/help/", "/healthy"])
def test_information_is_open_to_everybody(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_nothing_is_done_in_another_role_by_accident(client: Client) -> None:
    people = factories.cast()
    first, lead = people.stranger, people.council.lead
    factories.make_appointment(Role.PRACTITIONER, people.stranger.agency, user=lead.user)
    client.force_login(lead.user)
    client.post("/account/act-as/", {"role": lead.pk})
    Appointment.objects.filter(pk=lead.pk).update(ends_on=date(2020, 2, 1))
    answer = client.post(f"/directory/{first.pk}/contact/", {"is_contact": "yes"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/roles/")
    page = client.get("/account/roles/").content.decode()
    assert "The role in which you acted has ended" in page
    assert "The role in which you acted has ended" not in client.get("/account/roles/").content.decode()


def test_one_sees_what_one_has_read_and_nothing_of_others(client: Client, now: datetime) -> None:
    people = factories.cast()
    case, other = factories.make_case(people, now=now), factories.make_case(people, now=now)
    client.force_login(people.health.practitioner.user)
    assert "You have read no case yet" in client.get("/account/reading/").content.decode()
    client.get(f"/cases/{case.reference}/")
    page = client.get("/account/reading/").content.decode()
    assert case.reference in page
    assert other.reference not in page
    CaseMember.objects.filter(appointment=people.health.practitioner).delete()
    page = client.get("/account/reading/").content.decode()
    assert case.reference not in page
    assert "A case that you no longer see" in page
    client.force_login(people.council.practitioner.user)
    assert "You have read no case yet" in client.get("/account/reading/").content.decode()
