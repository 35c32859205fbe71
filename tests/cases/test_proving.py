"""Acts that weigh ask again who one is: nothing sent is lost on the way, wrong answers do nothing, programs are told."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from cases.models import AuditEvent
from tests import factories
from tests.cases.second_factor_steps import FACTORS, add_app, code, forget_used, signed_in
from tests.factories import PASSWORD, Cast

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


def test_every_address_in_the_table_exists() -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert set(settings.PROVED_AGAIN) <= names


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
