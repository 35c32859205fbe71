"""The duties between the agencies in a real browser: the map, meetings, plans, debriefs, support, links."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from escalation.actions import debriefs, links, meetings, plans, points, support
from escalation.models import Dispute
from tests.browser.looking import check, dispute_of_canary, sign_in
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import make_dispute, people_under

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def with_everything(people: Cast, now: datetime) -> Dispute:
    """A dispute on which each duty between the agencies has been done once."""
    dispute, by = dispute_of_canary(people, now), people.council.practitioner
    asked = support.Asked(people.council.line_manager, "speak", "I am new.", is_status_difference=True)
    support.ask_support(dispute=dispute, asked=asked, by=by, now=now)
    point = points.add_point(
        dispute=dispute, text="She cannot be alone.", column=points.Column("agreed", "She fell.", "high", "S3"), by=by, now=now
    )
    points.say_on_point(
        point=point, column=points.Column("agreed", "So we saw.", "low"), by=people.health.practitioner, now=now
    )
    points.add_point(
        dispute=dispute, text="A sitter is enough.", column=points.Column("disputed", "It is not.", "medium"), by=by, now=now
    )
    proposed = meetings.Proposed("Strategy Meeting", now + timedelta(days=1), "The nights.", "Room 4")
    meetings.propose_meeting(
        dispute=dispute, proposed=proposed, invited=[people.health.practitioner], by=by, now=now
    )
    plans.open_plan(dispute=dispute, plan=plans.Plan("A night sitter.", by, now.date()), by=by, now=now)
    debriefs.offer_debrief(dispute=dispute, text="Friday.", by=people.council.line_manager, now=now)
    links.link_related(dispute=dispute, other=make_dispute(people, now=now), reason="The same ward.", by=by, now=now)
    return dispute


def test_pages_of_the_duties(page: Page, clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute = with_everything(people, now)
    here = f"/disputes/{dispute.reference}/"
    meeting, plan = dispute.meetings.get().pk, dispute.plans.get().pk
    debrief = dispute.debriefs.get(participant__appointment=people.council.practitioner).pk
    sign_in(page, people.council.practitioner, here)
    for number, path in enumerate((
        "", "positions/", "actions/", "people/", "points/add/", f"points/{dispute.points.latest('pk').pk}/say/",
        "meetings/propose/", f"meetings/{meeting}/", f"meetings/{meeting}/hold/", f"meetings/{meeting}/call-off/",
        "plans/open/", f"plans/{plan}/review/", f"debriefs/{debrief}/answer/", "support/ask/", "links/link/",
        "withdrawal/withdraw/",
    )):  # fmt: skip
        page.goto(f"{here}{path}")
        assert page.locator("h1").count() == 1, path
        check(page, f"duties-{number}")
