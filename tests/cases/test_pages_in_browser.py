"""The pages of cases in a real browser: no accessibility faults, nothing to scroll sideways, at 320 and 1280 pixels."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cases.actions.cases import add_member
from tests import factories

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def check(page: Page) -> None:
    faults = [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in Axe().run(page).response["violations"]]
    assert faults == [], page.url
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide == 0, page.url


def sign_in(page: Page, email: str) -> None:
    page.goto("/account/login/?next=/directory/")
    page.get_by_label("E-mail address").fill(email)
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_of_cases(page: Page, now: datetime, width: int) -> None:
    people = factories.cast()
    case, lead = factories.make_case(people, now=now), people.council.lead
    add_member(case=case, member=lead, now=now)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/account/login/")
    check(page)
    page.get_by_role("button", name="Sign in").click()
    check(page)
    sign_in(page, lead.user.email)
    check(page)
    entry = f"/directory/{people.council.practitioner.pk}/"
    urls = [
        "/account/roles/", "/account/reading/", "/directory/appoint/", entry, f"{entry}end/",
        "/cases/", f"/cases/{case.reference}/", f"/cases/{case.reference}/person/",
        "/api/docs/", "/help/", "/privacy/", "/recording/", "/accessibility/",
        "/demo/people/", "/demo/mail/", "/cases/HAL-C-2099-0001/",
    ]  # fmt: skip
    for url in urls:
        page.goto(url)
        check(page)


def test_the_conflict_of_two_editors_can_be_read_and_settled(page: Page, now: datetime) -> None:
    people = factories.cast()
    case = factories.make_case(people, now=now)
    sign_in(page, people.council.practitioner.user.email)
    page.goto(f"/cases/{case.reference}/person/")
    case.person.address = "12 Mill Lane"
    case.person.save()
    page.get_by_label("Where do they live?").fill("Flat 2, Mill Lane")
    page.get_by_role("button", name="Save").click()
    check(page)
    expect(page.get_by_role("cell", name="12 Mill Lane")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    assert "What is known of the person is saved" in page.content()
    case.person.refresh_from_db()
    assert case.person.address == "Flat 2, Mill Lane"
