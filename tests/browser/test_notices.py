"""When one gets e-mail: chosen in the browser, with the time asked only of those who want a digest."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.looking import check, dispute_of_canary, follow, sign_in
from tests.clock import Clock
from tests.factories_disputes import people_under

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_somebody_chooses_one_e_mail_a_day(page: Page, clock: Clock, now: datetime) -> None:
    # Given somebody who gets an e-mail for each notice
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute_of_canary(people, now)
    sign_in(page, people.health.practitioner, "/notices/")

    # When they choose one a day, and forget the time at first
    follow(page, page.get_by_role("link", name="change when you get e-mail"))
    check(page, "notice-choice")
    expect(page.get_by_label("At what time of day?")).to_be_hidden()
    page.get_by_label("Once a working day").check()
    expect(page.get_by_label("At what time of day?")).to_be_visible()
    follow(page, page.get_by_role("button", name="Save"))
    expect(page.locator(".govuk-error-summary")).to_contain_text("Enter the time like 08:30")
    check(page, "notice-choice-error")
    page.get_by_label("At what time of day?").fill("8:30")
    follow(page, page.get_by_role("button", name="Save"))

    # Then the page of notices says so
    expect(page.locator("main")).to_contain_text("You get one e-mail at 08:30 on working days.")
    check(page, "notices")
