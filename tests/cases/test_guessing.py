"""Guessing passwords: stopped for one account from anywhere, for one address at any account, and told nothing by the answer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from escalation.settings import ACCOUNT_RATE_LIMITS
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
TOO_MANY = "Too many tries. Wait five minutes"


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = ACCOUNT_RATE_LIMITS


def tries(email: str, password: str = "wrong", *, address: str = "192.0.2.1", door: str = "/account/login/") -> Any:
    if door == "/api/token/":
        data = {"email": email, "password": password}
        return Client().post(door, data, content_type="application/json", REMOTE_ADDR=address)
    return Client().post(door, {"login": email, "password": password}, REMOTE_ADDR=address)


def test_one_account_from_many_addresses_is_shut_after_five() -> None:
    attacked, other = factories.make_user(), factories.make_user()
    for number in range(5):
        assert TOO_MANY not in tries(attacked.email, address=f"192.0.2.{number}").content.decode()
    for door in ("/account/login/", "/api/token/"):
        assert "Too many tries" in tries(attacked.email, PASSWORD, address="192.0.2.99", door=door).content.decode()
    assert tries(other.email, PASSWORD).status_code == 302


def test_many_accounts_from_one_address_are_shut_after_ten() -> None:
    accounts = [factories.make_user() for _ in range(11)]
    for user in accounts[:10]:
        assert TOO_MANY not in tries(user.email).content.decode()
    assert TOO_MANY in tries(accounts[10].email, PASSWORD).content.decode()
    assert tries(accounts[10].email, PASSWORD, address="192.0.2.2").status_code == 302


def test_an_account_that_exists_answers_as_one_that_does_not() -> None:
    factories.make_user(email="real@example.org")
    closed = factories.make_user(email="shut@example.org", is_active=False)
    for number in range(8):  # the limit comes at the same try as well
        address = f"192.0.2.{number}"
        answers = {_plain(tries(email, address=address)) for email in ("real@example.org", "none@example.org", closed.email)}
        assert len(answers) == 1


def _plain(answer: Any) -> tuple[int, str]:
    text = re.sub(r"(real|none|shut)@example\.org", "somebody", answer.content.decode())
    return answer.status_code, re.sub(r'((csrfmiddlewaretoken|once)" value|nonce)="[^"]*"', "", text)
