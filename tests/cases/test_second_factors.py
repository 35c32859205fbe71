"""Second factors: added, asked for at sign-in and for tokens, used once, removed; required where the service says so."""

from __future__ import annotations

from datetime import datetime

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from cases import account_mail
from cases.models import AccountNotice, AuditEvent, User
from escalation.settings import ACCOUNT_RATE_LIMITS
from tests import factories
from tests.cases.second_factor_steps import FACTORS, NEXT, add_app, code, forget_used, signed_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
STEP = "/account/second-factor/sign-in/"


@pytest.fixture
def user() -> User:
    return factories.cast().council.practitioner.user


def password_step(user: User) -> Client:
    client = Client()
    answer = client.post("/account/login/?next=/directory/", {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == STEP
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def events(user: User) -> list[str]:
    return list(AuditEvent.objects.filter(head__scope=f"account:{user.pk}").order_by("seq").values_list("action", flat=True))


def test_an_app_is_added_asked_for_and_used_once(user: User, now: datetime) -> None:
    here, elsewhere, program = signed_in(user), signed_in(user), APIClient()
    token = program.post("/api/token/", {"email": user.email, "password": PASSWORD}).data["token"]
    program.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    secret, codes = add_app(here)
    assert len(codes) == 10
    assert "not shown twice" in here.get(f"{FACTORS}codes/").content.decode()
    assert is_in(here)
    assert not is_in(elsewhere)
    assert program.get("/api/roles/").status_code == 401
    assert secret not in str(Authenticator.objects.values_list("data", flat=True))
    assert {"second_factor_added", "session_ended", "tokens_ended", "recovery_codes_made"} <= set(events(user))

    client = password_step(user)
    assert not is_in(client)
    right = code(secret, NEXT)
    for wrong in ("000000", "", code(secret), "x\x00y"):
        assert client.post(STEP, {"code": wrong}).status_code == 200
        assert not is_in(client)
    assert client.post(STEP, {"code": f"{right[:3]} {right[3:]}"})["Location"] == "/directory/"
    assert is_in(client)
    again = password_step(user)
    assert "was used already" in again.post(STEP, {"code": right}).content.decode()
    assert events(user).count("second_factor_failed") >= 2

    account_mail.deliver_owed(now=now)
    assert "A second factor was added to your account" in [sent.subject for sent in mail.outbox]
    assert user.name not in str([sent.body for sent in mail.outbox])


def test_a_recovery_code_signs_in_once_and_is_told(user: User, now: datetime) -> None:
    _, codes = add_app(signed_in(user))
    client = password_step(user)
    client.post(STEP, {"code": codes[3]})
    assert is_in(client)
    assert "9 of your codes" in client.get(FACTORS).content.decode()
    again = password_step(user)
    again.post(STEP, {"code": codes[3]})
    assert not is_in(again)
    account_mail.deliver_owed(now=now)
    assert "Codes that are left: 9" in str(mail.outbox[-1].body)
    client.post(f"{FACTORS}codes/new/")
    assert codes[5] not in client.get(f"{FACTORS}codes/").content.decode()
    again.post(STEP, {"code": codes[5]})
    assert not is_in(again)


def test_the_code_may_be_typed_in_vain_five_times(user: User, settings: Settings) -> None:
    secret, _ = add_app(signed_in(user))
    settings.ACCOUNT_RATE_LIMITS = ACCOUNT_RATE_LIMITS
    client = password_step(user)
    for _ in range(5):
        client.post(STEP, {"code": "000000"})
    assert "Too many tries" in client.post(STEP, {"code": code(secret, NEXT)}).content.decode()
    assert not is_in(client)


def test_a_token_takes_the_code_as_well(user: User) -> None:
    secret, _ = add_app(signed_in(user))
    forget_used(user)
    ask = APIClient()
    told = ask.post("/api/token/", {"email": user.email, "password": PASSWORD})
    assert (told.status_code, told.data["code"], told.data["field"]) == (403, "second_factor_needed", "code")
    assert ask.post("/api/token/", {"email": user.email, "password": PASSWORD, "code": "000000"}).status_code == 403
    unknown = ask.post("/api/token/", {"email": user.email, "password": "wrong"})
    assert "second factor" not in unknown.data["message"]
    assert ask.post("/api/token/", {"email": user.email, "password": PASSWORD, "code": code(secret)}).status_code == 201


def test_one_is_removed_and_another_persons_is_not_there(user: User) -> None:
    client, stranger = signed_in(user), signed_in(factories.cast(factories.make_partnership("luton")).chair.user)
    add_app(client)
    factor = Authenticator.objects.get(type="totp")
    assert stranger.post(f"{FACTORS}{factor.pk}/remove/").status_code == 404
    assert client.post(f"{FACTORS}{factor.pk}/remove/").status_code == 302
    assert not Authenticator.objects.exists()
    assert AccountNotice.objects.filter(kind="factor_removed").exists()
    signed_in(user)


@pytest.fixture
def required(settings: Settings) -> None:
    settings.MFA_REQUIRED = True


@pytest.mark.usefixtures("required")
def test_where_it_is_required_nothing_else_opens_before(user: User) -> None:
    client = signed_in(user)
    for url in ("/", "/directory/", "/account/", "/cases/"):
        assert client.get(url)["Location"] == FACTORS
    told = client.get("/api/cases/")
    assert (told.status_code, told.json()["code"]) == (403, "second_factor_needed")
    assert client.post("/account/act-as/", {"role": "1"})["Location"] == FACTORS
    assert "Add a second factor to go on" in client.get(FACTORS).content.decode()
    assert APIClient().post("/api/token/", {"email": user.email, "password": PASSWORD}).status_code == 403
    add_app(client)
    assert client.get("/directory/").status_code == 200
    only = Authenticator.objects.get(type="totp")
    assert "Add another first" in client.post(f"{FACTORS}{only.pk}/remove/").content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_a_token_from_before_does_not_help_once_it_is_required(user: User, settings: Settings) -> None:
    program = APIClient()
    token = program.post("/api/token/", {"email": user.email, "password": PASSWORD}).data["token"]
    program.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert program.get("/api/roles/").status_code == 200
    settings.MFA_REQUIRED = True
    told = program.get("/api/roles/")
    assert (told.status_code, told.data["code"]) == (403, "second_factor_needed")
