"""Accounts that nobody uses: told two weeks before, suspended after sixty days, let back in by who keeps the entry."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from cases import account_mail
from cases.actions.unused import let_back, warn_and_suspend
from cases.errors import Refused
from cases.models import Appointment, AuditEvent, User
from tests import factories
from tests.cases.second_factor_steps import signed_in
from tests.factories import PASSWORD, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings: Settings) -> Cast:
    settings.SUSPEND_UNUSED_AFTER = 60
    found = factories.cast()
    User.objects.update(last_login=timezone.now() + timedelta(days=400), joined_at=timezone.now() - timedelta(days=100))
    return found


def last_used(held: Appointment, *, days: float) -> User:
    """Their last sign-in lay so many days back."""
    User.objects.filter(pk=held.user_id).update(last_login=timezone.now() - timedelta(days=days))
    return User.objects.get(pk=held.user_id)


def is_suspended(held: Appointment) -> bool:
    return User.objects.get(pk=held.user_id).suspended_at is not None


def test_told_then_suspended_then_let_back_in(people: Cast) -> None:
    held, now = people.council.practitioner, timezone.now()
    client, program = signed_in(held.user), APIClient()
    token = program.post("/api/token/", {"email": held.user.email, "password": PASSWORD}).data["token"]
    program.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    last_used(held, days=45.01)
    assert warn_and_suspend(now=now) == 0
    assert warn_and_suspend(now=now + timedelta(days=1)) == 0
    account_mail.deliver_owed(now=now)
    (sent,) = mail.outbox
    assert sent.to == [held.user.email]
    assert f"{timezone.localdate(now + timedelta(days=15)):%B %Y}" in sent.body
    assert warn_and_suspend(now=now + timedelta(days=14)) == 0  # the day that was told
    assert client.get("/directory/").status_code == 200
    later = now + timedelta(days=15)
    assert [warn_and_suspend(now=later) for _ in range(2)] == [1, 0]
    assert client.get("/directory/").status_code == 302
    assert program.get("/api/roles/").status_code == 401
    again = Client().post("/account/login/", {"login": held.user.email, "password": PASSWORD}, follow=True)
    assert "This account is suspended" in again.content.decode()
    asked = APIClient().post("/api/token/", {"email": held.user.email, "password": PASSWORD})
    assert (asked.status_code, "suspended" in asked.data["message"]) == (403, True)

    lead, stranger = signed_in(people.council.lead.user), signed_in(people.health.lead.user)
    assert "Suspended" in lead.get("/directory/").content.decode()
    place = f"/directory/{held.pk}/"
    assert stranger.post(f"{place}let-back/").status_code == 404
    assert "Let them back in" in lead.get(place).content.decode()
    lead.post(f"{place}let-back/")
    signed_in(held.user)
    assert warn_and_suspend(now=timezone.now()) == 0
    told = AuditEvent.objects.filter(head__scope=f"agency:{held.agency_id}").values_list("action", flat=True)
    assert list(told)[-2:] == ["suspended", "let_back"]
    account_mail.deliver_owed(now=later)
    assert [one.subject for one in mail.outbox][1:] == ["Your account is suspended", "Your account is open again"]
    assert held.user.name not in str([one.body for one in mail.outbox])


def test_nobody_is_suspended_who_was_not_told_a_week_before(people: Cast) -> None:
    held, now = people.council.practitioner, timezone.now()
    last_used(held, days=90)
    assert warn_and_suspend(now=now) == 0
    assert warn_and_suspend(now=now + timedelta(days=6)) == 0
    assert warn_and_suspend(now=now + timedelta(days=7)) == 1


def test_whoever_signs_in_after_being_told_keeps_the_account(people: Cast) -> None:
    held, now = people.council.practitioner, timezone.now()
    last_used(held, days=50)
    warn_and_suspend(now=now)
    last_used(held, days=0)
    assert warn_and_suspend(now=now + timedelta(days=20)) == 0
    assert warn_and_suspend(now=now + timedelta(days=61)) == 0  # told anew first
    assert warn_and_suspend(now=now + timedelta(days=68)) == 1


def test_the_only_board_manager_is_never_suspended(people: Cast) -> None:
    keeper, now = people.board_manager, timezone.now()
    last_used(keeper, days=200)
    warn_and_suspend(now=now)
    warn_and_suspend(now=now + timedelta(days=30))
    assert not is_suspended(keeper)
    factories.make_appointment(keeper.role, partnership=people.partnership)  # type: ignore[arg-type]
    User.objects.filter(last_login=None).update(last_login=now + timedelta(days=100))
    warn_and_suspend(now=now + timedelta(days=30))
    warn_and_suspend(now=now + timedelta(days=60))
    assert is_suspended(keeper)


def test_it_can_be_switched_off_and_departed_people_are_left_alone(people: Cast, settings: Settings) -> None:
    now = timezone.now()
    last_used(people.council.practitioner, days=200)
    Appointment.objects.filter(pk=people.council.practitioner.pk).update(ends_on=now.date() - timedelta(days=30))
    warn_and_suspend(now=now)
    assert not User.objects.exclude(unused_told_at=None).exists()
    last_used(people.council.lead, days=200)
    settings.SUSPEND_UNUSED_AFTER = 0
    warn_and_suspend(now=now)
    assert not User.objects.exclude(unused_told_at=None).exists()


def test_only_who_keeps_the_entry_lets_somebody_back(people: Cast, now: datetime) -> None:
    held = people.council.practitioner
    User.objects.filter(pk=held.user_id).update(suspended_at=now)
    for by in (held, people.health.lead, people.council.line_manager):
        with pytest.raises(Refused):
            let_back(held=held, by=by, now=now)
    let_back(held=held, by=people.board_manager, now=now)
    with pytest.raises(Refused, match="open already"):
        let_back(held=held, by=people.board_manager, now=now)
