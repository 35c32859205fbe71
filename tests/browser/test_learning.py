"""What was learned, in a real browser: the tab, the names marked, the check, and the lists of bodies."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from cases.roles import Role
from escalation import leads
from escalation.protocol import Side
from tests.browser.looking import NAME, check, dispute_of_canary, sign_in
from tests.clock import Clock
from tests.factories import make_appointment
from tests.factories_decisions import make_learning
from tests.factories_disputes import fresh, people_under

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_pages_of_what_was_learned(page: Page, clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    scrutineer = make_appointment(Role.INDEPENDENT_SCRUTINEER, partnership=people.partnership)
    dispute, by, manager = dispute_of_canary(people, now), people.council.practitioner, people.council.line_manager
    leads.join(dispute, manager, Side.RAISING, now=now)
    first, to_check, item, answered = make_learning(fresh(dispute), by, manager, scrutineer, now=now)
    here = f"/disputes/{dispute.reference}/learning/"
    sign_in(page, by, here)
    for number, path in enumerate(("", "write/", f"{first.pk}/prepare/")):
        page.goto(f"{here}{path}")
        check(page, f"learning-{number}")
    page.get_by_label("What is the body to read?").fill(f"{NAME} waited on 3 April; ring 01632 960 999.")
    page.get_by_role("button", name="Hand it on to be checked").click()
    page.get_by_text("Take out what is marked").first.wait_for()
    assert page.locator("mark").all_inner_texts()
    page.get_by_text("The names that this record knows").click()
    check(page, "learning-marked")
    sign_in(page, manager, f"{here}{to_check.pk}/check/")
    check(page, "learning-check")
    page.goto(f"{here}{first.pk}/change/")
    check(page, "learning-change")
    sign_in(page, scrutineer, "/")
    for number, path in enumerate(("/", "/learning/", f"/learning/{item.reference}/", f"/learning/{answered.reference}/")):
        page.goto(path)
        check(page, f"learning-list-{number}")
