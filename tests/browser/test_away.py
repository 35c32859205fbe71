"""Going away and standing in, in a real browser: every page without accessibility faults at both widths."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.browser.looking import check, dispute_of_canary, follow, sign_in
from tests.clock import Clock
from tests.escalation.standing_in import go_away, place_of, second_manager
from tests.factories_disputes import people_under

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_pages_of_going_away_and_standing_in(page: Page, clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = people_under("luton", now=now)
    dispute = dispute_of_canary(people, now)
    away, manager = people.council.practitioner, people.council.line_manager
    other = second_manager(people.council)
    sign_in(page, away, "/directory/away/")
    check(page, "away-nobody")
    follow(page, page.get_by_role("button", name="Record time away as practitioner"))
    check(page, "away-record")
    page.get_by_label("Who stands in?").select_option(label=manager.described)
    follow(page, page.get_by_role("button", name="Record it"))
    check(page, "away-error")
    for part, value in (("Day", "10"), ("Month", "4"), ("Year", "2026")):
        page.get_by_role("group", name="What is the last day away?").get_by_label(part).fill(value)
    follow(page, page.get_by_role("button", name="Record it"))
    check(page, "away-recorded")
    go_away(manager, other, now=now)
    sign_in(page, other)
    check(page, "away-my-work")
    follow(page, page.locator(f"a[href='/account/standing-in/{place_of(away, other).pk}/{dispute.reference}/']").first)
    check(page, "away-take-place")
    follow(page, page.get_by_role("button", name=f"Stand in, and open {dispute.reference}"))
    assert page.get_by_text(f"standing in for {away.user.name}").first.is_visible()
    check(page, "away-dispute")
    for path in ("people/", "../../directory/", "../../directory/away/", "../../account/roles/", "../../notices/"):
        page.goto(f"/disputes/{dispute.reference}/{path}")
        check(page, f"away-{path.strip('./').replace('/', '-')}")
    assert place_of(away, other).seat_id == away.pk
