"""A limit passes: the page tells what the clock did, in plain words."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from escalation.celery import app
from tests.browser.looking import check, dispute_of_canary, follow, sign_in
from tests.clock import Clock
from tests.factories_disputes import people_under
from tests.processes import Worker

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_the_page_tells_what_the_clock_did(page: Page, clock: Clock, worker: Callable[..., Worker], now: datetime) -> None:
    # Given a dispute to which nobody replies
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute = dispute_of_canary(people, now)
    here = f"/disputes/{dispute.reference}/"
    worker()

    # When Day 3 is over and the worker sweeps
    clock.move_to(now + timedelta(days=2, hours=14))
    app.send_task("escalation.tasks.sweep_deadlines")
    sign_in(page, people.council.practitioner, here)
    end = time.monotonic() + 180
    while "Stage 2 of 4" not in page.inner_text("main"):
        assert time.monotonic() < end, page.inner_text("main")
        page.wait_for_timeout(500)
        page.reload()

    # Then the page says where it stands, the story says why, and the notice leads there
    check(page, "clock-1-dispute")
    page.goto(f"{here}story/")
    check(page, "clock-2-story")
    expect(page.locator("main")).to_contain_text("The clock moved this to Stage 2")
    expect(page.locator("main")).to_contain_text("Limit passed: Stage 2 starts, no later than Day 3")
    page.goto("/notices/")
    check(page, "clock-3-notices")
    follow(page, page.get_by_role("link", name="it has gone to the next stage"))
    assert page.url.endswith(here)
