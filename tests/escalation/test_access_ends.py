"""Access to a dispute ends 28 days after it has, but for those who answer for the record or still owe something there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from escalation import permissions
from escalation.actions import grants, moves
from escalation.actions.agreed import add_action, complete_action
from escalation.actions.debriefs import answer_debrief, offer_debrief
from escalation.actions.feedback import give_feedback
from escalation.actions.grants import Again
from escalation.models import AccessGrant, Dispute, Notification
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.escalation.test_restricted import finds
from tests.factories import Cast, make_place
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db
LATER = timedelta(days=28, hours=1)
WHY = "She answers a complaint about it."


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    """Taken to the second stage; it has not ended yet."""
    return climb(make_dispute(people, now=now), now=now)


def ended(dispute: Dispute, people: Cast, now: datetime) -> Dispute:
    by = people.council.line_manager
    moves.withdraw(dispute=fresh(dispute), reason="The discharge was put off.", by=by, now=now)
    return fresh(dispute)


def reads(dispute: Dispute, who: Appointment) -> bool:
    """Whether somebody knows of it and reads it, by the rows and by the table alike."""
    there = Dispute.objects.visible_to(who).filter(pk=dispute.pk).exists()
    return there and permissions.may_read(fresh(dispute), who)


def again(who: Appointment, now: datetime, days: int = 7) -> Again:
    return Again(who, WHY, now.date() + timedelta(days=days))


def test_it_ends_for_everybody_but_those_who_answer_for_the_record(
    client: Client, people: Cast, dispute: Dispute, now: datetime, clock: Clock
) -> None:
    team, keeps = people.council, (people.council.lead, people.health.senior_manager, people.board_manager)
    had = (team.practitioner, people.health.practitioner, team.line_manager, people.health.line_manager)
    dispute = ended(dispute, people, now)
    clock.move_to(now + timedelta(days=27, hours=23))
    assert all(finds(client, who, dispute) for who in (*had, *keeps))
    clock.move_to(now + LATER)
    assert not any(finds(client, who, dispute) for who in had)
    assert not any(Dispute.objects.visible_to(who).exists() for who in (team.board_representative, people.chair))
    here = f"/disputes/{dispute.reference}/"
    for who in keeps:
        client.force_login(who.user)
        page = client.get(here).content.decode()
        assert dispute.reference in page
        assert dispute.title not in page
        assert [client.get(f"{here}{tab}").status_code for tab in ("story/", "evidence/", "documents/")] == [404] * 3
        assert client.get(f"{here}readers/").status_code == 200
        assert signed_in(who).get(one(dispute)).data["acts"] == []
    client.force_login(team.practitioner.user)
    assert [client.get(address).status_code for address in (here, "/disputes/HAL-2026-9999/")] == [404, 404]
    for page in ("/", "/disputes/"):
        assert "ask a safeguarding lead or senior manager of your agency" in client.get(page).content.decode()


def test_a_lead_gives_one_person_access_again_and_it_ends_by_itself_or_early(
    client: Client, people: Cast, dispute: Dispute, now: datetime, clock: Clock
) -> None:
    dispute, who, other = ended(dispute, people, now), people.council.practitioner, people.council.line_manager
    later = now + LATER
    clock.move_to(later)
    client.force_login(people.council.lead.user)
    form, until = f"/disputes/{dispute.reference}/access/grant/", later.date() + timedelta(days=5)
    last = {"until_on_day": until.day, "until_on_month": until.month, "until_on_year": until.year}
    said, wrong = {"holder": who.pk, "reason": WHY} | last, {"holder": people.health.practitioner.pk}
    assert who.user.name in client.get(form).content.decode()
    assert "Choose somebody from this list" in client.post(form, said | wrong).content.decode()
    assert client.post(form, said).status_code == 302
    assert reads(dispute, who)
    assert finds(client, who, dispute)
    assert not reads(dispute, other)
    assert not reads(dispute, make_place(who, other))
    told = Notification.objects.get(key__contains=":access:")
    assert told.recipient == who
    assert told.text.startswith(f"{dispute.reference}: you have access to it again")
    assert not any(word in told.text + told.mail_text for word in (dispute.title, dispute.case.about, WHY))
    client.force_login(people.council.lead.user)
    page = client.get(f"/disputes/{dispute.reference}/readers/").content.decode()
    assert WHY in page
    given = AccessGrant.objects.get()
    assert client.post(f"/disputes/{dispute.reference}/access/{given.pk}/end/").status_code == 302
    assert not reads(dispute, who)
    grants.grant(dispute=fresh(dispute), again=again(who, later, 27), by=people.council.senior_manager, now=later)
    clock.move_to(later + timedelta(days=28))
    assert not reads(dispute, who)
    found = AuditEvent.objects.filter(action__in=("access_granted", "access_ended")).order_by("pk")
    assert list(found.values_list("action", flat=True)) == ["access_granted", "access_ended", "access_granted"]


def test_who_gives_access_to_whom_and_for_how_long(people: Cast, dispute: Dispute, now: datetime, clock: Clock) -> None:
    who, lead = people.council.practitioner, people.council.lead
    with pytest.raises(Refused, match="not yours"):
        grants.grant(dispute=dispute, again=again(who, now), by=lead, now=now)  # it has not ended
    dispute, later = ended(dispute, people, now), now + LATER
    clock.move_to(later)
    for by in (who, people.council.line_manager, people.chair, people.auditor, people.stranger):
        with pytest.raises(Refused, match="not yours"):
            grants.grant(dispute=fresh(dispute), again=again(who, later), by=by, now=later)
    for by, wanted, words in (
        (people.health.lead, again(who, later), "from the list"), (lead, again(lead, later), "from the list"),
        (people.board_manager, again(who, later), "from the list"), (lead, again(people.stranger, later), "from the list"),
        (lead, again(who, later, 28), "Give a day"), (lead, again(who, later, -1), "Give a day"),
        (lead, Again(who, " ", later.date()), "Say why"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=words):
            grants.grant(dispute=fresh(dispute), again=wanted, by=by, now=later)
    made = grants.grant(dispute=fresh(dispute), again=again(lead, later), by=people.board_manager, now=later)
    assert reads(dispute, lead)
    with pytest.raises(Refused, match="not yours"):
        grants.end_grant(given=made, by=people.health.lead, now=later)
    grants.end_grant(given=made, by=people.council.senior_manager, now=later)
    with pytest.raises(Refused, match="ended already"):
        grants.end_grant(given=made, by=people.council.senior_manager, now=later)


def test_the_api_gives_access_again_and_ends_it(people: Cast, dispute: Dispute, now: datetime, clock: Clock) -> None:
    dispute, who, later = ended(dispute, people, now), people.council.practitioner, now + LATER
    clock.move_to(later)
    caller, said = signed_in(people.council.lead), {"holder": who.pk, "reason": WHY, "until_on": f"{later.date()}"}
    assert caller.post(one(dispute, "access/"), said).status_code == 201
    assert signed_in(who).get(one(dispute)).status_code == 200
    assert signed_in(who).get(one(dispute, "access/")).status_code == 404
    shown = caller.get(one(dispute, "access/")).data[0]
    assert shown["holder"] == who.described
    assert signed_in(people.health.lead).post(one(dispute, f"access/{shown['id']}/end/")).status_code == 404
    assert caller.post(one(dispute, f"access/{shown['id']}/end/")).status_code == 204
    assert signed_in(who).get(one(dispute)).status_code == 404


def test_who_still_owes_something_is_not_shut_out(people: Cast, dispute: Dispute, now: datetime, clock: Clock) -> None:
    first, manager, other = people.council.practitioner, people.council.line_manager, people.health.practitioner
    action = add_action(dispute=fresh(dispute), what="Ring the ward.", owner=first, due_on=now.date(), by=manager, now=now)
    dispute = ended(dispute, people, now)
    offer_debrief(dispute=fresh(dispute), text="Thursday at ten.", by=people.health.line_manager, now=now)
    later = now + LATER
    clock.move_to(later)
    assert reads(dispute, first)
    assert reads(dispute, other)
    assert not reads(dispute, manager)
    assert "Ring the ward." in str(signed_in(first).get(one(dispute, "work/")).data)
    complete_action(action=action, note="They start on Monday.", by=first, now=later)
    answer_debrief(debrief=dispute.debriefs.get(participant__appointment=other), answer="declined", by=other, now=later)
    assert not reads(dispute, first)
    assert not reads(dispute, other)


def test_late_feedback_is_read_for_another_28_days(people: Cast, dispute: Dispute, now: datetime, clock: Clock) -> None:
    first, manager = people.council.practitioner, people.health.line_manager
    add_action(dispute=fresh(dispute), what="Tell them.", owner=manager, due_on=now.date(), by=manager, now=now)
    dispute, later = ended(dispute, people, now), now + LATER
    clock.move_to(later)
    assert not reads(dispute, first)
    give_feedback(dispute=fresh(dispute), text="Nothing came of it.", no_action=True, by=manager, now=later)
    assert reads(dispute, first)
    clock.move_to(later + LATER)
    assert not reads(dispute, first)


def test_the_database_holds_a_grant_to_its_words(people: Cast, dispute: Dispute, now: datetime, clock: Clock) -> None:
    dispute, later = ended(dispute, people, now), now + LATER
    clock.move_to(later)
    given = grants.grant(
        dispute=fresh(dispute), again=again(people.council.practitioner, later), by=people.council.lead, now=later
    )
    for change in ({"until": later}, {"reason": "Other"}, {"holder": people.health.lead}):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            AccessGrant.objects.filter(pk=given.pk).update(**change)
