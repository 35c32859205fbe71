"""A form outside disputes saves itself while one types, is there again after the session has ended, and can be begun anew."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import expect

from cases import sessions
from tests import factories
from tests.browser.looking import check, follow, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_it_comes_back_after_the_session_has_ended(page: Page) -> None:
    people = factories.cast()
    url = "/directory/appoint/"
    sign_in(page, people.council.lead, to=url)
    page.locator("#id_name").fill("Amara Okonjo")
    expect(page.locator("[data-autosave-state]")).to_have_text(re.compile("^Saved at "))
    check(page, "typed-saved")
    key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid")
    kept = SessionStore(key)
    kept[sessions.USED] = time.time() - sessions.IDLE - 2 * sessions.GRAIN
    kept.save()
    page.locator("#id_email").fill("amara@council.example")
    follow(page, page.locator("form[data-autosave] button[type=submit]").last)
    assert "/account/login/" in page.url
    expect(page.get_by_text("What you typed into forms is kept.")).to_be_visible()
    check(page, "typed-ended")
    sign_in(page, people.council.lead, to=url)
    expect(page.get_by_text("What you typed here before, and did not send, is below.")).to_be_visible()
    expect(page.locator("#id_email")).to_have_value("amara@council.example")
    check(page, "typed-again")
    follow(page, page.get_by_role("button", name="Start anew"))
    expect(page.locator("#id_name")).to_have_value("")
