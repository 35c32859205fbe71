"""A new user raises a dispute on a phone's screen, with the keyboard alone and without JavaScript (F2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from escalation.models import Dispute
from tests.factories_disputes import people_under

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FAR = 60


def tab_to(page: Page, selector: str) -> None:
    """Press the Tab key until the control is reached."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"the keyboard does not reach {selector} on {page.url}")


def go_on(page: Page, words: str = "Continue") -> None:
    """Reach the button and press Enter."""
    before = page.url
    tab_to(page, f"main button:has-text('{words}')")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)


def type_into(page: Page, name: str, words: str) -> None:
    """Reach the question and type."""
    tab_to(page, f"[name={name}]")
    page.keyboard.type(words)


def test_raised_by_keyboard_on_a_phone_without_scripts(browser: Browser, live_url: str, client: Client) -> None:
    people = people_under("halton", now=datetime.now(UTC))
    client.force_login(people.council.practitioner.user)
    context = browser.new_context(
        base_url=live_url, java_script_enabled=False, viewport={"width": 320, "height": 640}, locale="en-GB"
    )
    context.set_default_timeout(10_000)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_url}])
    page = context.new_page()
    page.goto("/")
    tab_to(page, "main a:has-text('Raise a disagreement')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/disputes/raise/")
    go_on(page, "Begin")
    tab_to(page, "[name=danger]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("[name=danger][value=no]").is_checked()
    go_on(page)
    go_on(page, "No, none of these")
    type_into(page, "name", "Margaret Elsworth")
    go_on(page)
    type_into(page, "decision_disputed", "Discharge home on Friday without a care package.")
    tab_to(page, "[name=responding]")
    page.keyboard.press("Space")
    go_on(page)
    type_into(page, "worry", "She cannot get out of bed alone.")
    type_into(page, "proposed_resolution", "Delay the discharge until Monday.")
    go_on(page)
    tab_to(page, "[name=answer]")
    page.keyboard.press("Space")
    type_into(page, "how", "Seen on the ward at nine this morning.")
    go_on(page)
    go_on(page)
    assert "end of day" in page.inner_text("main")
    go_on(page, "Send it")
    assert Dispute.objects.get().reference in page.inner_text("main")
    context.close()
