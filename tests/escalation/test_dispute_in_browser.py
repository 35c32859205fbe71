"""The pages of a dispute in a real browser: no accessibility faults, nothing to scroll sideways, typed text survives."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from escalation.actions import agreed, feedback, positions, safety
from escalation.models import Dispute
from tests.clock import Clock
from tests.factories import PASSWORD, Cast
from tests.factories_disputes import climb, make_dispute, people_under

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

TABS = ("", "story/", "positions/", "actions/", "people/", "readers/")
VERBS = (
    "discussions/record/", "positions/state/", "reviews/record/", "safety/confirm/", "voice/record/", "own-record/attest/",
    "exhaustion/attest/", "intention/notify/", "feedback/give/", "debrief/offer/", "actions/add/", "people/bring-in/",
    "stage/escalate/", "stage/jump/", "withdrawal/withdraw/",
)  # fmt: skip


@pytest.fixture
def people(transactional_db: None, clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@pytest.fixture
def dispute(people: Cast, now: datetime) -> Dispute:
    dispute = climb(make_dispute(people, now=now), now=now)
    manager = people.council.line_manager
    with_sitter = safety.Safety("with_measures", "Seen at nine.", "Night sitter.", "Jo Price, ward manager", now.date())
    safety.confirm_safety(dispute=dispute, safety=with_sitter, by=manager, now=now)
    positions.state_position(
        dispute=dispute, stance="stands", text="She was assessed.", by=people.health.line_manager, now=now
    )
    feedback.give_feedback(dispute=dispute, text="I rang the ward.", no_action=False, by=manager, now=now)
    agreed.add_action(dispute=dispute, what="Book the sitter.", owner=manager, due_on=now.date(), by=manager, now=now)
    return dispute


def sign_in(page: Page, email: str) -> None:
    page.goto("/account/login/?next=/directory/")
    page.get_by_label("E-mail address").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def check(page: Page) -> None:
    faults = [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in Axe().run(page).response["violations"]]
    assert faults == [], page.url
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide == 0, page.url


@pytest.mark.parametrize("width", [320, 1280])
def test_tabs_and_verbs(page: Page, people: Cast, dispute: Dispute, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, people.council.line_manager.user.email)
    for path in (*TABS, *VERBS):
        page.goto(f"/disputes/{dispute.reference}/{path}")
        check(page)
    page.goto(f"/disputes/{dispute.reference}/safety/confirm/")
    page.get_by_role("button", name="Save").click()
    check(page)
    expect(page.get_by_role("alert")).to_be_visible()


def test_text_typed_before_the_session_ended_is_there_after_signing_in_again(
    page: Page, people: Cast, dispute: Dispute
) -> None:
    manager = people.council.line_manager.user.email
    sign_in(page, manager)
    form = f"/disputes/{dispute.reference}/reviews/record/"
    page.goto(form)
    page.get_by_label("What are your reasons?").fill("She cannot be alone at night")
    page.wait_for_selector("text=Saved at")
    page.context.clear_cookies()
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Record the review").click()
    sign_in(page, manager)
    page.goto(form)
    assert page.get_by_label("What are your reasons?").input_value() == "She cannot be alone at night"
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Record the review").click()
    assert "Your review is recorded." in page.content()
    assert dispute.reviews.latest("pk").rationale == "She cannot be alone at night"
