"""Signing in and the conflict of two editors in a real browser, with what they say when something is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.looking import check, follow, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_signing_in_without_a_word_says_what_is_missing(page: Page) -> None:
    page.goto("/account/login/")
    check(page)
    follow(page, page.get_by_role("button", name="Sign in"))
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)


def test_the_conflict_of_two_editors_can_be_read_and_settled(page: Page, now: datetime) -> None:
    people = factories.cast()
    case = factories.make_case(people, now=now)
    sign_in(page, people.council.practitioner, "/directory/")
    page.goto(f"/cases/{case.reference}/person/")
    person = factories.person_of(case)
    person.address = "12 Mill Lane"
    person.save()
    page.get_by_label("Where do they live?").fill("Flat 2, Mill Lane")
    follow(page, page.get_by_role("button", name="Save"))
    check(page)
    expect(page.get_by_role("cell", name="12 Mill Lane")).to_be_visible()
    follow(page, page.get_by_role("button", name="Save"))
    expect(page.locator("body")).to_contain_text("What is known of the person is saved")
    person.refresh_from_db()
    assert person.address == "Flat 2, Mill Lane"
