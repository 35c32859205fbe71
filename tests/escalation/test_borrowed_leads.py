"""An agency without a lead borrows that of its commissioner or of the council, where the protocol says so (B-03)."""

from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Appointment
from cases.roles import Role
from decisions.actions.outcomes import confirm_outcome, record_agreement
from escalation import leads, permissions
from escalation.actions import acknowledge, moves, positions
from escalation.actions.protocols import publish_protocol
from escalation.models import Dispute, Notification
from escalation.models.dispute import Status
from escalation.protocol import Side
from escalation.protocol_directory import agencies_of
from escalation.protocol_files import ProtocolFileError, loads
from escalation.protocol_tester import without_leads
from escalation.stage_leads import who_leads
from escalation.turn import is_turn_of
from tests.escalation.test_unseen_protocols import HEAD
from tests.factories import Cast, cast, make_agency, make_appointment, make_case, make_partnership
from tests.factories_disputes import fresh, make_dispute
from tests.worlds import shared

pytestmark = pytest.mark.django_db

BORROWING = (
    HEAD
    + """
stages:
  - order: 1
    label: Stage 1
    name: Practitioners
    about: They talk.
    leads: {roles: [{role: practitioner}]}
  - order: 2
    label: Stage 2
    name: Safeguarding leads
    about: The leads of both agencies agree.
    leads: {roles: [{role: safeguarding_lead}], borrowed_from: [commissioner, council]}
    duties: [{kind: position_stated, by: each, gate: none}]
final_authority: {kind: agreement, title: What they agreed}
"""
)


@shared
def people(now: datetime) -> Cast:
    people = cast(make_partnership("borrowing", reference_prefix="BOR"))
    publish_protocol(partnership=people.partnership, document=loads(BORROWING), by=None, now=now)
    return people


@shared
def lender(people: Cast) -> Appointment:
    """The lead of a health board that commissions the charity and has nothing to do with the dispute."""
    board = make_agency(people.partnership, "health", short_name="Commissioners")
    charity = people.charity.agency
    assert charity is not None
    charity.commissioner = board
    charity.save()
    return make_appointment(Role.SAFEGUARDING_LEAD, board, is_contact=True)


def at_stage_two(people: Cast, now: datetime) -> Dispute:
    """Health's practitioner disagrees with the charity, and takes it to the leads."""
    case = make_case(people, now=now, by=people.health.practitioner, agencies=[people.charity.agency])
    dispute = make_dispute(
        people, now=now, case=case, responding=[people.charity.agency], addressee=people.charity,
        by=people.health.practitioner,
    )  # fmt: skip
    positions.state_position(dispute=dispute, by=people.charity, now=now, stance="talk", text="Let us talk.")
    moves.escalate(dispute=dispute, by=people.health.practitioner, now=now, reason="Nothing was agreed.")
    return fresh(dispute)


def test_the_commissioners_lead_answers_for_the_charity_and_confirms_for_it(
    people: Cast, lender: Appointment, now: datetime
) -> None:
    dispute = at_stage_two(people, now)
    [row] = [row for row in dispute.participants.all() if row.appointment_id == lender.pk]
    assert (row.side, row.acts_for) == (Side.RESPONDING, people.charity.agency)
    assert Notification.objects.filter(dispute=dispute, recipient=lender, text__contains="you lead Stage 2 for").exists()
    assert dispute.chronology.filter(headline__contains="leads Stage 2 for").exists()
    assert is_turn_of(dispute, lender)
    acknowledge.acknowledge(dispute=dispute, by=lender, now=now)
    positions.state_position(dispute=dispute, by=lender, now=now, stance="stands", text="The plan is safe.")
    dispute = fresh(dispute)
    assert dispute.status == Status.IN_DISCUSSION
    assert dispute.positions.get(stage=2).agency == people.charity.agency
    assert dispute.duties.get(agency=people.charity.agency, stage=2).done_by == lender
    record_agreement(dispute=dispute, text="A review on Monday.", reasons="Both agree.", by=people.health.lead, now=now)
    for by in (lender, people.health.lead):
        confirm_outcome(dispute=fresh(dispute), accepts=True, text="We will.", by=by, now=now)
    assert fresh(dispute).status == Status.CLOSED
    assert leads.stands_for(fresh(dispute), lender) == people.charity.agency


def test_a_borrowed_lead_sees_this_dispute_alone_and_their_colleagues_see_none(
    people: Cast, lender: Appointment, now: datetime, client: Client
) -> None:
    dispute = at_stage_two(people, now)
    colleague = make_appointment(Role.SAFEGUARDING_LEAD, lender.agency)
    assert set(Dispute.objects.visible_to(lender)) == {dispute}
    assert permissions.may_read(dispute, lender)
    assert not Dispute.objects.visible_to(colleague).exists()
    other = make_dispute(people, now=now)
    assert not Dispute.objects.visible_to(lender).filter(pk=other.pk).exists()


def test_nobody_is_borrowed_from_a_party(people: Cast, lender: Appointment, now: datetime) -> None:
    charity = people.charity.agency
    assert charity is not None
    charity.commissioner = people.health.agency
    charity.save()
    dispute = at_stage_two(people, now)
    [borrowed] = [row for row in dispute.participants.all() if row.acts_for is not None]
    assert borrowed.appointment == people.council.lead  # the council comes after the commissioner, who is a party


def test_without_anybody_to_lend_the_board_manager_is_told(people: Cast, now: datetime) -> None:
    Appointment.objects.filter(pk=people.council.lead.pk).update(ends_on=date(2026, 1, 1))
    dispute = at_stage_two(people, now)
    told = Notification.objects.filter(dispute=dispute, recipient=people.board_manager, is_immediate=True)
    assert told.filter(text__contains="Nobody at").exists()


def test_the_directory_shows_who_is_borrowed_and_the_tester_counts_it(
    people: Cast, lender: Appointment, now: datetime, client: Client
) -> None:
    rules = loads(BORROWING)
    second = who_leads(rules, people.board_manager, on=now.date())[1]
    led = {one.where: one for one in second.led}
    charity = people.charity.agency
    assert charity is not None
    assert led[charity.name].is_borrowed
    assert list(led[charity.name].people) == [lender]
    places = {finding.place for finding in without_leads(rules, agencies_of(people.partnership, on=now.date()))}
    assert ("stages", 1, "leads") not in places
    client.force_login(people.board_manager.user)
    assert f"Borrowed from {lender.agency}" in client.get(reverse("stage_leads")).content.decode()


def test_where_all_roles_take_part_only_the_missing_one_is_borrowed(people: Cast, lender: Appointment, now: datetime) -> None:
    both = "roles: [{role: practitioner}, {role: safeguarding_lead}], mode: all_of, borrowed_from"
    text = BORROWING.replace("roles: [{role: safeguarding_lead}], borrowed_from", both)
    publish_protocol(partnership=people.partnership, document=loads(text), by=None, now=now)
    dispute = at_stage_two(people, now)
    here = {row.appointment: row.acts_for for row in dispute.participants.all() if row.side == Side.RESPONDING}
    assert here == {people.charity: None, lender: people.charity.agency}


def test_a_stage_led_by_the_partnership_borrows_from_nobody() -> None:
    chair = "{mode: any_of, of_partnership: true, roles: [{role: chair}],"
    text = BORROWING.replace("{roles: [{role: safeguarding_lead}],", chair)
    with pytest.raises(ProtocolFileError, match="no agency needs to borrow"):
        loads(text)
