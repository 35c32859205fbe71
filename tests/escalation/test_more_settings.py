"""What brings a matter to a stage, the time to meet, notices at every stage, and who is told at once of immediate risk."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.errors import Refused
from escalation import leads
from escalation.actions import meetings, moves, talks
from escalation.models import Notification
from escalation.protocol import Event
from escalation.protocol_files import ProtocolFileError, loads
from tests.escalation.test_unseen_protocols import HEAD, people_of
from tests.factories import Cast, make_case
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db

TEXT = (
    HEAD
    + """
clock: {anchor: dispute_raised}
immediate_risk:
  may_enter_any_stage: true
  stages: [3]
  told: [{role: senior_manager, of: each, why: They act}]
notices: [{on: agreed, role: board_manager, of: board}, {on: replied, role: board_representative, of: each}]
stages:
  - order: 1
    label: Stage 1
    name: Own manager
    about: Inside the agency.
    single_agency: true
    leads: {mode: any_of, roles: [{role: line_manager}]}
  - order: 2
    label: Stage 2
    name: Managers
    about: They meet.
    leads: {roles: [{role: line_manager}]}
    triggers:
      - {code: not_agreed, label: It could not be agreed}
      - {code: no_service, label: A service cannot be provided}
    limits:
      - {key: meet, kind: discuss, number: 24, unit: hours, anchor: stage_opened, owner: each, label: They meet within a day}
  - order: 3
    label: Stage 3
    name: Senior managers
    about: They agree.
    leads: {roles: [{role: senior_manager}]}
    triggers: [{code: unsafe, label: The person is not safe}]
final_authority: {kind: agreement, title: What they agreed}
"""
)


@shared
def people(now: datetime) -> Cast:
    return people_of(TEXT, now)


def test_what_brings_it_to_a_stage_is_chosen_and_kept(people: Cast, now: datetime, client: Client) -> None:
    dispute, by = make_dispute(people, now=now), people.council.line_manager
    with pytest.raises(Refused, match="Say what brings it to this stage"):
        moves.escalate(dispute=dispute, by=by, now=now, reason="Not settled.")
    client.force_login(by.user)
    page = client.get(reverse("escalate", args=[dispute.reference])).content.decode()
    assert "A service cannot be provided" in page
    answers = {"reason": "There is no bed.", "trigger": "no_service", "seen": fresh(dispute).token}
    assert client.post(reverse("escalate", args=[dispute.reference]), answers).status_code == 302
    row = fresh(dispute).stages.get(order=2)
    assert (row.trigger, row.opened_reason) == ("no_service", "A service cannot be provided. There is no bed.")
    page = client.get(reverse("escalate", args=[dispute.reference])).content.decode()
    assert "By taking it there you state: The person is not safe." in page
    moves.escalate(dispute=fresh(dispute), by=by, now=now, reason="Still no bed.")
    assert fresh(dispute).stages.get(order=3).trigger == "unsafe"


def test_a_meeting_meets_the_time_to_meet(people: Cast, now: datetime) -> None:
    dispute, by = make_dispute(people, now=now), people.council.line_manager
    moves.escalate(dispute=dispute, by=by, now=now, reason="No.", trigger="not_agreed")
    talk: dict[str, Any] = {"mode": "phone", "with_whom": "Ward manager", "result": "No agreement.", "by": by}
    later = now + timedelta(hours=2)
    talks.log_discussion(dispute=fresh(dispute), kind="attempt", happened_at=later, now=later, **talk)
    assert dispute.deadlines.get(key="meet").met_at is None
    talks.log_discussion(dispute=fresh(dispute), kind="talk", happened_at=later, now=later, **talk)
    assert dispute.deadlines.get(key="meet").met_at == later


def test_notices_of_the_whole_hold_at_every_stage_and_never_tell_what_is_inside_one_agency(
    people: Cast, now: datetime
) -> None:
    rules = loads(TEXT)
    assert [one.on for one in rules.notices_at(1)] == [Event.AGREED]
    assert [one.on for one in rules.notices_at(3)] == [Event.AGREED, Event.REPLIED]


def test_immediate_risk_goes_only_where_the_protocol_says_and_the_named_are_told_at_once(
    people: Cast, now: datetime
) -> None:
    dispute, by = make_dispute(people, now=now), people.council.practitioner
    with pytest.raises(Refused, match="of those that the protocol names"):
        moves.jump_for_immediate_risk(dispute=dispute, to_stage=2, reason="In danger.", by=by, now=now)
    moves.jump_for_immediate_risk(dispute=dispute, to_stage=3, reason="In danger.", by=by, now=now)
    told = Notification.objects.filter(dispute=dispute, text__contains="may be at immediate risk", is_immediate=True)
    assert set(told.values_list("recipient", flat=True)) == {people.council.senior_manager.pk, people.health.senior_manager.pk}
    other = make_dispute(people, now=now, entry_stage=3, immediate_risk_reason="He is alone.")
    assert Notification.objects.filter(dispute=other, text__contains="may be at immediate risk").count() == 2
    with pytest.raises(Refused, match="cannot begin at this stage"):
        make_dispute(people, now=now, entry_stage=2, immediate_risk_reason="He is alone.")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("stages: [3]", "stages: [4]", "write the number of a later stage"),
        ("stages: [3]", "stages: [1]", "write the number of a later stage"),
        ("may_enter_any_stage: true", "may_enter_any_stage: false", "no stage can be entered"),
        ("role: senior_manager, of: each, why", "role: senior_manager, of: board, why", "an agency's role of each"),
        ("role: board_manager, of: board", "role: board_manager, of: each", "write 'of: board'"),
    ],
)
def test_what_cannot_be_meant_is_refused(before: str, after: str, said: str) -> None:
    with pytest.raises(ProtocolFileError, match=said):
        loads(TEXT.replace(before, after))


def test_those_of_the_beginning_are_invited_to_every_meeting_where_the_protocol_says_so(now: datetime) -> None:
    people = people_under("luton", now=now)
    dispute = climb(make_dispute(people, now=now), now=now)
    assert set(leads.originals(dispute)) == {people.council.practitioner, people.health.practitioner}
    proposed = meetings.Proposed(
        kind=meetings.kinds_of(dispute)[0], starts_at=now + timedelta(days=1), aim="To settle it.", place="Room 2"
    )
    made = meetings.propose_meeting(
        dispute=dispute, proposed=proposed, invited=[people.health.line_manager], by=people.council.line_manager, now=now
    )
    there = {row.who for row in made.invitations.all()}
    assert {people.council.practitioner, people.health.practitioner, people.health.line_manager} <= there


def test_the_page_names_whose_advice_can_be_sought(now: datetime, client: Client) -> None:
    people = people_under("dundee", now=now)
    dispute = climb(make_dispute(people, now=now), now=now)
    client.force_login(people.council.line_manager.user)
    page = client.get(reverse("record_discussion", args=[dispute.reference]), {"kind": "advice"}).content.decode()
    assert f"Whose advice can be sought at this stage: {people.council.lead.described}" in page


def test_a_child_under_a_protocol_for_adults_is_not_turned_away_but_said(now: datetime) -> None:
    people = people_under("halton", now=now)
    case = make_case(people, now=now, details={"is_child": True})
    dispute = make_dispute(people, now=now, case=case)
    assert dispute.chronology.filter(headline__startswith="The protocol is about adults").exists()
    told = Notification.objects.filter(dispute=dispute, recipient=people.board_manager)
    assert told.filter(text__contains="about a child").exists()
