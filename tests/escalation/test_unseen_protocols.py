"""Protocols of other shapes than the four sources, run on the product from their files alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cases.roles import Role
from escalation.actions import moves, positions, sweep
from escalation.actions.protocols import publish_protocol
from escalation.deadlines import LONDON
from escalation.models import Dispute, Notification
from escalation.models.dispute import Status
from escalation.protocol import Event
from escalation.protocol_files import loads
from escalation.turn import turn_of
from tests.factories import Cast, cast, make_agency, make_appointment, make_partnership
from tests.factories_disputes import climb, climb_to_last_stage, do_raising_duties, fresh, make_dispute, people_under

pytestmark = pytest.mark.django_db

HEAD = """
format: 1
key: unseen
name: An unseen policy
version: 1
effective_from: 2026-01-01
source: Invented for a test
nation: england-and-wales
populations: [adult, child]
subjects: [{code: decision, label: A decision}]
grounds: [{code: unsafe, label: It is not safe}]
categories: [{code: other, label: Anything}]
"""

SILENCE = (
    HEAD
    + """
clock: {anchor: dispute_raised, days: working_days, first_day_number: 0}
stages:
  - order: 1
    label: Level A
    name: Practitioners
    about: They talk.
    leads: {roles: [{role: practitioner}]}
    limits:
      - {key: a-ack, kind: acknowledge, number: 4, unit: hours, label: Acknowledge}
      - {key: a-reply, kind: respond, number: 2, unit: days, label: Reply, on_missed: escalate}
  - order: 2
    label: Level B
    name: Senior managers
    about: They agree.
    leads: {roles: [{role: senior_manager}]}
    limits:
      - {key: b-reply, kind: respond, number: 48, unit: hours, anchor: request_sent, label: Reply}
      - {key: b-end, kind: conclude, number: 5, unit: working_days, after: true, anchor: first_discussion, label: End}
      - key: b-letter
        kind: written_outcome
        number: 1
        unit: calendar_days
        after: true
        anchor: previous_limit_due
        anchor_limit: b-reply
        label: Letter
final_authority: {kind: agreement, title: What they agreed}
"""
)

ONE_STAGE = (
    HEAD
    + """
stages:
  - order: 1
    label: The only stage
    name: Managers
    about: They talk until they agree.
    leads: {roles: [{role: line_manager}]}
final_authority: {kind: none, title: What was settled}
"""
)

FIVE_STAGES = (
    HEAD
    + """
clock: {anchor: dispute_raised, days: working_days, first_day_number: 0, day_end: "17:00", warn_hours_before: [24, 4]}
immediate_risk: {may_enter_any_stage: true, text: Go to the right level at once.}
stages:
  - order: 1
    label: Level 1
    name: Practitioners
    kind: informal
    about: They talk.
    leads: {roles: [{role: practitioner}]}
    limits: [{key: l1, kind: conclude, number: 1, unit: days, label: One working day, on_missed: escalate}]
  - order: 2
    label: Level 2
    name: Own manager
    about: The manager looks at it.
    single_agency: true
    leads: {mode: any_of, roles: [{role: line_manager}]}
    limits: [{key: l2, kind: respond, number: 4, unit: hours, anchor: stage_opened, owner: raising, label: Four hours}]
    duties: [{kind: manager_reviewed}]
  - order: 3
    label: Level 3
    name: Managers
    about: Manager to manager.
    leads: {roles: [{role: line_manager}, {role: safeguarding_lead}]}
    duties: [{kind: attempt_logged, gate: escalate}, {kind: safety_confirmed, gate: leave}]
  - order: 4
    label: Level 4
    name: Directors
    about: Directors and representatives meet.
    optional: true
    leads: {mode: all_of, roles: [{role: senior_manager}, {role: board_representative}]}
  - order: 5
    label: Level 5
    name: Independent mediator
    about: The chair mediates.
    is_referral: true
    leads: {mode: any_of, of_partnership: true, roles: [{role: chair}]}
    limits: [{key: whole, kind: conclude, number: 20, unit: days, owner: authority, label: The whole}]
    duties: [{kind: exhaustion_attested, gate: enter}]
final_authority: {kind: mediation, role: chair, title: What mediation brought}
board_form: [{code: what, label: What is it about, prefill: dispute.summary}]
"""
)


def people_of(text: str, now: datetime) -> Cast:
    people = cast(make_partnership("unseen", reference_prefix="UNS"))
    publish_protocol(partnership=people.partnership, document=loads(text), by=None, now=now)
    return people


def dates(dispute: Dispute) -> dict[str, str]:
    return {row.key: f"{row.due_at.astimezone(LONDON):%a %d %b %H:%M}" for row in dispute.deadlines.all()}


def test_the_clock_moves_on_when_a_reply_does_not_come(now: datetime) -> None:
    dispute = make_dispute(people_of(SILENCE, now), now=now)
    assert dates(dispute) == {"a-ack": "Thu 02 Apr 14:00", "a-reply": "Wed 08 Apr 23:59"}
    assert "Level B by itself" in turn_of(fresh(dispute)).sentence + turn_of(fresh(dispute)).then
    late = datetime(2026, 4, 9, 0, 5, tzinfo=LONDON)
    done = sweep.sweep(now=late)
    assert (done.missed, done.escalated, done.failed) == (2, 1, 0)
    dispute = fresh(dispute)
    assert dispute.stage == 2
    assert dates(dispute)["b-reply"] == "Sat 11 Apr 00:05"
    assert dates(dispute)["b-letter"] == "Sun 12 Apr 23:59"
    assert "b-end" not in dates(dispute)
    assert sweep.sweep(now=late) == sweep.Swept()


def test_a_reply_in_time_keeps_the_dispute_where_it_is(now: datetime) -> None:
    people = people_of(SILENCE, now)
    dispute = make_dispute(people, now=now)
    positions.state_position(
        dispute=dispute,
        by=people.health.practitioner,
        now=now + timedelta(hours=1),
        stance="stands",
        text="It is safe.",
    )
    sweep.sweep(now=now + timedelta(days=10))
    dispute = fresh(dispute)
    assert (dispute.stage, dispute.deadlines.get(key="a-reply").missed_at) == (1, None)


def test_one_stage_without_limits_is_never_overdue(now: datetime) -> None:
    people = people_of(ONE_STAGE, now)
    dispute = make_dispute(people, now=now)
    assert not dispute.deadlines.exists()
    assert sweep.sweep(now=now + timedelta(days=400)) == sweep.Swept()
    assert fresh(dispute).is_last_stage
    assert not moves.way_up(fresh(dispute), people.council.line_manager, now=now).allowed


def test_five_stages_informal_internal_optional_and_mediated(now: datetime) -> None:
    dispute = make_dispute(people_of(FIVE_STAGES, now), now=now)
    assert dates(dispute) == {"l1": "Tue 07 Apr 17:00"}
    opened = datetime(2026, 4, 7, 17, 1, tzinfo=LONDON)
    assert sweep.sweep(now=opened).escalated == 1
    dispute = fresh(dispute)
    assert (dispute.rules_now.label, dates(dispute)["l2"]) == ("Level 2", "Tue 07 Apr 21:01")
    dispute = climb_to_last_stage(dispute, now=opened + timedelta(hours=1))
    assert (dispute.rules_now.label, dispute.status) == ("Level 5", Status.AWAITING_REFERRAL)
    assert dates(dispute)["whole"] == "Tue 05 May 17:00"  # past Easter and the May holiday


def test_luton_tells_own_and_commissioning_safeguarding_leads(now: datetime) -> None:
    people = people_under("luton", now=now)
    commissioner = make_agency(people.partnership, "council")
    lead = make_appointment(Role.SAFEGUARDING_LEAD, commissioner, is_contact=True)
    people.health.agency.commissioner = commissioner
    people.health.agency.save()
    dispute = climb(make_dispute(people, now=now), now=now)

    def told(event: Event) -> set[Any]:
        return {notice.recipient for notice in Notification.objects.filter(dispute=dispute, event=event)}

    assert {people.council.lead, people.health.lead} <= told(Event.STAGE_OPENED)  # D-11
    assert lead not in told(Event.STAGE_OPENED)
    climb(dispute, now=now)
    assert lead in told(Event.STAGE_OPENED)  # D-15


@pytest.mark.parametrize("key", ["halton", "dundee", "luton", "south_lanarkshire"])
def test_every_source_protocol_can_be_climbed_by_doing_what_it_asks(key: str, now: datetime) -> None:
    people = people_under(key, now=now)
    dispute = climb_to_last_stage(make_dispute(people, now=now), now=now)
    assert dispute.is_last_stage
    do_raising_duties(dispute, now=now)


def test_what_the_next_stage_needs_bars_the_way_though_this_stage_only_owes_it(now: datetime) -> None:
    text = SILENCE.replace(
        "    limits:\n      - {key: a-ack",
        "    duties: [{kind: own_record_attested, by: each, gate: none}]\n    limits:\n      - {key: a-ack",
    ).replace(
        "    limits:\n      - {key: b-reply",
        "    duties: [{kind: own_record_attested, by: raising, gate: enter}]\n    limits:\n      - {key: b-reply",
    )
    dispute = make_dispute(people_of(text, now), now=now)
    gates = {duty.agency_id: duty.gate for duty in dispute.duties.filter(kind="own_record_attested")}
    assert gates == {dispute.raising_agency_id: "escalate", dispute.parties.get(side="responding").agency_id: "none"}
