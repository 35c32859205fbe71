"""A security key in a real browser: added, asked for at sign-in, and good for showing again who one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from cases import sessions
from tests import factories
from tests.browser.looking import check, follow

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PLUGGED_IN = {
    "protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


def password(page: Page, email: str) -> None:
    page.goto("/account/login/?next=/account/second-factor/")
    page.get_by_label("E-mail address").fill(email)
    page.locator("input[name=password]").fill(factories.PASSWORD)
    follow(page, page.get_by_role("button", name="Sign in"))


def test_a_key_is_added_and_signs_in(page: Page) -> None:
    held = factories.cast().council.practitioner
    key = page.context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    key.send("WebAuthn.addVirtualAuthenticator", {"options": PLUGGED_IN})
    password(page, held.user.email)
    check(page, "second-factor-none")
    follow(page, page.get_by_role("button", name="Add an authenticator app"))
    check(page, "second-factor-app")
    page.go_back()
    follow(page, page.get_by_role("button", name="Add a security key"))
    page.get_by_label("What do you call this key?").fill("Blue key")
    check(page, "second-factor-key")
    follow(page, page.get_by_role("button", name="Add the key"))
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    check(page, "second-factor-codes")
    follow(page, page.get_by_role("button", name="I have kept them"))
    expect(page.get_by_role("term").get_by_text("Blue key")).to_be_visible()
    check(page, "second-factor-own")

    page.context.clear_cookies()
    password(page, held.user.email)
    expect(page.get_by_role("heading", name="Second step of signing in")).to_be_visible()
    check(page, "second-factor-sign-in")
    follow(page, page.get_by_role("button", name="Use a security key"))
    expect(page.get_by_role("term").get_by_text("Blue key")).to_be_visible()

    for kept in Session.objects.all():
        store = SessionStore(kept.session_key)
        store[sessions.PROVED] = 0
        store.save()
    follow(page, page.get_by_role("button", name="Make new codes"))
    expect(page.get_by_role("heading", name="Show again that it is you")).to_be_visible()
    check(page, "second-factor-again")
    follow(page, page.get_by_role("button", name="Use a security key"))
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
