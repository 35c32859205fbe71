"""My work of every role, the list of disputes and the guidance: what is shown, what is not, and in how many queries."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Appointment
from cases.permissions import BOARD_ROLES
from cases.roles import Role
from escalation import queues
from escalation.actions import agreed, feedback
from escalation.actions.sweep import sweep
from escalation.models import Dispute, ProtocolVersion
from escalation.protocol import Protocol
from escalation.queues import Block, Line
from tests.clock import Clock
from tests.factories import Cast, make_appointment
from tests.factories_disputes import climb, climb_to_last_stage, fresh, make_dispute, people_under

pytestmark = pytest.mark.django_db
TITLE = "Discharge home without a care package."


@pytest.fixture
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


def see(client: Client, who: Appointment, path: str = "/") -> str:
    client.force_login(who.user)
    response = client.get(path)
    assert response.status_code == 200
    return str(response.content.decode())


def block_of(page: str, key: str) -> str:
    """The text of one block."""
    start = page.index(f'id="block-{key}"')
    return page[start : page.index("</section>", start)]


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


def pass_by(day: datetime, clock: Clock) -> str:
    """Let time pass with nobody acting; how late the limit of stage 3 then is."""
    for _ in range(3):
        sweep(now=day)
    clock.move_to(day)
    return "1 day overdue"


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


@pytest.fixture
def three(people: Cast, now: datetime) -> tuple[Dispute, Dispute, Dispute]:
    first = make_dispute(people, now=now)
    second = climb(make_dispute(people, now=now), now=now)
    third = make_dispute(
        people, now=now, responding=[people.charity.agency], addressee=people.charity, entry_stage=3,
        immediate_risk_reason="She goes home alone tonight.",
    )  # fmt: skip
    return first, second, third


def test_filters_of_the_list(client: Client, people: Cast, now: datetime, three: tuple[Dispute, ...]) -> None:
    first, second, third = (dispute.reference for dispute in three)
    assert people.charity.agency is not None
    expected = {
        "": {first, second, third},
        "stage=1": {first},
        "stage=2": {second},
        f"agency={people.charity.agency.pk}": {third},
        f"reference={second}": {second},
        f"reference={second.lower()}": {second},
        "status=running": {first, second, third},
        "status=ended": set(),
        "status=awaiting_reply&stage=1": {first},
        "whose=raised": {first, second, third},
        "time=overdue": set(),
        "stage=99": {first, second, third},
        "agency=x&status=nonsense&whose=%00": {first, second, third},
    }
    for query, wanted in expected.items():
        page = see(client, people.council.practitioner, f"/disputes/?{query}")
        assert {reference for reference in (first, second, third) if f"/disputes/{reference}/" in page} == wanted, query
    assert f"/disputes/{third}/" not in see(client, people.health.lead, "/disputes/?whose=agency")
    assert f"/disputes/{third}/" in see(client, people.charity, "/disputes/?whose=mine")


def test_overdue_filter_finds_what_was_missed(client: Client, people: Cast, now: datetime, clock: Clock) -> None:
    dispute = make_dispute(people, now=now)
    pass_by(now + timedelta(days=14), clock)
    assert dispute.reference in see(client, people.council.practitioner, "/disputes/?time=overdue")


def test_a_protocol_without_limits_has_no_overdue_filter(client: Client, clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = people_under("dundee", now=now)
    assert 'name="time"' not in see(client, people.council.practitioner, "/disputes/")


def test_a_mark_that_is_no_place_in_the_list_is_not_found(client: Client, people: Cast) -> None:
    client.force_login(people.council.practitioner.user)
    assert client.get("/disputes/?older=nonsense").status_code == 404


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", ["/", "/disputes/"])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client, people: Cast, now: datetime, path: str
) -> None:
    readers = [
        people.council.practitioner,
        people.council.lead,
        people.health.practitioner,
        people.auditor,
        people.board_manager,
    ]
    case = None

    def grow(rows: int) -> dict[int, int]:
        nonlocal case
        for _ in range(rows):
            dispute = make_dispute(people, now=now, **({"case": case} if case else {}))
            case = dispute.case
        counted = {}
        for reader in readers:
            client.force_login(reader.user)
            client.get(path)
            counted[reader.pk] = queries(client, path)
        return counted

    few, many = grow(3), grow(27)
    assert few == many
    assert max(many.values()) <= 40, many


def test_pages_of_the_list_hold_every_dispute_once(client: Client, people: Cast, now: datetime) -> None:
    first = make_dispute(people, now=now)
    references = {first.reference} | {make_dispute(people, now=now, case=first.case).reference for _ in range(29)}
    page = see(client, people.council.practitioner, "/disputes/")
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = see(client, people.council.practitioner, f"/disputes/{older}")
    on_first = {reference for reference in references if f"/disputes/{reference}/" in page}
    on_second = {reference for reference in references if f"/disputes/{reference}/" in second}
    assert len(on_first) == 25
    assert on_first | on_second == references
    assert not on_first & on_second


@pytest.mark.parametrize("key", ["halton", "dundee", "luton", "south_lanarkshire"])
def test_guidance_tells_the_protocol_to_everybody(client: Client, clock: Clock, now: datetime, key: str) -> None:
    clock.move_to(now)
    people = people_under(key, now=now)
    for who in (people.council.practitioner, people.chair, people.auditor):
        page = see(client, who, "/guidance/")
        for stage in people_version(people).stages:
            assert f"{stage.label}: " in page
        assert people_version(people).final_authority.title.replace("'", "&#x27;") in page
    assert "Day 9" in page if key == "halton" else "no time limits" in page


def people_version(people: Cast) -> Protocol:
    version = ProtocolVersion.objects.newest_for(people.partnership)
    assert version is not None
    return version.protocol
