"""What somebody leaves behind besides places, actions and plans: meetings, decisions, cases, support, time asked for, cover."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from cases.actions.cases import open_case
from cases.models import Absence, Appointment, AuditEvent, Case
from cases.roles import Role
from decisions import permissions
from decisions.actions.records import edit_record, sign_record, submit_record
from decisions.models import DecisionRecord
from escalation import leads
from escalation.actions import handover
from escalation.actions.meetings import Proposed, propose_meeting
from escalation.actions.support import Asked, ask_support
from escalation.models import Dispute, Notification, Support
from escalation.protocol import Side
from tests.clock import Clock
from tests.escalation.standing_in import go_away
from tests.factories import Cast, make_appointment
from tests.factories_decisions import make_record
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("luton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def leave(people: Cast, held: Appointment, to: Appointment, now: datetime) -> handover.OpenItems:
    return handover.hand_over(held=held, to=to, by=people.council.lead, now=now, ends_on=now.date())


def colleague_of(people: Cast, role: Role = Role.PRACTITIONER) -> Appointment:
    return make_appointment(role, people.council.agency)


def test_invitations_to_meetings_ahead_go_to_the_colleague(people: Cast, dispute: Dispute, now: datetime) -> None:
    held, to = people.council.practitioner, colleague_of(people)
    meeting = propose_meeting(
        dispute=dispute, proposed=Proposed("Multi-agency meeting", now + timedelta(days=2), "Plan the nights.", "Room 4"),
        invited=[people.health.practitioner], by=held, now=now,
    )  # fmt: skip
    found = leave(people, held, to, now)
    assert "1 invitation to a meeting" in found.items[0].theirs
    assert to in {row.who for row in meeting.invitations.all()}
    assert held not in {row.who for row in meeting.invitations.all()}
    assert meeting.recorded_by == held


def test_a_decision_not_signed_is_written_on_by_the_colleague_and_signed_by_neither(
    people: Cast, dispute: Dispute, now: datetime
) -> None:
    held, to, manager = people.council.practitioner, colleague_of(people, Role.LINE_MANAGER), people.council.lead
    record = make_record(fresh(dispute), held, now=now)
    found = leave(people, held, to, now)
    assert "1 decision not signed yet" in found.items[0].theirs
    assert permissions.may_edit(fresh_record(record), to)
    record = edit_record(record=fresh_record(record), content=record.content, seen_edits=record.edits, by=to, now=now)
    assert record.author == to
    record = submit_record(record=record, by=to, now=now)
    leads.join(dispute, manager, Side.RAISING, now=now)
    assert not permissions.may_sign(fresh_record(record), to)
    former = make_appointment(Role.LINE_MANAGER, people.council.agency, user=held.user)
    leads.join(dispute, former, Side.RAISING, now=now)
    assert not permissions.may_sign(fresh_record(record), former)
    sign_record(record=fresh_record(record), rationale="I read it and stand behind it.", by=manager, now=now)


def fresh_record(record: DecisionRecord) -> DecisionRecord:
    found = DecisionRecord.objects.select_related("author", "dispute__protocol").get(pk=record.pk)
    found.dispute = fresh(found.dispute)
    return found


def test_cases_without_a_dispute_go_along(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    held, to = people.council.practitioner, colleague_of(people)
    quiet = open_case(
        name="Idris Vaughan", date_of_birth=date(1950, 2, 3), own_reference="LAS-77", agencies=[people.health.agency],
        by=held, now=now, details={},
    )  # fmt: skip
    client.force_login(people.council.lead.user)
    assert quiet.reference in client.get(f"/directory/appointments/{held.pk}/hand-over/").content.decode()
    found = leave(people, held, to, now)
    assert [case.reference for case in found.cases] == [quiet.reference]
    assert set(Case.objects.visible_to(to)) == {quiet, dispute.case}
    assert AuditEvent.objects.get(action="case_handed_over").data == {"from": held.pk, "to": to.pk}
    assert handover.open_items(held, by=people.council.lead, now=now).is_empty


def test_support_ends_and_whoever_asked_for_it_is_told(people: Cast, dispute: Dispute, now: datetime) -> None:
    supporter, to = people.council.senior_manager, colleague_of(people, Role.SENIOR_MANAGER)
    asker = people.council.practitioner
    ask_support(dispute=dispute, asked=Asked(supporter, Support.Kind.SUPPORT, "She knows me."), by=asker, now=now)
    found = leave(people, supporter, to, now)
    assert (found.supports, found.items) == (1, [])
    assert dispute.supports.get().ended_at == now
    assert supporter.user.name in Notification.objects.filter(recipient=asker).latest("pk").text
    assert not Dispute.objects.filter(pk__in=to.notifications.values("dispute")).exists()


def test_who_was_to_stand_in_is_replaced_for_the_days_that_remain(people: Cast, now: datetime) -> None:
    away, held = people.council.line_manager, make_appointment(Role.LINE_MANAGER, people.council.agency)
    to = make_appointment(Role.LINE_MANAGER, people.council.agency)
    go_away(away, held, now=now)
    found = leave(people, held, to, now)
    assert [absence.person for absence in found.covers] == [away]
    running = Absence.objects.get(person=away, ended_at=None)
    assert (running.stand_in, running.until_on) == (to, date(2026, 4, 10))
    assert Notification.objects.filter(recipient=to, event="absence", text__contains=away.user.name).exists()
