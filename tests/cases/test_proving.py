"""Acts that weigh ask again who one is: nothing sent is lost on the way, wrong answers do nothing, programs are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.urls import URLResolver, get_resolver
from lxml import html  # type: ignore[import-untyped]
from rest_framework.test import APIClient

from cases.actions.typed import typed_at
from cases.models import AuditEvent
from decisions.actions.records import submit_record
from decisions.models import Export, SignOff
from tests import factories
from tests.cases.second_factor_steps import FACTORS, add_app, code, forget_used, signed_in
from tests.clock import Clock
from tests.factories import PASSWORD, Cast
from tests.factories_decisions import make_record
from tests.factories_disputes import make_dispute, people_under

pytestmark = pytest.mark.django_db
ASKS = "Show again that it is you"


@pytest.fixture
def people() -> Cast:
    return factories.cast()


def grow_old(client: Client, seconds: float = 301) -> Client:
    """Let the last proof lie so far back."""
    session = client.session
    session["session_proved"] -= seconds
    session.save()
    return client


def names_of(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names_of(pattern.url_patterns)
        else:
            yield str(pattern.name)


def test_every_address_in_the_table_exists() -> None:
    assert set(settings.PROVED_AGAIN) <= set(names_of(get_resolver().url_patterns))


def test_a_page_is_opened_after_the_answer(people: Cast) -> None:
    client = grow_old(signed_in(people.chair.user))
    asked = client.get(f"{FACTORS}app/").content.decode()
    assert ASKS in asked
    assert 'value="/account/second-factor/app/"' in asked
    wrong = client.post("/account/prove/", {"next": f"{FACTORS}app/", "prove_password": "wrong"})
    assert "This is not your password" in wrong.content.decode()
    nothing = client.post("/account/prove/", {"next": f"{FACTORS}app/"})
    assert "Enter your password" in nothing.content.decode()
    right = client.post("/account/prove/", {"next": f"{FACTORS}app/", "prove_password": PASSWORD})
    assert right["Location"] == f"{FACTORS}app/"
    assert ASKS not in client.get(f"{FACTORS}app/").content.decode()
    assert AuditEvent.objects.filter(action="proved_again").count() == 1
    assert client.post("/account/prove/", {"next": "//elsewhere.example/", "prove_password": PASSWORD})["Location"] == "/"


def test_five_minutes_are_enough_and_no_more(people: Cast) -> None:
    client = signed_in(people.chair.user)
    assert ASKS not in grow_old(client, 290).get(f"{FACTORS}app/").content.decode()
    assert ASKS in grow_old(client, 20).get(f"{FACTORS}app/").content.decode()


def test_a_code_is_as_good_as_the_password(people: Cast) -> None:
    user = people.chair.user
    client = signed_in(user)
    secret, _ = add_app(client)
    forget_used(user)
    grow_old(client)
    refused = client.post(f"{FACTORS}codes/new/", {"prove_code": "000000"})
    assert "This code is wrong" in refused.content.decode()
    assert client.post(f"{FACTORS}codes/new/", {"prove_code": code(secret)})["Location"] == f"{FACTORS}codes/"
    assert Authenticator.objects.filter(user=user).count() == 2


def kept_in(answer: Any) -> dict[str, str]:
    """What the form that asks holds already."""
    (form,) = html.fromstring(answer.content).xpath("//form[.//input[@name='prove_password']]")
    return {name: value for name, value in form.form_values() if name != "prove_password"}


def test_what_was_written_goes_on_its_way_with_the_answer(people: Cast, now: datetime) -> None:
    lead = people.council.lead
    client = grow_old(signed_in(lead.user))
    text, lines = "Duty manager, Older People’s <Team> & \"nights\"", "One\r\ntwo"
    place = f"/directory/{people.council.practitioner.pk}/"
    asked = client.post(place, {"job_title": text, "phone": "01632 960 001", "manager": "", "more": lines})
    assert ASKS in asked.content.decode()
    kept = kept_in(asked)
    assert kept["job_title"] == text
    assert kept["more"].split() == lines.split()
    wrong = client.post(place, kept | {"prove_password": "wrong"})
    again = kept_in(wrong)
    typed = typed_at(user_id=lead.user_id, address=place)
    assert typed["job_title"] == [text]
    assert not [name for name in typed if name.startswith("prove_")]
    assert again["job_title"] == kept["job_title"]
    people.council.practitioner.refresh_from_db()
    assert people.council.practitioner.job_title == ""
    assert client.post(place, again | {"prove_password": PASSWORD})["Location"] == "/directory/"
    people.council.practitioner.refresh_from_db()
    assert people.council.practitioner.job_title == text


def test_a_program_is_told_and_asks_for_a_new_token(people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    lead, held = people.council.lead, people.council.practitioner
    place = f"/api/directory/appointments/{held.pk}/hand-over/"
    program = APIClient()

    def ask_for_a_token() -> None:
        program.credentials()
        given = program.post("/api/token/", {"email": lead.user.email, "password": PASSWORD})
        program.credentials(HTTP_AUTHORIZATION=f"Token {given.data['token']}")

    ask_for_a_token()
    clock.advance(minutes=6)
    assert program.get(place).status_code == 200
    told = program.post(place, {"to": people.council.line_manager.pk})
    assert (told.status_code, told.data["code"]) == (403, "prove_again")
    ask_for_a_token()
    told = program.post(place, {"to": people.council.line_manager.pk})
    assert (told.status_code, told.data["code"]) == (409, "stale")  # nothing is open, which is asked only now


def test_a_session_at_the_api_is_told_as_well(people: Cast) -> None:
    client = grow_old(signed_in(people.council.lead.user))
    place = f"/api/directory/appointments/{people.council.practitioner.pk}/hand-over/"
    told = client.post(place)
    assert (told.status_code, told.json()["code"]) == (403, "prove_again")
    client.post("/account/prove/", {"prove_password": PASSWORD})
    assert client.post(place, {}, content_type="application/json").json()["code"] == "invalid"


def test_signing_off_and_taking_a_document_out_ask(now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute, by, manager = make_dispute(people, now=now), people.council.practitioner, people.council.line_manager
    record = make_record(dispute, by, now=now)
    submit_record(record=record, by=by, now=now)
    client = grow_old(signed_in(manager.user))
    place = f"/disputes/{dispute.reference}/decisions/{record.pk}/sign/"
    why = "I read the ward chart, and I stand behind it."
    assert ASKS not in client.get(place).content.decode()
    for known in (place, place.replace(f"/{record.pk}/", "/999999/")):
        assert ASKS in client.post(known, {"rationale": why}).content.decode()
    assert not SignOff.objects.exists()
    assert client.post(place, {"rationale": why, "prove_password": PASSWORD}).status_code == 302
    assert SignOff.objects.get().rationale == why
    grow_old(client)
    documents = f"/disputes/{dispute.reference}/documents/"
    assert ASKS in client.post(f"{documents}make/", {"kind": "case_history", "reason": "Our file."}).content.decode()
    client.post(f"{documents}make/", {"kind": "case_history", "reason": "Our file.", "prove_password": PASSWORD})
    grow_old(client)
    assert ASKS in client.get(f"{documents}{Export.objects.get().pk}/file/").content.decode()
