"""Signing in, setting a password, signing out; and what a demonstration adds."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from cases.demo import DEMO_PASSWORD, demo_mails, demo_people
from cases.roles import Role
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/login/"


def test_e_mail_and_password_sign_in_and_lead_on(client: Client) -> None:
    person = factories.cast().council.practitioner.user
    answer = client.post(f"{SIGN_IN}?next=/directory/", {"login": person.email.upper(), "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/directory/"
    assert client.get("/directory/").status_code == 200


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_signing_in_never_leads_to_another_site(client: Client, target: str) -> None:
    person = factories.cast().council.practitioner.user
    answer = client.post(SIGN_IN, {"login": person.email, "password": PASSWORD, "next": target})
    assert answer["Location"] == "/"


@pytest.mark.parametrize(
    ("login", "password", "told"),
    [
        ("", "", ["Enter your work e-mail address", "Enter your password"]),
        ("amara", PASSWORD, ["Enter an e-mail address in the correct form"]),
        ("nobody@example.org", PASSWORD, ["No account has this e-mail address and password"]),
        ("known@example.org", "wrong", ["No account has this e-mail address and password"]),
    ],
)
def test_a_refused_sign_in_says_what_to_do(client: Client, login: str, password: str, told: list[str]) -> None:
    factories.make_user(email="known@example.org")
    page = client.post(SIGN_IN, {"login": login, "password": password}).content.decode()
    assert "<title>Error: Sign in" in page
    for text in told:
        assert text in page
    assert "placeholder" not in page


def test_a_closed_account_cannot_sign_in(client: Client) -> None:
    person = factories.make_user(is_active=False)
    client.post(SIGN_IN, {"login": person.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_down(client: Client, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/key"}
    person = factories.make_user()
    for _ in range(3):
        client.post(SIGN_IN, {"login": person.email, "password": "wrong"})
    page = client.post(SIGN_IN, {"login": person.email, "password": PASSWORD})
    assert page.status_code == 200
    assert "Too many tries. Wait five minutes" in page.content.decode()


def test_a_flood_of_sign_ins_gets_a_plain_page(client: Client, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client.post(SIGN_IN, {"login": "a@example.org", "password": "wrong"})
    page = client.post(SIGN_IN, {"login": "a@example.org", "password": "wrong"})
    assert page.status_code == 429
    assert "Too many tries" in page.content.decode()


def test_a_new_password_by_e_mail(client: Client) -> None:
    person = factories.make_user()
    answer = client.post("/account/password/reset/", {"email": person.email}, follow=True)
    assert "Check your e-mail" in answer.content.decode()
    (sent,) = mail.outbox
    assert sent.to == [person.email]
    assert sent.subject == "Set a new password"
    assert person.name not in sent.body
    link = re.search(r"http://testserver(\S+)", str(sent.body))
    assert link
    page = client.get(link[1], follow=True)
    where = page.redirect_chain[-1][0]
    assert "Choose a new password" in page.content.decode()
    short = client.post(where, {"password1": "short", "password2": "short"})
    assert "Error: Choose a new password" in short.content.decode()
    saved = client.post(where, {"password1": "three odd wooden spoons", "password2": "three odd wooden spoons"}, follow=True)
    assert "Your new password is saved" in saved.content.decode()
    assert client.login(email=person.email, password="three odd wooden spoons")
    assert "This link no longer works" in client.get(link[1], follow=True).content.decode()


def test_an_unknown_address_looks_the_same_and_gets_no_mail(client: Client) -> None:
    answer = client.post("/account/password/reset/", {"email": "nobody@example.org"}, follow=True)
    assert "Check your e-mail" in answer.content.decode()
    assert mail.outbox == []


def test_signing_out_is_a_deliberate_act(client: Client) -> None:
    client.force_login(factories.cast().chair.user)
    assert "Do you want to sign out?" in client.get("/account/logout/").content.decode()
    assert "_auth_user_id" in client.session
    client.post("/account/logout/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["signup/", "email/", "password/change/", "2fa/"])
def test_nothing_else_of_the_sign_in_library_is_reachable(client: Client, path: str) -> None:
    client.force_login(factories.cast().chair.user)
    assert client.get(f"/account/{path}").status_code == 404


def test_a_demonstration_lists_its_people(client: Client) -> None:
    agency = factories.make_agency(factories.make_partnership())
    user = factories.make_user("Bethan Price", email="bethan@halton.demo.example")
    factories.make_appointment(Role.PRACTITIONER, agency, user=user)
    factories.make_appointment(Role.CHAIR, user=factories.make_user("Not Listed"))
    (listed,) = demo_people(date(2026, 4, 2))
    assert (listed.name, listed.persona, listed.password) == ("Bethan Price", "practitioner", DEMO_PASSWORD)
    page = client.get("/demo/people/").content.decode()
    assert "bethan@halton.demo.example" in page
    assert DEMO_PASSWORD in page
    assert "Not Listed" not in page
    assert "/demo/people/" in client.get(SIGN_IN).content.decode()


def test_a_demonstration_shows_its_e_mails(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.DEMO_MAIL_DIR = tmp_path / "mail"
    assert "No e-mails yet" in client.get("/demo/mail/").content.decode()
    settings.EMAIL_FILE_PATH = str(settings.DEMO_MAIL_DIR)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    for number in (1, 2):
        text = f"Open http://localhost:8000/disputes/HAL-2026-000{number}/ – by Friday."
        mail.send_mail(f"HAL-2026-000{number}: your turn", text, None, ["bethan@halton.demo.example"])
    assert {sent.subject for sent in demo_mails()} == {"HAL-2026-0001: your turn", "HAL-2026-0002: your turn"}
    page = client.get("/demo/mail/").content.decode()
    assert 'href="http://localhost:8000/disputes/HAL-2026-0001/"' in page
    assert "– by Friday." in page


def test_without_a_demonstration_there_is_none_of_this(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert client.get("/demo/people/").status_code == 404
    assert client.get("/demo/mail/").status_code == 404
    page = client.get(SIGN_IN).content.decode()
    assert "/demo/people/" not in page
    assert "Demonstration" not in page
    assert demo_people(date(2026, 4, 2)) == []
