"""Somebody without an account in a real browser: the invitation, the link, the code, the answer; without accessibility faults."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.browser.looking import check, dispute_of_canary, follow, sign_in
from tests.clock import Clock
from tests.escalation.outside.steps import EMAIL, NAME, ORGANISATION, SHARED, code_in, newest_mail, token_in
from tests.factories_disputes import people_under

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_pages_of_somebody_who_is_asked_and_has_no_account(page: Page, clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    here = f"/disputes/{dispute_of_canary(people, now).reference}/outside/"
    sign_in(page, people.council.practitioner, f"{here}invite/")
    check(page, "outside-invite")
    typed = {
        "Which organisation?": ORGANISATION, "Who there?": NAME, "Their e-mail address": EMAIL,
        "Your question": "Who was on duty that night?", "What are they told?": SHARED,
        "What do you share it for?": "To find out whether the night was staffed.",
    }  # fmt: skip
    for label, text in typed.items():
        page.get_by_label(label, exact=True).fill(text)
    follow(page, page.get_by_role("button", name="Send the invitation"))
    check(page, "outside-asked")
    page.context.clear_cookies()
    page.goto(f"/outside/{token_in(newest_mail())}/")
    check(page, "outside-link")
    follow(page, page.get_by_role("button", name="Send me a code"))
    code = code_in(newest_mail())
    page.get_by_label("The code in the e-mail").fill("000000" if code != "000000" else "111111")
    follow(page, page.get_by_role("button", name="Continue"))
    check(page, "outside-code-wrong")
    page.get_by_label("The code in the e-mail").fill(f"{code[:3]} {code[3:]}")
    follow(page, page.get_by_role("button", name="Continue"))
    check(page, "outside-asked-of-them")
    assert not page.get_by_role("navigation", name="Menu").count()
    follow(page, page.get_by_role("button", name="Send your answer"))
    check(page, "outside-answer-missing")
    page.get_by_label("Who was on duty that night?").fill("Two carers, one of them from an agency.")
    follow(page, page.get_by_role("button", name="Send your answer"))
    check(page, "outside-answered")
    follow(page, page.get_by_role("button", name="Close this page"))
    check(page, "outside-closed")
    page.goto("/outside/")
    check(page, "outside-over")
