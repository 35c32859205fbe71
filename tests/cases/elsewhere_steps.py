"""What somebody does who signs in with their own organisation's account."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from django.test import Client

from cases.actions import own_sign_ins
from cases.actions.own_sign_ins import Given
from cases.models import Agency, AgencySignIn, User
from tests.oidc_provider import CLIENT, SECRET, Provider

REFUSED = "/account/organisation/not-let-in/"
OWN = "/account/organisation/"


def set_up(agency: Agency, provider: Provider, *, now: datetime, **changed: Any) -> AgencySignIn:
    """The agency lets its people sign in through this provider."""
    given = Given(provider.issuer, CLIENT, SECRET, "sub")
    return own_sign_ins.set_up(agency=agency, given=replace(given, **changed), now=now)


def linked(user: User, own: AgencySignIn, provider: Provider, *, now: datetime, subject: str = "subject-1") -> User:
    """The account there is this person's, and who comes to its page is that subject."""
    own_sign_ins.link(user=user, own=own, subject=subject, now=now)
    provider.subject = subject
    return user


def there(client: Client, address: str) -> str:
    """Go to the provider from this address; where it sends the browser back to, without the host."""
    sent = client.get(address)
    assert sent.status_code == 302, sent.content.decode()
    back = requests.get(sent["Location"], allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def there_and_back(client: Client, address: str) -> Any:
    """The whole way; what the service answers at its end."""
    return client.get(there(client, address))


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200
