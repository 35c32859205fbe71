"""Somebody leaves: everything open is listed and handed over in one step, and history keeps the old names (F57)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from cases.roles import Role
from decisions.actions.afterwards import KEPT
from escalation import notifications
from escalation.actions import handover
from escalation.actions.agreed import add_action
from escalation.models import ChronologyEntry, Dispute, Notification
from escalation.protocol import Event
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast, make_appointment
from tests.factories_disputes import make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    dispute = make_dispute(people, now=now)
    by = people.council.practitioner
    add_action(dispute=dispute, what="Call the ward", owner=by, due_on=date(2026, 5, 4), by=by, now=now)
    return dispute


@shared
def colleague(people: Cast) -> Appointment:
    return make_appointment(Role.PRACTITIONER, people.council.agency)


def hand_over(people: Cast, to: Appointment, now: datetime, **given: Any) -> handover.OpenItems:
    who = {"held": people.council.practitioner, "by": people.council.lead} | given
    return handover.hand_over(to=to, now=now, **who)


def test_what_is_open_is_listed_without_a_word_of_content(client: Client, people: Cast, dispute: Dispute) -> None:
    for keeper in (people.council.lead, people.board_manager):
        client.force_login(keeper.user)
        page = client.get(f"/directory/appointments/{people.council.practitioner.pk}/hand-over/").content.decode()
        assert dispute.reference in page
        assert "1 action" in page
        assert "Call the ward" not in page


def test_one_step_hands_over_places_and_actions_and_tells_the_colleague(
    people: Cast, dispute: Dispute, colleague: Appointment, now: datetime
) -> None:
    hand_over(people, colleague, now)
    held = people.council.practitioner
    assert dispute.actions.get().owner == colleague
    places = {row.appointment: row for row in dispute.participants.all()}
    assert places[colleague].side == places[held].side
    assert places[held].handed_to == colleague
    assert Dispute.objects.visible_to(colleague).filter(pk=dispute.pk).exists()
    notice = Notification.objects.get(recipient=colleague)
    assert held.user.name in notice.text
    assert held.user.name not in notice.mail_text
    entry = ChronologyEntry.objects.latest("pk")
    assert entry.headline == f"{colleague.described} takes over from {held.described}"
    assert entry.by == people.council.lead
    event = AuditEvent.objects.get(action="place_handed_over")
    assert event.data == {"from": held.pk, "to": colleague.pk}


def test_history_keeps_the_old_names_and_the_leaver_hears_no_more(
    people: Cast, dispute: Dispute, colleague: Appointment, now: datetime
) -> None:
    before = list(dispute.chronology.values_list("pk", "by_words"))
    hand_over(people, colleague, now)
    assert list(dispute.chronology.values_list("pk", "by_words"))[: len(before)] == before
    dispute.refresh_from_db()
    assert dispute.raised_by == people.council.practitioner
    notifications.tell_all(dispute, Event.REPLIED, text="x", key="later", by=None, now=now + timedelta(hours=1))
    told = {notice.recipient for notice in Notification.objects.filter(key="later")}
    assert colleague in told
    assert people.council.practitioner not in told


def test_a_second_time_nothing_is_left_and_it_can_be_handed_back(
    people: Cast, dispute: Dispute, colleague: Appointment, now: datetime
) -> None:
    hand_over(people, colleague, now)
    assert handover.open_items(people.council.practitioner, by=people.council.lead, now=now).is_empty
    with pytest.raises(Refused, match="nothing to hand over"):
        hand_over(people, colleague, now)
    hand_over(people, people.council.practitioner, now + timedelta(days=1), held=colleague)
    assert not handover.open_items(people.council.practitioner, by=people.council.lead, now=now).is_empty
    assert handover.open_items(colleague, by=people.council.lead, now=now).is_empty


def test_those_managed_get_the_new_manager_who_must_be_one(
    people: Cast, dispute: Dispute, colleague: Appointment, now: datetime
) -> None:
    manager = people.council.line_manager
    with pytest.raises(Refused, match="who manages people"):
        hand_over(people, colleague, now, held=manager)
    successor = make_appointment(Role.LINE_MANAGER, people.council.agency, manager=manager)
    hand_over(people, successor, now, held=manager)
    people.council.practitioner.refresh_from_db()
    successor.refresh_from_db()
    assert people.council.practitioner.manager == successor
    assert successor.manager == manager.manager


def test_only_colleagues_take_over_and_only_keepers_of_the_entry_hand_over(
    people: Cast, dispute: Dispute, colleague: Appointment, now: datetime
) -> None:
    with pytest.raises(Refused, match="same agency"):
        hand_over(people, people.health.practitioner, now)
    for by in (people.health.lead, people.council.practitioner, people.council.senior_manager, people.chair):
        with pytest.raises(Refused) as refusal:
            hand_over(people, colleague, now, by=by)
        assert refusal.value.code == "forbidden"
    assert not AuditEvent.objects.filter(action="role_handed_over").exists()


def test_the_page_hands_over_and_ends_the_role(
    client: Client, people: Cast, dispute: Dispute, colleague: Appointment
) -> None:
    held = people.council.practitioner
    url = f"/directory/appointments/{held.pk}/hand-over/"
    client.force_login(people.board_manager.user)
    assert url in client.get(f"/directory/{held.pk}/").content.decode()
    assert "Choose who takes everything over" in client.post(url, {"to": ""}).content.decode()
    given = {"to": colleague.pk, "ends_on_0": "30", "ends_on_1": "4", "ends_on_2": "2026"}
    given |= {"ends_on_day": "30", "ends_on_month": "4", "ends_on_year": "2026"}
    assert client.post(url, given).status_code == 302
    held.refresh_from_db()
    assert held.ends_on == date(2026, 4, 30)
    assert dispute.actions.get().owner == colleague


def test_the_api_hands_over_too_and_hides_it_from_others(
    people: Cast, dispute: Dispute, colleague: Appointment
) -> None:
    url = f"/api/directory/appointments/{people.council.practitioner.pk}/hand-over/"
    assert signed_in(people.health.lead).get(url).status_code == 404
    found = signed_in(people.council.lead).get(url).data
    assert found["items"] == [{"dispute": dispute.reference, "side": "raising", "theirs": "1 action"}]
    answer = signed_in(people.council.lead).post(url, {"to": colleague.pk})
    assert (answer.status_code, answer.data["items"]) == (200, [])


def test_outstanding_issues_are_among_what_is_handed_over() -> None:
    assert KEPT in handover.KINDS
