"""The calendar feed: a secret address of one's own, kept as a fingerprint, ended at will; reference, act and date only."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from cases.models import AuditEvent, SignIn
from escalation.actions import feeds
from escalation.models import CalendarFeed, Dispute
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def test_it_holds_reference_act_and_date_and_nothing_else(people: Cast, dispute: Dispute, now: datetime) -> None:
    text = feeds.calendar_text(people.health.practitioner, now=now, host="example.org")
    row = dispute.deadlines.get(stage=2, kind="start")
    assert f"SUMMARY:{dispute.reference}: next stage to start\r\n" in text
    assert f"DTSTART:{row.due_at:%Y%m%dT%H%M%SZ}\r\n" in text
    assert text.endswith("END:VCALENDAR\r\n")
    for hidden in ("Elsworth", "Margaret", "Quarry", dispute.title, people.council.agency.name, people.health.agency.name):
        assert hidden not in text
    assert dispute.reference not in feeds.calendar_text(people.stranger, now=now, host="example.org")


def test_an_address_is_shown_once_renewed_and_stopped(client: Client, people: Cast, dispute: Dispute) -> None:
    client.force_login(people.council.practitioner.user)
    assert "You have no address yet" in client.get("/calendar-feed/").content.decode()
    assert client.post("/calendar-feed/renew/").status_code == 302
    page = client.get("/calendar-feed/").content.decode()
    address = "/calendar-feed/" + page.partition("/calendar-feed/")[2].split(".ics")[0].rpartition("/calendar-feed/")[2] + ".ics"
    assert ".ics" not in client.get("/calendar-feed/").content.decode()
    outside = Client()
    answer = outside.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer["Cache-Control"]
    assert dispute.reference in answer.content.decode()
    secret = address.rpartition("/")[2].removesuffix(".ics")
    assert secret not in str(CalendarFeed.objects.values_list())
    client.post("/calendar-feed/renew/")
    assert outside.get(address).status_code == 404
    client.post("/calendar-feed/revoke/")
    assert "You have no address yet" in client.get("/calendar-feed/").content.decode()
    assert CalendarFeed.objects.filter(revoked_at__isnull=True).count() == 0
    assert AuditEvent.objects.filter(action__startswith="calendar_feed").count() == 4


def test_it_ends_with_the_role(people: Cast, now: datetime) -> None:
    who = people.health.practitioner
    secret = feeds.make_feed(by=who, now=now)
    assert feeds.owner_of(secret, now=now) == who
    who.ends_on = (now + timedelta(days=1)).date()
    who.save()
    assert feeds.owner_of(secret, now=now + timedelta(days=2)) is None
    who.user.suspended_at = now
    who.user.save()
    assert feeds.owner_of(secret, now=now) is None
    who.user.is_active, who.user.suspended_at = False, None
    who.user.save()
    assert feeds.owner_of(secret, now=now) is None
    assert feeds.owner_of("unknown", now=now) is None


def test_it_ends_where_ones_organisation_no_longer_knows_one(people: Cast, now: datetime) -> None:
    who = people.council.practitioner
    secret = feeds.make_feed(by=who, now=now)
    SignIn.objects.create(user=who.user, session_key="a" * 32, device="A", began_at=now, ended_at=now, end=SignIn.End.DIRECTORY)
    assert feeds.owner_of(secret, now=now) is None
    SignIn.objects.create(user=who.user, session_key="b" * 32, device="A", began_at=now)
    assert feeds.owner_of(secret, now=now) == who


def test_the_api_does_the_same(people: Cast, dispute: Dispute) -> None:
    caller = signed_in(people.council.practitioner)
    assert caller.get("/api/calendar-feed/").data == {"created_at": None, "address": ""}
    made = caller.post("/api/calendar-feed/")
    assert made.status_code == 201
    path = "/calendar-feed/" + made.data["address"].rpartition("/")[2]
    assert Client().get(path).status_code == 200
    assert caller.get("/api/calendar-feed/").data["address"] == ""
    assert caller.delete("/api/calendar-feed/").status_code == 204
    assert Client().get(path).status_code == 404
