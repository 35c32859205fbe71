"""A stage that nobody leads is filled from the directory, or the board manager is told at once, however it came about (F58)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from cases.actions.directory import appoint
from cases.models import Appointment, User
from cases.roles import Role
from escalation.actions import lead_gaps
from escalation.actions.absences import end_absence
from escalation.actions.moves import withdraw
from escalation.models import Dispute, LeadGap, Notification
from tests.clock import Clock
from tests.escalation.standing_in import go_away, place_of, second_manager
from tests.factories import Cast
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("luton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    """At the second stage, which the line managers of both agencies lead."""
    found = climb(make_dispute(people, now=now), now=now)
    assert not found.lead_gaps.exists()
    return found


def leads_of(dispute: Dispute, who: Appointment) -> bool:
    return dispute.participants.filter(appointment=who, handed_to=None).exists()


def alarms(people: Cast) -> list[Notification]:
    found = Notification.objects.filter(recipient=people.board_manager, text__startswith="Nobody at")
    return list(found.order_by("pk"))


def test_nobody_at_opening(people: Cast, now: datetime) -> None:
    Appointment.objects.filter(agency=people.health.agency).exclude(role=Role.PRACTITIONER).update(ends_on=date(2020, 1, 2))
    dispute = climb(make_dispute(people, now=now), now=now)
    gap = LeadGap.objects.get(dispute=dispute, ended_at=None)
    assert gap.agency == people.health.agency
    (alarm,) = alarms(people)
    assert alarm.is_immediate
    assert people.health.agency.short_name in alarm.text


def test_a_role_that_ended_is_filled_by_the_next_of_the_directory(people: Cast, dispute: Dispute, now: datetime) -> None:
    lead = people.health.line_manager
    following = second_manager(people.health)
    Appointment.objects.filter(pk=lead.pk).update(ends_on=now.date() - timedelta(days=1))
    assert lead_gaps.sweep(now=now) == 1
    assert leads_of(dispute, following)
    assert not LeadGap.objects.exists()
    assert Notification.objects.filter(recipient=following, text__contains="you lead").exists()
    assert dispute.chronology.filter(headline__startswith=following.described, by=None).exists()
    assert lead_gaps.sweep(now=now) == 0


@pytest.mark.parametrize("how", ["ended", "closed", "away"])
def test_the_only_lead_is_gone(client: Client, people: Cast, dispute: Dispute, now: datetime, how: str) -> None:
    lead = people.health.line_manager
    if how == "ended":
        Appointment.objects.filter(pk=lead.pk).update(ends_on=now.date() - timedelta(days=1))
        lead_gaps.sweep(now=now)
    elif how == "closed":
        User.objects.filter(pk=lead.user_id).update(is_active=False)
        lead_gaps.sweep(now=now)
    else:
        go_away(lead, None, now=now)  # at once, without waiting for the clock
    gap = LeadGap.objects.get(dispute=dispute, ended_at=None)
    assert (gap.stage, gap.agency) == (2, people.health.agency)
    assert len(alarms(people)) == 1
    lead_gaps.sweep(now=now)
    assert len(alarms(people)) == 1
    for keeper in (people.board_manager, people.health.lead):
        client.force_login(keeper.user)
        assert f"Nobody at {people.health.agency.short_name} is there to lead it" in client.get("/").content.decode()
    client.force_login(people.council.lead.user)
    assert "is there to lead it" not in client.get("/").content.decode()


def test_naming_somebody_ends_the_gap_by_the_next_look_of_the_clock(people: Cast, dispute: Dispute, now: datetime) -> None:
    lead = people.health.line_manager
    User.objects.filter(pk=lead.user_id).update(is_active=False)
    lead_gaps.sweep(now=now)
    named = appoint(
        agency=people.health.agency, role=Role.LINE_MANAGER, name="Gethin Ashby", email="gethin@example.org",
        starts_on=now.date(), by=people.board_manager, now=now,
    )  # fmt: skip
    lead_gaps.sweep(now=now)
    assert leads_of(dispute, named)
    assert not LeadGap.objects.filter(ended_at=None).exists()


def test_a_chain_that_ends_with_nobody_there_alarms_and_a_stand_in_ends_it(
    people: Cast, dispute: Dispute, now: datetime
) -> None:
    lead = people.health.line_manager
    go_away(lead, people.health.lead, now=now)
    assert not LeadGap.objects.exists()
    second = go_away(people.health.lead, None, now=now)
    assert LeadGap.objects.filter(dispute=dispute, ended_at=None).count() == 1
    end_absence(absence=second, by=people.health.lead, now=now)
    assert not LeadGap.objects.filter(ended_at=None).exists()
    assert place_of(lead, people.health.lead).seat_id == lead.pk


def test_a_gap_ends_with_the_dispute(people: Cast, dispute: Dispute, now: datetime) -> None:
    lead = people.health.line_manager
    go_away(lead, None, now=now)
    withdraw(dispute=fresh(dispute), reason="They changed it.", by=people.council.practitioner, now=now)
    lead_gaps.sweep(now=now)
    assert not LeadGap.objects.filter(ended_at=None).exists()
