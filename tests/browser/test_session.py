"""The warning before a session ends: it comes in time, is read out, is answered with one key, and never lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import expect

from cases import sessions
from tests import factories
from tests.browser.looking import check, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
WARNED, LOOK = (sessions.WARNED + 5) * 1000, 6000


def leave_alone(page: Page, seconds: int) -> None:
    """Let the server's mark lie so much further back, as if nothing had been done."""
    key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid")
    kept = SessionStore(key)
    kept[sessions.USED] -= seconds
    kept.save()


def test_two_minutes_before_the_end_one_key_keeps_it(page: Page) -> None:
    sign_in(page, factories.cast().council.practitioner, to="/account/")
    check(page, "account")
    page.clock.install()
    page.goto("/account/")
    dialog = page.get_by_role("dialog", name="You will soon be signed out")
    page.clock.fast_forward(WARNED)
    page.clock.run_for(LOOK)
    expect(dialog).to_be_hidden()  # somebody used it elsewhere: the server says so

    leave_alone(page, sessions.WARNED + 5)
    page.clock.fast_forward(WARNED)
    page.clock.run_for(LOOK)
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("2 minutes are left")
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_focused()
    check(page, "session-ends")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()

    leave_alone(page, sessions.IDLE + 2 * sessions.GRAIN)
    page.clock.fast_forward((sessions.IDLE + 30) * 1000)
    page.clock.run_for(LOOK)
    page.wait_for_url("**/account/login/?next=**")
    expect(page.get_by_text("nothing was done for 15 minutes")).to_be_visible()
