"""The forms of a dispute in a real browser: an error is told where it belongs, and typed text survives."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from escalation.models import Dispute
from tests.browser.looking import check, follow, sign_in
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import climb, make_dispute, people_under

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

@pytest.fixture
def people(transactional_db: None, clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@pytest.fixture
def dispute(people: Cast, now: datetime) -> Dispute:
    return climb(make_dispute(people, now=now), now=now)


def test_an_error_is_told_at_the_top_and_at_its_box(page: Page, people: Cast, dispute: Dispute) -> None:
    sign_in(page, people.council.line_manager, f"/disputes/{dispute.reference}/safety/confirm/")
    follow(page, page.get_by_role("button", name="Save"))
    check(page)
    expect(page.get_by_role("alert")).to_be_visible()


def test_text_typed_before_the_session_ended_is_there_after_signing_in_again(
    page: Page, people: Cast, dispute: Dispute
) -> None:
    manager = people.council.line_manager
    sign_in(page, manager, "/directory/")
    form = f"/disputes/{dispute.reference}/reviews/record/"
    page.goto(form)
    page.get_by_label("What are your reasons?").fill("She cannot be alone at night")
    expect(page.get_by_text("Saved at")).to_be_visible()
    page.context.clear_cookies()
    page.get_by_label("Yes").check()
    follow(page, page.get_by_role("button", name="Record the review"))
    sign_in(page, manager, form)
    expect(page.get_by_label("What are your reasons?")).to_have_value("She cannot be alone at night")
    page.get_by_label("No", exact=True).check()
    follow(page, page.get_by_role("button", name="Record the review"))
    expect(page.locator("body")).to_contain_text("Your review is recorded.")
    assert dispute.reviews.latest("pk").rationale == "She cannot be alone at night"
