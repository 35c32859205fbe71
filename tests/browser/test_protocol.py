"""A new version of the protocol in the browser: drafted by forms, tried, submitted, approved by a second person, published."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from escalation.models import ProtocolDraft, ProtocolVersion
from tests.browser.looking import check, follow, sign_in
from tests.browsing import OpenPage
from tests.clock import Clock
from tests.factories_disputes import people_under

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def save(page: Page, button: str = "Save") -> None:
    follow(page, page.locator("main").get_by_role("button", name=button, exact=True).first)


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_new_version_from_draft_to_publication(
    open_page: OpenPage, live_url: str, clock: Clock, now: datetime, has_script: bool
) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    page = open_page(base_url=live_url, java_script_enabled=has_script)

    def look(picture: str) -> None:
        if has_script:
            check(page, f"protocol-{picture}")

    # Given a board manager who reads the protocol in force and begins with a copy of it
    sign_in(page, people.board_manager, "/protocol/")
    look("home")
    follow(page, page.get_by_role("link", name="Import a file"))
    look("import")
    page.goto("/protocol/drafts/new/")
    look("begin")
    page.locator("input[value=v1]").check()
    save(page, "Begin")
    draft = ProtocolDraft.objects.get()
    overview = f"/protocol/drafts/{draft.pk}/"
    look("draft")

    # When a limit is given a word instead of a number, it is kept, marked, and listed with the way to it
    follow(page, page.get_by_role("link", name="Stage 2 is concluded, by Day 9"))
    page.locator("[name=number]").fill("eleven")
    save(page)
    look("limit")
    page.goto(overview)
    look("to-correct")
    follow(page, page.get_by_role("link", name="write a whole number"))
    page.locator("[name=number]").fill("11")
    page.locator("[name=label]").fill("Stage 2 is concluded, by Day 11")
    save(page)

    # And a stage is added, found incomplete, and removed again; who leads is looked at
    page.goto(overview)
    save(page, "Add a stage")
    look("stage")
    page.goto(f"{overview}part/stages.1.leads/")
    look("leads")
    page.goto(overview)
    follow(page, page.get_by_role("button", name=re.compile("Remove.*Stage 5")))

    # And a case is tried through it, and what is different is read
    page.goto(f"{overview}simulate/")
    look("simulate")
    page.locator("[name=stage1][value=reply]").check()
    save(page, "Simulate")
    expect(page.get_by_text("The clock opens Stage 2 by itself").first).to_be_visible()
    look("simulated")
    page.goto(f"/protocol/differences/?before=1&after={draft.pk}")
    expect(page.get_by_text("concluded by Day 11").first).to_be_visible()
    look("differences")

    # And it is submitted with every warning ticked
    page.goto(f"{overview}submit/")
    look("submit")
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    save(page, "Submit")
    look("submitted")

    # Then the chair reads what is different and publishes it
    sign_in(page, people.chair, overview)
    look("approval")
    save(page, "Approve and publish")
    expect(page.get_by_text("Version 2 is published").first).to_be_visible()
    look("published")
    assert ProtocolVersion.objects.get(version=2).published_by == people.chair
