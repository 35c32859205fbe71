"""A theme raised in the browser where a protocol has several tracks: every page is looked at, none asks for a person."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from cases.roles import Nation
from escalation.actions.protocols import publish_protocol
from escalation.models import Dispute
from escalation.protocol_files import load
from tests.browser.looking import check, sign_in
from tests.clock import Clock
from tests.factories import cast, make_partnership

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

FILE = Path(__file__).parent.parent / "protocols" / "three_tracks.yaml"


def test_a_head_of_service_raises_a_theme(page: Page, clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = cast(make_partnership("saltmarsh", reference_prefix="SAL", nation=Nation.ENGLAND_AND_WALES))
    publish_protocol(partnership=people.partnership, document=load(FILE), by=None, now=now)
    sign_in(page, people.council.senior_manager, "/disputes/raise/")
    check(page, "theme-0-start")

    # When she chooses the track that is about no person
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="What do you want to raise?")).to_be_visible()
    check(page, "theme-1-track")
    page.get_by_label("How agencies work together").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("What would you call the theme?")).to_be_visible()
    check(page, "theme-2-theme")
    page.get_by_label("What would you call the theme?").fill("Weekend discharges")
    page.get_by_role("button", name="Continue").click()
    seen = page.get_by_label("What do you see, again and again?")
    expect(seen).to_be_visible()
    seen.fill("Letters about the lady born 3 June 1941 come on Tuesdays.")
    page.get_by_role("checkbox", name=people.health.agency.name).check()
    page.get_by_role("button", name="Continue").click()

    # Then what would lead to somebody is refused at its question
    expect(page.get_by_role("link", name="This looks like a date of birth")).to_be_visible()
    check(page, "theme-3-refused")
    seen.fill("Letters about weekend discharges come on Tuesdays.")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("What does it lead to?")).to_be_visible()
    check(page, "theme-4-worry")
    page.get_by_label("What does it lead to?").fill("Care starts two days late.")
    page.get_by_label("What would resolve it?").fill("A shared inbox that somebody reads on Saturdays.")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Who should receive it?")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check your answers, then send it")).to_be_visible()
    check(page, "theme-5-check")
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_text("Its reference is")).to_be_visible()

    # And its pages, its case and the guidance say theme where others speak of a person
    dispute = Dispute.objects.get()
    for name, path, said in (
        ("theme-6-dispute", f"/disputes/{dispute.reference}/", "It names no person."),
        ("theme-7-case", f"/cases/{dispute.case.reference}/", "It names no person"),
        ("theme-8-cases", "/cases/", "Theme: Weekend discharges"),
        ("theme-9-guidance", "/guidance/", "How agencies work together"),
    ):
        page.goto(path)
        expect(page.get_by_text(said).first).to_be_visible()
        check(page, name)
