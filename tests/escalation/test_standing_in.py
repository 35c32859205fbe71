"""Stand-ins see and do what the absent person could, in their own name, along chains, until the last day and no longer (F34)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from cases.errors import Refused
from cases.models import AuditEvent
from cases.permissions import may_change_appointment
from cases.roles import Role
from escalation import leads, notifications, permissions
from escalation.actions import break_glass, engagements, restrictions
from escalation.actions.absences import end_absence
from escalation.models import Notification
from escalation.protocol import Event, Side
from escalation.turn import turn_of
from tests import factories
from tests.clock import Clock
from tests.escalation.standing_in import FROM, UNTIL, act_for, go_away, place_of, second_manager
from tests.factories import Cast, make_appointment, make_place
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("luton", now=now)


def test_along_a_chain_the_last_sees_both_until_the_end(client: Client, people: Cast, clock: Clock, now: datetime) -> None:
    """A is away and B stands in; on the same days B is away and C stands in: C sees what is A's and what is B's."""
    a, b, c = people.council.practitioner, people.council.line_manager, people.council.lead
    dispute = make_dispute(people, now=now)
    go_away(a, b, now=now)
    go_away(b, c, now=now)
    client.force_login(c.user)
    page = client.get("/").content.decode()
    assert f"You stand in for {a.user.name}" in page
    assert f"You stand in for {b.user.name}" in page
    act_for(client, a, c)
    page = client.get(f"/disputes/{dispute.reference}/").content.decode()
    assert dispute.title in page
    assert f"standing in for {a.user.name}" in page
    clock.move_to(datetime(2026, 4, 10, 22, 59, tzinfo=now.tzinfo))
    client.force_login(c.user)
    assert client.get(f"/account/standing-in/{place_of(a, c).pk}/").status_code == 200
    clock.move_to(datetime(2026, 4, 10, 23, 1, tzinfo=now.tzinfo))
    assert client.get(f"/account/standing-in/{place_of(a, c).pk}/").status_code == 404
    assert f"You stand in for {a.user.name}" not in client.get("/").content.decode()


def test_after_the_end_there_is_nothing_there(client: Client, people: Cast, clock: Clock, now: datetime) -> None:
    a, b = people.council.practitioner, factories.make_appointment(Role.PRACTITIONER, people.council.agency)
    dispute = make_dispute(people, now=now)
    address = f"/disputes/{dispute.reference}/"
    go_away(a, b, now=now)
    act_for(client, a, b)
    assert client.get(address).status_code == 200
    assert dispute.case.reference in client.get("/cases/").content.decode()
    clock.advance(days=9)
    client.force_login(b.user)
    assert client.get(address).status_code == 404
    assert client.get(f"/cases/{dispute.case.reference}/").status_code == 404
    assert client.get(f"/api{address}", headers={"X-Acting-As": str(place_of(a, b).pk)}).status_code == 403


def test_coming_back_sooner_ends_it_at_once(client: Client, people: Cast, now: datetime) -> None:
    a, b = people.council.practitioner, factories.make_appointment(Role.PRACTITIONER, people.council.agency)
    dispute = make_dispute(people, now=now)
    absence = go_away(a, b, now=now)
    act_for(client, a, b)
    end_absence(absence=absence, by=a, now=now)
    client.get("/")
    assert client.get(f"/disputes/{dispute.reference}/").status_code == 404
    with pytest.raises(Refused, match="over already"):
        end_absence(absence=absence, by=a, now=now)


def test_what_a_stand_in_does_names_both(client: Client, people: Cast, now: datetime) -> None:
    a, b = people.council.practitioner, factories.make_appointment(Role.PRACTITIONER, people.council.agency)
    dispute = make_dispute(people, now=now)
    go_away(a, b, now=now)
    act_for(client, a, b)
    answer = client.post(
        f"/api/disputes/{dispute.reference}/feedback/", {"text": "x"}, content_type="application/json",
    )  # fmt: skip
    assert answer.status_code == 403  # whoever stands in for the person who raised it gives no feedback on it
    answer = client.post(
        f"/api/disputes/{dispute.reference}/discussions/",
        {"kind": "talk", "mode": "phone", "happened_at": now.isoformat(), "with_whom": "Ms Price", "result": "They will look."},
        content_type="application/json",
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    told = dispute.chronology.latest("pk")
    assert b.user.name in told.by_words
    assert f"standing in for {a.user.name}" in told.by_words
    event = AuditEvent.objects.filter(action="discussion_logged").latest("pk")
    assert event.user == b.user
    assert event.appointment == place_of(a, b)
    assert event.data["standing_in_for"] == a.pk
    taken = AuditEvent.objects.get(action="place_taken")
    assert (taken.user, taken.object_id, taken.data["standing_in_for"]) == (b.user, str(a.pk), a.pk)


def test_a_stand_in_raises_nothing_in_the_name_of_another(client: Client, people: Cast, now: datetime) -> None:
    a, b = people.council.practitioner, factories.make_appointment(Role.PRACTITIONER, people.council.agency)
    go_away(a, b, now=now)
    act_for(client, a, b)
    assert client.get("/disputes/raise/").status_code in (403, 404)
    assert 'href="/disputes/raise/"' not in client.get("/").content.decode()


def test_notices_go_to_the_stand_in_and_are_kept_for_the_return(people: Cast, now: datetime) -> None:
    """By e-mail the absent person hears of risk only."""
    a, b = people.council.line_manager, second_manager(people.council)
    dispute = make_dispute(people, now=now)
    go_away(a, b, now=now)
    for event in (Event.REPLIED, Event.SAFETY_CHANGED):
        notifications.tell(dispute, event, [a], text="There is news.", key=f"news:{event}", now=now)
    kept, risk = Notification.objects.filter(recipient=a, dispute=dispute).order_by("pk")
    assert kept.next_attempt_at is None
    assert risk.next_attempt_at == now
    lent = Notification.objects.filter(recipient=place_of(a, b))
    assert [notice.next_attempt_at is not None for notice in lent] == [True, True]
    assert all(notice.text.startswith(f"For {a.user.name}, away until Fri 10 April 2026: There") for notice in lent)
    assert not any(a.user.name in notice.mail_text for notice in lent)


def test_who_acts_in_a_place_is_not_told_of_it(people: Cast, now: datetime) -> None:
    a, b = people.council.line_manager, second_manager(people.council)
    dispute = make_dispute(people, now=now)
    go_away(a, b, now=now)
    notifications.tell(dispute, Event.REPLIED, [a], text="News.", key="news", now=now, by=place_of(a, b))
    assert list(Notification.objects.filter(key="news").values_list("recipient", flat=True)) == [a.pk]


def test_a_notice_for_somebody_away_leads_to_taking_their_place(client: Client, people: Cast, now: datetime) -> None:
    a, b = people.council.line_manager, second_manager(people.council)
    dispute = make_dispute(people, now=now)
    go_away(a, b, now=now)
    notifications.tell(dispute, Event.REPLIED, [a], text="News.", key="news", now=now)
    notice = Notification.objects.get(key="news", recipient=place_of(a, b))
    client.force_login(b.user)
    assert f"For {a.user.name}, away until" in client.get("/notices/").content.decode()
    way = client.get(f"/notices/{notice.pk}/open/")
    assert way["Location"] == f"/account/standing-in/{place_of(a, b).pk}/{dispute.reference}/"
    assert f"Stand in, and open {dispute.reference}" in client.get(way["Location"]).content.decode()


def test_the_line_says_who_stands_in_until_when(people: Cast, now: datetime) -> None:
    b = factories.make_appointment(Role.PRACTITIONER, people.health.agency)
    dispute = make_dispute(people, now=now)
    for row in dispute.participants.filter(side="responding").select_related("appointment"):
        go_away(row.appointment, b if row.appointment.role == Role.PRACTITIONER else None, now=now)
    line = turn_of(fresh(dispute)).sentence
    assert f"{b.user.name} stands in for" in line
    assert "away until Fri 10 April 2026." in line


def test_nobody_stands_in_for_themselves_or_in_a_circle(people: Cast, now: datetime) -> None:
    a, b, c = people.council.line_manager, people.council.lead, people.council.senior_manager
    go_away(a, b, now=now)
    go_away(b, c, now=now, until_on=FROM + timedelta(days=3))
    own_other_role = factories.make_appointment(Role.SAFEGUARDING_LEAD, people.council.agency, user=c.user)
    for person, stand_in in ((c, own_other_role), (c, b)):
        with pytest.raises(Refused) as error:
            go_away(person, stand_in, now=now)
        assert error.value.field == "stand_in"
    later = FROM + timedelta(days=4)
    go_away(c, b, now=now, from_on=later, until_on=later)  # by then b is back


@pytest.mark.parametrize(
    ("from_on", "until_on", "field"),
    [
        (FROM - timedelta(days=1), UNTIL, "from_on"),
        (UNTIL, FROM, "until_on"),
        (FROM, FROM + timedelta(days=367), "until_on"),
        (UNTIL, UNTIL + timedelta(days=2), "from_on"),  # already away on one of these days
    ],
)
def test_days_that_cannot_be(people: Cast, now: datetime, from_on: date, until_on: date, field: str) -> None:
    a, b = people.council.line_manager, people.council.lead
    go_away(a, b, now=now)
    with pytest.raises(Refused) as error:
        go_away(a, b, now=now, from_on=from_on, until_on=until_on)
    assert error.value.field == field


def test_only_somebody_whose_role_can_carry_it_stands_in(people: Cast, now: datetime) -> None:
    for stand_in in (people.council.practitioner, people.health.line_manager, people.chair):
        with pytest.raises(Refused, match="whose own role can carry this one"):
            go_away(people.council.line_manager, stand_in, now=now)


def test_who_may_record_it(people: Cast, now: datetime) -> None:
    a, b = people.council.practitioner, people.council.line_manager
    for by in (people.council.senior_manager, people.health.lead, people.auditor):
        with pytest.raises(Refused) as error:
            go_away(a, b, now=now, by=by)
        assert error.value.code == "forbidden"
    absence = go_away(a, b, now=now, by=b)
    assert set(Notification.objects.filter(event="absence").values_list("recipient", flat=True)) == {a.pk}
    end_absence(absence=absence, by=people.council.lead, now=now)
    go_away(a, b, now=now, by=people.board_manager)


def test_on_two_sides_nobody_stands_in(people: Cast, now: datetime) -> None:
    """Somebody who is on the dispute for the other agency in another job takes nobody's place in it."""
    a = people.council.practitioner
    dispute = make_dispute(people, now=now)
    other = factories.make_appointment(Role.PRACTITIONER, people.council.agency, user=people.health.practitioner.user)
    leads.join(dispute, people.health.practitioner, Side.RESPONDING, now=now)
    go_away(a, other, now=now)
    assert not permissions.may_read(fresh(dispute), place_of(a, other))


def test_whoever_stands_in_is_no_second_person(people: Cast, now: datetime) -> None:
    """Neither for what the absent person did, nor for what they did in their place, nor on what is about that person."""
    team = people.health
    dispute, lead, place = fresh(make_dispute(people, now=now)), team.lead, make_place(team.lead, team.line_manager)
    other = make_appointment(Role.SAFEGUARDING_LEAD, team.agency)
    why = break_glass.Asked(dispute.reference, "risk", "She is missing and nobody is there to ask.")
    broken = [break_glass.break_glass(asked=why, by=by, now=now) for by in (lead, place)]
    for row in broken:
        assert [break_glass.may_review(row, by) for by in (lead, place, other)] == [False, False, True]
    assert [len(break_glass.to_review(by)) for by in (lead, place, other)] == [0, 0, 2]
    named = restrictions.Wanted([team.senior_manager, other], "A neighbour.")
    restrictions.restrict(dispute=dispute, wanted=named, by=lead, now=now)
    assert [restrictions.may_decide(fresh(dispute), by) for by in (lead, place, other)] == [False, False, True]
    also = make_appointment(Role.PRACTITIONER, team.agency, user=lead.user)
    assert [may_change_appointment(by, also) for by in (lead, place, other)] == [False, False, True]
    auditor = make_appointment(Role.AUDITOR, partnership=people.partnership, user=people.board_manager.user)
    second = make_appointment(Role.BOARD_MANAGER, partnership=people.partnership)
    office = make_place(people.board_manager, second)
    can = [auditor in engagements.may_read_under_one(by, on=now.date()) for by in (people.board_manager, office, second)]
    assert can == [False, False, True]
