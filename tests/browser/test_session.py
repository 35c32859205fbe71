"""The warning before a session ends: it comes in time, is read out, is answered with one key, and never lies."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import expect

from cases import sessions
from tests import factories
from tests.browser.looking import check, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser
WARNED = sessions.WARNED + 5


def leave_alone(page: Page, seconds: int) -> None:
    """Let the server's mark lie so far back, as if nothing had been done since, however long this machine took."""
    key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid")
    kept = SessionStore(key)
    kept[sessions.USED] = time.time() - seconds
    kept.save()


def pass_time(page: Page, seconds: int) -> None:
    """As when a computer wakes up again: the page looks at the time once, asks the server, and has its answer."""
    with page.expect_response("**/account/time/") as asked:
        page.clock.fast_forward(seconds * 1000)
    asked.value.finished()


def test_two_minutes_before_the_end_one_key_keeps_it(page: Page) -> None:
    sign_in(page, factories.cast().council.practitioner, to="/account/")
    check(page, "account")
    page.clock.install()
    page.goto("/account/")
    dialog = page.get_by_role("dialog", name="You will soon be signed out")
    pass_time(page, WARNED)
    expect(dialog).to_be_hidden()  # somebody used it elsewhere: the server says so

    leave_alone(page, WARNED)
    pass_time(page, WARNED)
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("2 minutes are left")
    expect(dialog.get_by_role("button", name="Stay signed in")).to_be_focused()
    check(page, "session-ends")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()

    leave_alone(page, sessions.IDLE + 2 * sessions.GRAIN)
    page.clock.fast_forward((sessions.IDLE + 30) * 1000)
    page.wait_for_url("**/account/login/?next=**")
    expect(page.get_by_text("nothing was done for 15 minutes")).to_be_visible()


def test_a_slow_server_is_waited_for_before_anybody_is_warned_or_sent_away(page: Page) -> None:
    """After a sleep longer than the session the page knows nothing: only the server's answer says whether it is over."""
    sign_in(page, factories.cast().council.practitioner, to="/account/")
    page.clock.install()
    page.goto("/account/")
    held: list[Route] = []
    page.route("**/account/time/", lambda route: held.append(route))
    with page.expect_request("**/account/time/"):
        page.clock.fast_forward((sessions.IDLE + 30) * 1000)
    page.clock.run_for(12_000)  # it looks twice more, without an answer
    dialog = page.get_by_role("dialog", name="You will soon be signed out")
    assert page.url.endswith("/account/")
    expect(dialog).to_be_hidden()
    with page.expect_response("**/account/time/") as asked:
        held[0].continue_()
    asked.value.finished()
    page.clock.run_for(12_000)
    assert page.url.endswith("/account/")
    expect(dialog).to_be_hidden()
    assert len(held) == 1
