"""Raising a disagreement on a phone, by keyboard alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from escalation.models import Dispute
from tests import factories
from tests.browser.looking import NAME, STREET, check, enter, press, tab_to, type_into
from tests.clock import Clock
from tests.factories_disputes import people_under

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_worried_practitioner_raises_it_on_a_phone_by_keyboard(page: Page, clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    page.set_viewport_size({"width": 320, "height": 640})

    # Given that she signs in on her phone
    page.goto("/account/login/?next=/disputes/raise/")
    check(page, "raise-0-sign-in")
    type_into(page, "login", people.council.practitioner.user.email)
    type_into(page, "password", factories.PASSWORD)
    press(page, "Sign in")
    check(page, "raise-1-start")

    # When she answers page after page
    press(page, "Begin")
    check(page, "raise-2-danger")
    tab_to(page, page.locator("[name=danger]").first)
    page.keyboard.press("ArrowDown")
    press(page, "Continue")
    check(page, "raise-3-scope")
    press(page, "No, none of these: continue")
    check(page, "raise-4-person")
    type_into(page, "name", NAME)
    tab_to(page, page.locator("summary", has_text="More about the person"))
    page.keyboard.press("Enter")
    type_into(page, "address", STREET)
    press(page, "Continue")
    check(page, "raise-5-decision")
    type_into(page, "decision_disputed", "Discharge home on Friday without a care package.")
    tab_to(page, page.get_by_role("checkbox", name=people.health.agency.name))
    page.keyboard.press("Space")
    press(page, "Continue")
    check(page, "raise-6-worry")
    type_into(page, "worry", "She cannot get out of bed alone and lives by herself.")
    type_into(page, "proposed_resolution", "Delay the discharge until the night sitter can start.")
    press(page, "Continue")
    check(page, "raise-7-safety")
    tab_to(page, page.locator("[name=answer]").first)
    page.keyboard.press("Space")
    type_into(page, "how", "Seen on the ward at nine; the nurse in charge agrees.")
    press(page, "Continue")
    check(page, "raise-8-recipient")
    press(page, "Continue")
    check(page, "raise-9-check")
    press(page, "Send it")

    # Then she sees its reference, whose turn it is and by when, and finds it on her page
    check(page, "raise-10-done")
    dispute = Dispute.objects.get()
    expect(page.locator("main")).to_contain_text(dispute.reference)
    expect(page.locator("main")).to_contain_text("is to reply by Sat 4 April 2026, end of day")
    tab_to(page, page.get_by_role("button", name="Go to the disagreement"))
    enter(page)
    assert page.url.endswith(f"/disputes/{dispute.reference}/")
    check(page, "raise-11-dispute")
    page.goto("/")
    check(page, "raise-12-my-work")
    expect(page.locator("main")).to_contain_text(dispute.reference)
