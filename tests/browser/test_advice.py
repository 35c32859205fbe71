"""Asking a lead and answering, in a real browser: every page without accessibility faults at both widths."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.browser.looking import check, dispute_of_canary, follow, sign_in
from tests.clock import Clock
from tests.factories_disputes import people_under

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_pages_of_asking_a_lead_and_answering(page: Page, clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = people_under("dundee", now=now)
    dispute = dispute_of_canary(people, now)
    here, by, lead = f"/disputes/{dispute.reference}/", people.council.practitioner, people.council.lead
    sign_in(page, by, f"{here}advice/ask/")
    check(page, "advice-ask")
    page.get_by_label("What do you want advice on?").fill("Is the threshold met?\nThey say that it is ours to find out.")
    follow(page, page.get_by_role("button", name="Ask them"))
    check(page, "advice-asked")
    page.goto(f"{here}advice/ask/")
    check(page, "advice-ask-again")
    page.goto("/")
    check(page, "advice-awaited")
    sign_in(page, lead)
    check(page, "advice-my-work")
    follow(page, page.get_by_role("region", name="Your advice is asked").get_by_role("link", name=dispute.reference))
    check(page, "advice-answer")
    follow(page, page.get_by_role("button", name="Give your advice"))
    check(page, "advice-error")
    page.get_by_label("What do you advise?").fill("It is met: two falls in a week. Ask for the meeting today, and ring me.")
    follow(page, page.get_by_role("button", name="Give your advice"))
    check(page, "advice-given")
    sign_in(page, by, here)
    check(page, "advice-read")
