"""A theme by its pages, from the reply to its closing: nobody is asked about a person, and every step is there (F78)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from cases.models import Appointment
from cases.roles import Nation
from escalation.actions.protocols import publish_protocol
from escalation.models import Dispute
from escalation.models.dispute import Status
from escalation.protocol_files import load
from tests.clock import Clock
from tests.escalation.test_protocol_tracks import FILE
from tests.factories import Cast, cast, make_partnership
from tests.factories_disputes import fresh, make_theme
from tests.journeys.visiting import Page, Visitor
from tests.journeys.walking import moment

pytestmark = pytest.mark.django_db
TABS = ("", "story/", "positions/", "decisions/", "learning/", "actions/", "people/", "documents/", "readers/", "dates/")
# What only a dispute about somebody says; the footer's words about danger are everywhere.
OF_A_PERSON = re.compile(
    r"\b(the (?!person who raised|person you ask|person it was)person|person at risk|safe|capacity|she|her|he|his|sitter|ward)\b",
    re.IGNORECASE,
)


class Theme:
    """One theme, and everybody about it at a browser of their own."""

    def __init__(self, people: Cast, dispute: Dispute, clock: Clock) -> None:
        self.people, self.dispute, self.clock = people, dispute, clock
        self.visitors: dict[int, Visitor] = {}

    def opens(self, who: Appointment, path: str = "", status: int = 200) -> Page:
        """A page of it, which says nothing of a person."""
        if who.pk not in self.visitors:
            self.visitors[who.pk] = Visitor(who)
        page = self.visitors[who.pk].opens(f"/disputes/{self.dispute.reference}/{path}", status)
        said = " ".join(found.text_content() for found in page.tree.xpath("//main"))
        assert not (found := OF_A_PERSON.search(said)), (path, said[max(0, found.start() - 80) : found.end() + 80])
        return page

    def looks_round(self, who: Appointment) -> None:
        """Every tab, as somebody sees it at this moment."""
        for tab in TABS:
            self.opens(who, tab)

    def does(self, who: Appointment, path: str, button: str, **answers: Any) -> Page:
        """Fill in one of its pages, an hour later."""
        self.clock.advance(hours=1)
        page = self.opens(who, path)
        return self.visitors[who.pk].sends(page, button, **answers)


@pytest.fixture
def theme(clock: Clock, now: datetime) -> Theme:
    clock.move_to(now)
    people = cast(make_partnership("saltmarsh", reference_prefix="SAL", nation=Nation.ENGLAND_AND_WALES))
    publish_protocol(partnership=people.partnership, document=load(FILE), by=None, now=now)
    return Theme(people, make_theme(people, now=now), clock)


def test_from_the_reply_to_the_closing(theme: Theme) -> None:
    # Given a theme between two heads of service, when the other one answers
    council, health, chair = theme.people.council.senior_manager, theme.people.health.senior_manager, theme.people.chair
    assert "senior manager" in theme.opens(health).line
    theme.does(health, "positions/state/", "Send the reply", stance="stands", text="Letters are sent within the hour.")
    assert "to record an agreement or take it further" in theme.opens(council).line

    # Then those who raised it work on it: a talk, a meeting, an action, a point and a decision record
    theme.does(
        council, "discussions/record/", "Save", kind="talk", mode="phone", with_whom="The hospital's head of service",
        result="We see the same figures.", **moment("happened_at", theme.clock.now()),
    )  # fmt: skip
    theme.does(council, "positions/state/", "Save the position", text="Nobody reads the inbox on Saturdays.")
    theme.does(council, "advice/ask/", "Ask them", question="Has this been raised before?")
    lead = theme.people.council.lead
    asked = theme.dispute.advice_requests.get()
    theme.does(lead, f"advice/{asked.pk}/answer/", "Give your advice", advice="Yes, in 2024. Ask the board for one inbox.")
    for path in ("meetings/propose/", "actions/add/", "points/add/", "decisions/new/", "learning/write/", "debrief/offer/",
                 "exhaustion/attest/", "own-record/attest/", "people/bring-in/", "withdrawal/withdraw/", "support/ask/"):
        theme.opens(council, path)
    theme.looks_round(council)
    assert "We hold that this has to change" in theme.opens(health, "story/").text

    # When nothing is agreed, then it goes to the chair, who has its referral with the theme and no person
    theme.does(council, "stage/escalate/", "Take it to Part 2", reason="Both sides keep to their view.")
    referral = theme.opens(council, "referral/")
    assert "Weekend discharges" in str(referral.response.content.decode())
    boxes = referral.form("Save and check before sending").xpath(".//textarea | .//input[@type='text' or not(@type)]")
    empty = {box.get("name"): "Not known." for box in boxes if not (box.value or "").strip()}
    check = theme.does(council, "referral/", "Save and check before sending", **empty)
    theme.visitors[council.pk].sends(check, "Send the referral")
    theme.looks_round(chair)
    theme.does(chair, "outcome/give/", "Give the last word", text="One inbox, read every day.", reasons="Both count the same.")

    # Then each agency answers in writing, and it is closed; those who raised it hear what came of it
    theme.does(council, "outcome/confirm/", "Send the answer", accepts="yes", text="We name who reads it.")
    theme.does(health, "feedback/give/", "Send the feedback", text="The inbox is there from Monday.")
    theme.does(health, "outcome/confirm/", "Send the answer", accepts="yes", text="We send to it.")
    assert fresh(theme.dispute).status == Status.CLOSED
    assert "is closed" in theme.opens(council).line
    theme.looks_round(health)
    assert "The inbox is there from Monday." in theme.opens(council).text
    theme.does(council, "learning/write/", "Save", kind="nothing", text="Both sides knew the way.")
    made = theme.does(council, "documents/", "Make the document", kind="case_history", reason="For the board.")
    assert "case history" in made.text.lower()
    theme.clock.advance(days=40)
    assert "It did not hold" not in theme.opens(council).text  # this track closes for good


def test_agreed_between_the_heads_of_service(theme: Theme, now: datetime) -> None:
    council, health = theme.people.council.senior_manager, theme.people.health.senior_manager
    theme.does(health, "positions/state/", "Send the reply", stance="changes", text="We change the rota.")
    page = theme.opens(council, "agreement/record/", 200)
    assert "this must be done: Record a discussion between the agencies" in page.text
    theme.does(
        council, "discussions/record/", "Save", kind="meeting", mode="video", with_whom="Both heads of service",
        result="A rota for Saturdays.", **moment("happened_at", now + timedelta(minutes=30)),
    )  # fmt: skip
    theme.does(council, "agreement/record/", "Record it", text="A rota for Saturdays.", reasons="Both want it.")
    for who in (council, health):
        theme.does(who, "outcome/confirm/", "Send the answer", accepts="yes", text="We keep to it.")
    assert fresh(theme.dispute).status == Status.CLOSED
    theme.looks_round(council)
