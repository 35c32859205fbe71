"""My work of every role: what is shown and what is not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from cases.permissions import BOARD_ROLES
from cases.roles import Role
from escalation import queues
from escalation.actions import agreed, feedback, plans
from escalation.actions.plans import Plan
from escalation.queues import Block, Line
from tests.clock import Clock
from tests.escalation.home_pages import block_of, pass_by, see
from tests.factories import Cast, make_appointment
from tests.factories_disputes import climb, climb_to_last_stage, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db
TITLE = "Discharge home without a care package."


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


def test_a_practitioner_sees_what_they_raised_and_whose_turn_it_is(client: Client, people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    page = see(client, people.council.practitioner)
    assert "Raise a disagreement" in page
    raised = block_of(page, "raised")
    assert dispute.reference in raised
    assert TITLE in raised
    assert "is to reply" in raised
    assert "Nothing at the moment" in block_of(page, "waiting")


def test_who_leads_a_stage_finds_what_they_still_owe_there(client: Client, people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    owed = block_of(see(client, people.council.practitioner), "owed")
    assert "Record at least one attempt or discussion" in owed
    climb(dispute, now=now)
    assert 'id="block-owed"' not in see(client, people.council.practitioner)
    assert dispute.reference in block_of(see(client, people.council.line_manager), "owed")


def test_whoever_is_asked_finds_it_waiting(client: Client, people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    assert dispute.reference in block_of(see(client, people.health.practitioner), "waiting")


def test_the_newest_feedback_stands_under_what_was_raised(client: Client, people: Cast, now: datetime) -> None:
    dispute = climb(make_dispute(people, now=now), now=now)
    feedback.give_feedback(
        dispute=dispute,
        text="The ward keeps her until Monday.",
        no_action=False,
        by=people.council.line_manager,
        now=now,
    )
    assert "Feedback: The ward keeps her until Monday." in block_of(see(client, people.council.practitioner), "raised")


def test_a_manager_sees_what_waits_on_us_and_on_them(client: Client, people: Cast, now: datetime) -> None:
    dispute = climb(make_dispute(people, now=now), now=now)
    theirs = see(client, people.council.line_manager)
    assert dispute.reference in block_of(theirs, "them")
    assert dispute.reference in block_of(theirs, "feedback")
    ours = see(client, people.health.line_manager)
    assert dispute.reference in block_of(ours, "us")
    assert dispute.reference not in block_of(ours, "them")


def test_what_is_due_today_or_was_missed_comes_first_and_red_only_when_missed(
    client: Client, people: Cast, now: datetime, clock: Clock
) -> None:
    dispute = climb(make_dispute(people, now=now), now=now)
    clock.move_to(now + timedelta(days=8))
    page = see(client, people.health.lead)
    assert dispute.reference in block_of(page, "due")
    assert "due today" in block_of(page, "due")
    assert "app-overdue" not in page
    late = pass_by(now + timedelta(days=14), clock)
    page = see(client, people.health.senior_manager)
    assert fresh(dispute).stage == 3
    assert f'app-overdue">{late}' in block_of(page, "due")


def test_actions_that_are_overdue_are_listed_for_the_manager_and_for_their_owner(
    client: Client, people: Cast, now: datetime, clock: Clock
) -> None:
    dispute = climb(make_dispute(people, now=now), now=now)
    agreed.add_action(
        dispute=dispute, what="Ask the sitter agency for Monday.", owner=people.council.practitioner,
        due_on=(now + timedelta(days=1)).date(), by=people.council.line_manager, now=now,
    )  # fmt: skip
    assert "Ask the sitter agency" in block_of(see(client, people.council.practitioner), "waiting")
    assert "Ask the sitter agency" not in block_of(see(client, people.council.line_manager), "actions")
    clock.move_to(now + timedelta(days=2))
    assert "Ask the sitter agency" in block_of(see(client, people.council.line_manager), "actions")


def test_before_their_stage_managers_read_no_action_no_plan_and_no_name(
    client: Client, people: Cast, now: datetime, clock: Clock
) -> None:
    owner, by, dispute = people.health.practitioner, people.council.practitioner, make_dispute(people, now=now)
    agreed.add_action(dispute=dispute, what="Ring the ward sister.", owner=owner, due_on=now.date(), by=by, now=now)
    plans.open_plan(dispute=dispute, plan=Plan("A sitter each night.", owner, now.date()), by=owner, now=now)
    clock.advance(days=2)
    said = ("Ring the ward sister.", "A sitter each night.")
    assert all(words in see(client, owner) for words in said)
    for who in (people.health.line_manager, people.health.lead, people.health.senior_manager, people.council.lead):
        page = see(client, who)
        assert dispute.reference in page
        assert not [words for words in (*said, by.user.name) if words in page]
    climb(dispute, now=now)
    assert all(words in see(client, people.health.line_manager) for words in said)


def test_a_safeguarding_lead_sees_the_whole_agency_and_titles_only_when_they_may_read(
    client: Client, people: Cast, now: datetime
) -> None:
    dispute = make_dispute(people, now=now)
    page = see(client, people.council.senior_manager)
    assert dispute.reference in page
    assert TITLE not in page
    climb(climb(dispute, now=now), now=now)
    assert TITLE in see(client, people.council.senior_manager)


def test_a_stranger_sees_nothing_of_it(client: Client, people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    for path in ("/", "/disputes/", f"/disputes/?reference={dispute.reference}", "/notices/"):
        page = see(client, people.stranger, path)
        assert TITLE not in page
        assert f"/disputes/{dispute.reference}/" not in page


def test_the_chair_sees_what_is_referred_and_what_waits_for_the_agencies(
    client: Client, people: Cast, now: datetime
) -> None:
    dispute = climb_to_last_stage(make_dispute(people, now=now), now=now)
    assert "Nothing at the moment" in block_of(see(client, people.chair), "referred")
    assert dispute.reference in block_of(see(client, people.council.board_representative), "waiting")
    assert dispute.status == "awaiting_referral"


def test_the_board_manager_sees_protocol_gaps_and_numbers_but_no_content(
    client: Client, people: Cast, now: datetime
) -> None:
    make_dispute(people, now=now)
    page = see(client, people.board_manager)
    assert "Halton professional challenge and escalation" in page
    assert people.stranger.agency is not None
    assert people.stranger.agency.short_name in block_of(page, "gaps")
    assert people.council.agency.short_name not in block_of(page, "gaps")
    assert "Stage 1: Professionals" in block_of(page, "counts")
    assert TITLE not in page


def test_a_lead_sees_the_gaps_of_the_own_agency(client: Client, people: Cast) -> None:
    assert "Stages that nobody leads" not in see(client, people.council.lead)
    assert people.stranger.agency is not None
    lead = make_appointment(Role.SAFEGUARDING_LEAD, people.stranger.agency)
    page = block_of(see(client, lead), "gaps")
    assert "senior manager" in page
    assert "line manager" not in page


def test_the_auditor_finds_by_reference_and_sees_the_latest(client: Client, people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    page = see(client, people.auditor)
    assert 'name="reference"' in page
    assert TITLE in block_of(page, "recent")
    assert dispute.reference in see(client, people.auditor, f"/disputes/?reference={dispute.reference[-4:]}")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PRACTITIONER])
def test_every_role_has_a_page_while_nothing_is_there(client: Client, people: Cast, role: Role) -> None:
    agency = None if role in BOARD_ROLES else people.council.agency
    who = make_appointment(role, agency, partnership=people.partnership)
    assert "My work" in see(client, who)
    assert "No disputes yet" in see(client, who, "/disputes/")


def test_a_block_of_a_package_above_is_shown(
    client: Client, people: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [Line("HAL-2026-0001", title="Stay until Monday", url="/decision/1/", sentence="Written by the ward.")]
    monkeypatch.setattr(
        queues, "EXTRA_QUEUES", [lambda acting, at: Block("sign", "To sign off", lines, ""), lambda acting, at: None]
    )
    page = block_of(see(client, people.council.line_manager), "sign")
    assert "Stay until Monday" in page
    assert "/decision/1/" in page
