"""What every page of a journey is looked at for, and how somebody signs in and moves by keyboard alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

from cases.models import Appointment
from escalation.models import Dispute
from tests import factories
from tests.factories import Cast
from tests.factories_disputes import make_dispute

if TYPE_CHECKING:
    from datetime import datetime

    from playwright.sync_api import Locator, Page

NAME, STREET = "Zephyrine Quillfeather", "77 Canary Wynd, Widnes"
SECRETS = (*NAME.lower().split(), "canary", "wynd")
WIDTHS = (320, 1280)
MOST_TABS = 120
# Set to a directory to have every page pictured at both widths, to be looked at.
PICTURES = os.environ.get("PICTURES", "")


def dispute_of_canary(people: Cast, now: datetime) -> Dispute:
    """A dispute about somebody whose name and street must never leave the pages' own text."""
    case = factories.make_case(people, now=now, name=NAME, details={"address": STREET})
    return make_dispute(people, now=now, case=case)


def check(page: Page, picture: str = "") -> None:
    """No accessibility faults; nothing to scroll sideways at either width; no name in address, title or storage."""
    faults = [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in Axe().run(page).response["violations"]]
    assert faults == [], page.url
    kept = page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    told = f"{page.url} {page.title()} {kept}".lower()
    assert not [secret for secret in SECRETS if secret in told], told
    size = page.viewport_size
    assert size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": size["height"]})
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, (page.url, width)
        if PICTURES and picture:
            page.screenshot(path=Path(PICTURES) / f"{picture}-{width}.png", full_page=True)
    page.set_viewport_size(size)


def sign_in(page: Page, who: Appointment, to: str = "/") -> None:
    """With the mouse, at the page for it; whoever was signed in before is not any more."""
    page.context.clear_cookies()
    page.goto(f"/account/login/?next={to}")
    page.get_by_label("E-mail address").fill(who.user.email)
    page.locator("input[name=password]").fill(factories.PASSWORD)
    follow(page, page.get_by_role("button", name="Sign in"))
    assert urlsplit(page.url).path == urlsplit(to).path, page.url


def follow(page: Page, leads: Locator) -> None:
    """Click on what leads to a page, be it the same one again, and wait until that page is there."""
    with page.expect_navigation():
        leads.click()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until this has the focus."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not reach {wanted} on {page.url}")


def type_into(page: Page, name: str, text: str) -> None:
    """Go to a box by keyboard and type."""
    tab_to(page, page.locator(f"[name={name}]"))
    page.keyboard.type(text)


def press(page: Page, button: str) -> None:
    """Go to a button by keyboard and press it."""
    tab_to(page, page.get_by_role("button", name=button, exact=True))
    enter(page)


def enter(page: Page) -> None:
    """Press Enter on what leads to a page, and wait until that page is there."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
