"""What somebody does with an authenticator app in their hand."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from cases.models import User
from tests.factories import PASSWORD

NEXT = 1
FACTORS = "/account/second-factor/"


def signed_in(user: User) -> Client:
    """With the password, at the page for it."""
    client = Client()
    assert client.post("/account/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    return client


def code(secret: str, step: int = 0) -> str:
    """What the app shows now, or so many steps of half a minute later."""
    shown: str = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + step))
    return shown


def add_app(client: Client) -> tuple[str, list[str]]:
    """Add an app as a person does; its secret, and the recovery codes shown then."""
    client.get(f"{FACTORS}app/")
    secret: str = client.session[totp.SECRET_SESSION_KEY]
    answer: Any = client.post(f"{FACTORS}app/", {"code": code(secret)}, follow=True)
    assert answer.status_code == 200, answer.content.decode()
    return secret, list(answer.context["codes"])


def forget_used(user: User) -> None:
    """As if half a minute or more had passed: the code shown now was not used yet."""
    for held in Authenticator.objects.filter(user=user, type="totp"):
        held.data["used"] = 0
        held.save()
