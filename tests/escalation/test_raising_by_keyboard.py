"""A new user raises a dispute on a phone's screen, with the keyboard alone and without JavaScript (F2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from playwright.sync_api import expect

from escalation.models import Dispute
from tests.browser.looking import enter, tab_to, type_into
from tests.browsing import OpenPage
from tests.factories_disputes import people_under

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def go_on(page: Page, words: str = "Continue") -> None:
    """Reach the button and press Enter."""
    tab_to(page, page.locator(f"main button:has-text('{words}')"))
    enter(page)


def test_raised_by_keyboard_on_a_phone_without_scripts(open_page: OpenPage, live_url: str, client: Client) -> None:
    people = people_under("halton", now=datetime.now(UTC))
    client.force_login(people.council.practitioner.user)
    page = open_page(base_url=live_url, java_script_enabled=False, viewport={"width": 320, "height": 640})
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_url}])
    page.goto("/")
    tab_to(page, page.locator("main a:has-text('Raise a disagreement')").first)
    enter(page)
    assert page.url.endswith("/disputes/raise/")
    go_on(page, "Begin")
    tab_to(page, page.locator("[name=danger]").first)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[name=danger][value=no]")).to_be_checked()
    go_on(page)
    go_on(page, "No, none of these")
    type_into(page, "name", "Margaret Elsworth")
    go_on(page)
    type_into(page, "decision_disputed", "Discharge home on Friday without a care package.")
    tab_to(page, page.locator("[name=responding]").first)
    page.keyboard.press("Space")
    go_on(page)
    type_into(page, "worry", "She cannot get out of bed alone.")
    type_into(page, "proposed_resolution", "Delay the discharge until Monday.")
    go_on(page)
    tab_to(page, page.locator("[name=answer]").first)
    page.keyboard.press("Space")
    type_into(page, "how", "Seen on the ward at nine this morning.")
    go_on(page)
    go_on(page)
    expect(page.locator("main")).to_contain_text("end of day")
    go_on(page, "Send it")
    expect(page.locator("main")).to_contain_text(Dispute.objects.get().reference)
