"""A stage that flat organisations do not have is passed over, with who and why, and is no breach."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Appointment
from cases.roles import Role
from escalation.actions import moves, sweep
from escalation.actions.protocols import publish_protocol
from escalation.home import gaps_in
from escalation.models import Dispute
from escalation.protocol_directory import agencies_of
from escalation.protocol_files import ProtocolFileError, loads
from escalation.protocol_tester import without_leads
from tests.escalation.test_unseen_protocols import HEAD
from tests.factories import Cast, cast, make_partnership
from tests.factories_disputes import fresh, make_dispute
from tests.worlds import shared

pytestmark = pytest.mark.django_db

FLAT = (
    HEAD
    + """
clock: {anchor: dispute_raised}
stages:
  - order: 1
    label: Stage 1
    name: Managers
    about: They talk.
    leads: {roles: [{role: line_manager}]}
    limits: [{key: s1, kind: conclude, number: 24, unit: hours, label: One day, on_missed: escalate}]
  - order: 2
    label: Stage 2
    name: Senior managers
    about: Only where there are some.
    optional: true
    leads: {roles: [{role: senior_manager, label: head of service}]}
    limits: [{key: s2, kind: conclude, number: 48, unit: hours, label: Two days}]
  - order: 3
    label: Stage 3
    name: Board representatives
    about: They agree.
    leads: {roles: [{role: board_representative}]}
    duties: [{kind: exhaustion_attested, gate: enter}]
final_authority: {kind: agreement, title: What they agreed}
"""
)


@shared
def people(now: datetime) -> Cast:
    people = cast(make_partnership("flat", reference_prefix="FLA"))
    publish_protocol(partnership=people.partnership, document=loads(FLAT), by=None, now=now)
    return people


def make_flat(people: Cast) -> None:
    Appointment.objects.filter(agency=people.health.agency, role=Role.SENIOR_MANAGER).update(ends_on=date(2026, 1, 1))


def test_where_every_agency_has_the_level_it_is_a_stage_like_any(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    assert not dispute.duties.filter(kind="exhaustion_attested").exists()
    sweep.sweep(now=now + timedelta(hours=25))
    assert fresh(dispute).stage == 2


def test_people_pass_over_it_and_meet_the_gate_of_the_stage_after(people: Cast, now: datetime, client: Client) -> None:
    make_flat(people)
    dispute = make_dispute(people, now=now)
    [gate] = dispute.duties.filter(stage=1, kind="exhaustion_attested")
    gate.done_at, gate.done_by = now, people.council.line_manager
    gate.save()
    client.force_login(people.council.line_manager.user)
    page = client.get(reverse("escalate", args=[dispute.reference])).content.decode()
    assert "Stage 2 is passed over" in page
    assert "has no head of service" in page
    assert "Take it to Stage 3" in page
    moves.escalate(dispute=dispute, by=people.council.line_manager, now=now, reason="Not agreed.")
    dispute = fresh(dispute)
    assert dispute.stage == 3
    row = dispute.stages.get(order=2)
    assert row.skipped_by == people.council.line_manager
    assert "Health" in row.skipped_reason
    assert not dispute.deadlines.filter(stage=2).exists()
    assert dispute.chronology.filter(headline="Stage 2 was passed over").exists()


def test_the_clock_passes_over_it_too_and_nothing_is_missed_there(people: Cast, now: datetime) -> None:
    make_flat(people)
    dispute = make_dispute(people, now=now)
    assert sweep.sweep(now=now + timedelta(hours=25)).escalated == 1
    dispute = Dispute.objects.get(pk=dispute.pk)
    row = dispute.stages.get(order=2)
    assert (dispute.stage, row.skipped_by, row.opened_at) == (3, None, None)
    assert set(dispute.deadlines.values_list("key", flat=True)) == {"s1"}


def test_an_agency_without_the_level_is_no_gap(people: Cast, now: datetime) -> None:
    make_flat(people)
    assert 2 not in {gap.stage.order for gap in gaps_in(people.board_manager, now.date())}
    found = without_leads(loads(FLAT), agencies_of(people.partnership, on=now.date()))
    assert ("stages", 1, "leads") not in {one.place for one in found}


def test_the_last_stage_cannot_be_optional() -> None:
    with pytest.raises(ProtocolFileError, match="nothing comes after the last stage"):
        loads(FLAT.replace("    about: They agree.", "    about: They agree.\n    optional: true"))
