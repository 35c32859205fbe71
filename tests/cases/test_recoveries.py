"""A lost phone or key: two different keepers of the directory, within a day, and the person sets up a new one."""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import attrgetter

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail

from cases import account_mail
from cases.actions.recoveries import answer_recovery, ask_recovery, waiting
from cases.errors import Refused
from cases.models import Appointment, AuditEvent, Recovery
from tests import factories
from tests.cases.second_factor_steps import add_app, signed_in
from tests.factories import Cast

pytestmark = pytest.mark.django_db
RANG = "I rang her on the number in our list."


@pytest.fixture
def people() -> Cast:
    found = factories.cast()
    Authenticator.objects.create(user=found.council.practitioner.user, type="totp", data={"secret": "", "used": 0})
    return found


def ask(people: Cast, now: datetime, by: Appointment | None = None) -> Recovery:
    return ask_recovery(held=people.council.practitioner, checked_how=RANG, by=by or people.council.lead, now=now)


def test_two_keepers_let_somebody_back_in(people: Cast, now: datetime) -> None:
    lost = people.council.practitioner
    others = (people.health.practitioner, people.council.lead, people.board_manager)
    client, lead, keeper = (signed_in(held.user) for held in others)
    assert client.get(f"/directory/{lost.pk}/lost-device/").status_code == 404
    lead.post(f"/directory/{lost.pk}/lost-device/", {"checked_how": RANG})
    asked = Recovery.objects.get()
    place = f"/directory/lost-devices/{asked.pk}/"
    assert [who.get(place).status_code for who in (client, lead, keeper)] == [404, 404, 200]
    assert place in keeper.get("/directory/").content.decode()
    assert place not in lead.get("/directory/").content.decode()
    assert [place in who.get("/").content.decode() for who in (lead, keeper)] == [False, True]
    assert RANG in keeper.get(place).content.decode()
    assert keeper.post(place, {"agrees": "yes"}).status_code == 302
    assert not Authenticator.objects.exists()
    add_app(signed_in(lost.user))
    told = AuditEvent.objects.filter(action__startswith="recovery_").values_list("head__scope", "action")
    assert (f"agency:{lost.agency_id}", "recovery_agreed") in told
    account_mail.deliver_owed(now=now)
    to = {sent.subject: sent.to for sent in mail.outbox}
    assert to["Your phone or key was reported lost"] == [lost.user.email]
    assert to["A lost phone or key waits for a second person"] == [people.board_manager.user.email]
    assert RANG not in str([sent.body for sent in mail.outbox])


@pytest.mark.parametrize("who", ["council.lead", "council.practitioner", "health.lead", "council.line_manager", "chair"])
def test_nobody_else_is_the_second_person(people: Cast, now: datetime, who: str) -> None:
    asked = ask(people, now)
    by = attrgetter(who)(people)
    assert waiting(by, now=now) == []
    with pytest.raises(Refused):
        answer_recovery(asked=asked, agrees=True, by=by, now=now)
    assert Authenticator.objects.exists()


def test_who_stands_in_for_the_first_is_not_the_second(people: Cast, now: datetime) -> None:
    place = factories.make_place(people.council.lead, people.council.senior_manager)
    asked = ask(people, now)
    with pytest.raises(Refused, match="second person"):
        answer_recovery(asked=asked, agrees=True, by=place, now=now)


def test_it_waits_a_day_and_is_answered_once(people: Cast, now: datetime) -> None:
    asked, keeper = ask(people, now), people.board_manager
    with pytest.raises(Refused, match="waits for a second person"):
        ask(people, now)
    with pytest.raises(Refused, match="older than a day"):
        answer_recovery(asked=asked, agrees=True, by=keeper, now=now + timedelta(hours=24))
    again = ask(people, now + timedelta(hours=25))
    answer_recovery(asked=again, agrees=False, by=keeper, now=now + timedelta(hours=26))
    with pytest.raises(Refused, match="answered already"):
        answer_recovery(asked=again, agrees=True, by=keeper, now=now + timedelta(hours=26))
    assert Authenticator.objects.exists()


@pytest.mark.parametrize("who", ["council.practitioner", "health.lead", "council.line_manager"])
def test_only_who_keeps_the_entry_asks(people: Cast, now: datetime, who: str) -> None:
    with pytest.raises(Refused, match="kept by its safeguarding lead"):
        ask(people, now, by=attrgetter(who)(people))


def test_without_a_second_factor_there_is_nothing_to_take_away(people: Cast, now: datetime) -> None:
    Authenticator.objects.all().delete()
    with pytest.raises(Refused, match="password alone"):
        ask(people, now)
