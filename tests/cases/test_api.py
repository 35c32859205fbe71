"""The API: tokens, roles, cases, and how errors are told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from knox.models import AuthToken
from pytest_django import Settings
from rest_framework.test import APIClient

from cases.models import Appointment, AuditEvent, Case, User
from cases.roles import Role
from tests import factories
from tests.factories import PASSWORD, Cast
from tests.questions import Questions

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Cast:
    return factories.cast()


def signed_in(held: Appointment, **headers: str) -> APIClient:
    client = APIClient(headers=headers)
    client.force_login(held.user)
    return client


def new_case(people: Cast, **fields: Any) -> dict[str, Any]:
    return {"name": "Margaret Elsworth", "agencies": [people.health.agency.key], "date_of_birth": "1941-06-03"} | fields


def test_a_token_opens_the_api_and_can_be_given_back(people: Cast) -> None:
    user = people.council.practitioner.user
    client = APIClient()
    answer = client.post("/api/token/", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.data["expires_at"] is not None
    client.credentials(HTTP_AUTHORIZATION=f"Token {answer.data['token']}")
    assert client.get("/api/cases/").status_code == 200
    assert answer.data["token"] not in str(AuthToken.objects.values_list())
    assert client.delete("/api/token/").status_code == 204
    assert client.get("/api/cases/").status_code == 401


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"email": "nobody@example.org", "password": PASSWORD}, 403),
        ({"email": "nobody@example.org"}, 400),
        ({"email": "x", "password": "x"}, 400),
        ([], 400),
        ({"email": "nobody@example.org", "password": "a\x00"}, 400),
    ],
)
def test_a_token_is_not_given_for_less(given: Any, status: int) -> None:
    answer = APIClient().post("/api/token/", given)
    assert answer.status_code == status
    assert set(answer.data) >= {"message", "code", "field"}
    assert not AuthToken.objects.exists()


def test_a_closed_account_gets_no_token() -> None:
    user = factories.make_user(is_active=False)
    assert APIClient().post("/api/token/", {"email": user.email, "password": PASSWORD}).status_code == 403


def test_guessing_for_a_token_is_slowed_down(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/key"}
    user, client = factories.make_user(), APIClient()
    answers = [client.post("/api/token/", {"email": user.email, "password": "wrong"}).status_code for _ in range(3)]
    assert answers == [403, 403, 429]


def test_a_broken_token_is_told_apart_from_none(people: Cast) -> None:
    for header in ("Token nonsense", "Token", "Token a b"):
        answer = APIClient(headers={"Authorization": header}).get("/api/cases/")
        assert answer.status_code == 401
        assert answer.data["message"]


def test_the_header_says_in_which_role(people: Cast, now: datetime) -> None:
    first = people.council.practitioner
    second = factories.make_appointment(Role.LINE_MANAGER, people.health.agency, user=first.user)
    case = factories.make_case(people, now=now)
    assert [role["id"] for role in signed_in(first).get("/api/roles/").data] == [first.pk, second.pk]
    assert signed_in(first).get(f"/api/cases/{case.reference}/").status_code == 200
    assert signed_in(first, **{"X-Acting-As": str(second.pk)}).get(f"/api/cases/{case.reference}/").status_code == 404


@pytest.mark.parametrize("named", ["", "0", "x", "99999999999999999999"])
def test_somebody_elses_role_is_refused_and_not_ignored(people: Cast, named: str) -> None:
    for value in (named, str(people.chair.pk)):
        answer = signed_in(people.council.practitioner, **{"X-Acting-As": value}).get("/api/cases/")
        assert answer.status_code == 403
        assert answer.data["code"] == "forbidden"


def test_whoever_holds_no_role_does_nothing() -> None:
    client = APIClient()
    client.force_login(factories.make_user())
    assert client.get("/api/cases/").status_code == 403


def test_the_role_chosen_on_the_pages_counts_here_too(people: Cast, now: datetime) -> None:
    first = people.council.practitioner
    second = factories.make_appointment(Role.LINE_MANAGER, people.health.agency, user=first.user)
    case = factories.make_case(people, now=now)
    client = Client()
    client.force_login(first.user)
    client.post("/account/act-as/", {"role": second.pk})
    assert client.get(f"/api/cases/{case.reference}/").status_code == 404


def test_a_case_is_opened_read_and_listed(people: Cast) -> None:
    client = signed_in(people.council.practitioner)
    answer = client.post("/api/cases/", new_case(people, own_reference="LAS-1", address="4 Quarry Row", capacity="has"))
    assert answer.status_code == 201, answer.data
    reference = answer.data["reference"]
    read = client.get(f"/api/cases/{reference}/").data
    assert read["person"]["name"] == "Margaret Elsworth"
    assert read["person"]["references"] == [{"agency": people.council.agency.key, "value": "LAS-1"}]
    assert {agency["key"] for agency in read["agencies"]} == {people.council.agency.key, people.health.agency.key}
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == ["case_opened", "case_read"]
    listed = client.get("/api/cases/").data
    assert [line["initials"] for line in listed["results"]] == ["M.E."]
    assert "Margaret" not in str(listed)


def test_the_list_is_filtered_and_paged(people: Cast, now: datetime) -> None:
    made = [factories.make_case(people, now=now).reference for _ in range(5)]
    client = signed_in(people.council.practitioner)
    found: list[str] = []
    url: str | None = "/api/cases/?page_size=2"
    while url:
        page = client.get(url).data
        assert len(page["results"]) <= 2
        found += [line["reference"] for line in page["results"]]
        url = page["next"]
    assert found == made[::-1]
    assert len(client.get(f"/api/cases/?reference={made[0][-4:]}").data["results"]) == 1
    assert len(client.get(f"/api/cases/?agency={people.health.agency.key}").data["results"]) == 5
    assert client.get("/api/cases/?agency=police").data["results"] == []
    assert client.get("/api/cases/?reference=%00").status_code == 400
    assert client.get("/api/cases/?cursor=nonsense").status_code == 404


def test_list_and_page_take_the_same_queries_however_many_rows(people: Cast, now: datetime) -> None:
    client = signed_in(people.council.practitioner)
    case = factories.make_case(people, now=now)

    def queries(url: str) -> int:
        with Questions(connection) as caught:
            assert client.get(url).status_code == 200
        return len(caught)

    urls = ["/api/cases/", f"/api/cases/{case.reference}/"]
    client.get(urls[1])
    before = [queries(url) for url in urls]
    for _ in range(3):
        factories.make_case(people, now=now)
    assert [queries(url) for url in urls] == before


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "M\x00"}, "name"),
        ({"name": None}, "name"),
        ({"agencies": []}, "agencies"),
        ({"agencies": "health"}, "agencies"),
        ({"agencies": ["unknown-agency"]}, "agencies"),
        ({"date_of_birth": "yesterday"}, "date_of_birth"),
        ({"date_of_birth": "1700-01-01"}, "date_of_birth"),
        ({"capacity": "perhaps"}, "capacity"),
        ({"is_child": "perhaps"}, "is_child"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_made(people: Cast, fields: dict[str, Any], field: str) -> None:
    answer = signed_in(people.council.practitioner).post("/api/cases/", new_case(people, **fields))
    assert answer.status_code == 400
    assert (answer.data["code"], answer.data["field"]) == ("invalid", field) or answer.data["field"].startswith(field)
    assert answer.data["message"]
    assert not Case.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', "null", '{"agencies": {"a": 1}}'])
def test_a_broken_body_is_the_callers_mistake(people: Cast, body: str) -> None:
    answer = signed_in(people.council.practitioner).post("/api/cases/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.data["message"]


def test_another_agencys_key_of_another_partnership_is_unknown(people: Cast) -> None:
    elsewhere = factories.make_agency(factories.make_partnership("luton"))
    answer = signed_in(people.council.practitioner).post("/api/cases/", new_case(people, agencies=[elsewhere.key]))
    assert answer.status_code == 400
    assert "No agency of this partnership" in answer.data["message"]


@pytest.mark.parametrize("who", ["chair", "auditor", "board_manager"])
def test_the_board_opens_no_cases(people: Cast, who: str) -> None:
    answer = signed_in(getattr(people, who)).post("/api/cases/", new_case(people))
    assert answer.status_code == 403
    assert answer.data["code"] == "forbidden"


def test_a_session_still_needs_its_csrf_token(people: Cast) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(people.council.practitioner.user)
    assert client.post("/api/cases/", new_case(people)).status_code == 403
    assert not Case.objects.exists()


def test_the_schema_and_its_page_describe_every_endpoint(people: Cast) -> None:
    client = signed_in(people.council.practitioner)
    schema = client.get("/api/schema/?format=json").json()
    page = client.get("/api/docs/").content.decode()
    for path in ("/api/cases/", "/api/cases/{reference}/", "/api/token/", "/api/roles/"):
        assert path in schema["paths"]
        assert path in page
    assert "X-Acting-As" in page


def test_an_unknown_address_answers_in_json_for_the_api_too(people: Cast) -> None:
    answer = signed_in(people.council.practitioner).get("/api/cases/HAL-C-2099-0001/")
    assert answer.json() == {"message": answer.data["message"], "code": "not_found", "field": None}
    assert User.objects.exists()
