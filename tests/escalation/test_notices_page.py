"""Notices: one's own, unread first seen as unread, opened once, all read at once, in a bounded number of queries."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test import Client

from escalation.models import Notification
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import make_dispute, people_under
from tests.questions import Questions
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


def see(client: Client, path: str = "/notices/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_notice_is_unread_until_it_is_opened(client: Client, people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    client.force_login(people.health.practitioner.user)
    page = see(client)
    notice = Notification.objects.get(recipient=people.health.practitioner)
    assert "unread" in page
    assert f"/notices/{notice.pk}/open/" in page
    assert "(1" in page or ">1<" in page
    response = client.get(f"/notices/{notice.pk}/open/")
    assert response["Location"] == f"/disputes/{dispute.reference}/"
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert "<strong>unread</strong>" not in see(client)
    assert "No such notices" in see(client, "/notices/?read=unread")
    assert dispute.reference in see(client, "/notices/?read=read")


def test_all_are_read_at_once_and_only_ones_own(client: Client, people: Cast, now: datetime) -> None:
    make_dispute(people, now=now)
    client.force_login(people.health.practitioner.user)
    assert client.get("/notices/read/").status_code == 405
    response = client.post("/notices/read/", follow=True)
    assert "All notices are marked as read." in response.content.decode()
    assert not Notification.objects.filter(recipient=people.health.practitioner, read_at__isnull=True).exists()
    assert Notification.objects.filter(recipient=people.council.line_manager, read_at__isnull=True).exists()


def test_somebody_elses_notice_is_not_there(client: Client, people: Cast, now: datetime) -> None:
    make_dispute(people, now=now)
    notice = Notification.objects.get(recipient=people.health.practitioner)
    client.force_login(people.stranger.user)
    assert client.get(f"/notices/{notice.pk}/open/").status_code == 404
    assert client.get("/notices/99999999/open/").status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None
    assert "No notices yet" in see(client)


def test_the_number_of_queries_does_not_grow_with_the_rows(client: Client, people: Cast, now: datetime) -> None:
    client.force_login(people.health.practitioner.user)
    first = make_dispute(people, now=now)

    def counted() -> int:
        see(client)
        with Questions(connection) as captured:
            see(client)
        return len(captured)

    few = counted()
    for _ in range(24):
        make_dispute(people, now=now, case=first.case)
    assert counted() == few
    assert few <= 12
