"""How long a session lasts, where one is signed in, and that everything ends when it is said to end."""

from __future__ import annotations

import re
import time
from datetime import date, datetime
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken
from rest_framework.test import APIClient

from cases import account_mail, sessions
from cases.actions import sign_ins
from cases.models import AccountNotice, Appointment, AuditEvent, SignIn, User
from tests import factories
from tests.factories import PASSWORD, Cast

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1"


@pytest.fixture
def people() -> Cast:
    return factories.cast()


def signed_in(user: User, device: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": device})
    assert client.post("/account/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/directory/").status_code == 200


def age(client: Client, **seconds: float) -> None:
    """Let the marks of the session lie so much further back."""
    session = client.session
    for name, by in seconds.items():
        session[f"session_{name}"] -= by
    session.save()


def events(user: User) -> list[str]:
    return list(AuditEvent.objects.filter(head__scope=f"account:{user.pk}").order_by("seq").values_list("action", flat=True))


@pytest.mark.parametrize(("idle", "lasts"), [(14 * 60, True), (15 * 60, True), (15 * 60 + 20, False)])
def test_after_a_quarter_of_an_hour_without_use_it_is_over(people: Cast, idle: float, lasts: bool) -> None:
    user = people.chair.user
    client = signed_in(user)
    age(client, used=idle)
    assert is_in(client) is lasts
    if not lasts:
        page = client.get("/account/login/?next=/directory/").content.decode()
        assert "nothing was done for 15 minutes" in page
        assert events(user) == ["signed_in", "session_ended"]
        assert SignIn.objects.get().end == "idle"
        client.post("/account/login/", {"login": user.email, "password": PASSWORD})
        assert is_in(client)


def test_use_makes_it_last_but_never_longer_than_eight_hours(people: Cast) -> None:
    client = signed_in(people.chair.user)
    age(client, used=14 * 60, began=7 * 3600)
    assert is_in(client)
    age(client, used=14 * 60)
    assert is_in(client)
    age(client, began=3600)
    assert not is_in(client)
    assert "8 hours have passed" in client.get("/account/login/").content.decode()


def test_asking_how_long_it_lasts_is_no_use_and_pressing_the_button_is(people: Cast) -> None:
    client = signed_in(people.chair.user)
    age(client, used=13 * 60)
    for _ in range(2):
        assert client.get("/account/time/").json()["seconds"] in range(110, 121)
    assert client.post("/account/time/").json()["seconds"] > 890
    age(client, used=16 * 60)
    assert client.get("/account/time/").status_code == 302


def test_a_page_knows_when_to_warn(people: Cast) -> None:
    client = signed_in(people.chair.user)
    page = client.get("/directory/").content.decode()
    assert 'data-session-left="900"' in page
    age(client, began=8 * 3600 - 300)
    assert re.search(r'data-session-left="(300|2\d\d)"', client.get("/directory/").content.decode())
    assert "data-session-left" not in Client().get("/help/").content.decode()


def test_an_ended_session_is_written_down_although_nobody_came_back(people: Cast, now: datetime) -> None:
    user = people.chair.user
    idle, used = signed_in(user), signed_in(user)
    age(idle, used=16 * 60)
    began = SignIn.objects.order_by("pk")[0].began_at
    assert sign_ins.end_old(now=began, at=time.time()) == 1
    assert events(user)[-1] == "session_ended"
    assert not is_in(idle)
    assert is_in(used)
    assert sign_ins.end_old(now=began, at=time.time()) == 0


def test_signing_out_tells_the_browser_to_forget(people: Cast) -> None:
    client = signed_in(people.chair.user)
    key = client.session.session_key
    answer = client.post("/account/logout/")
    assert answer["Location"] == "/account/signed-out/"
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "no-store" in answer["Cache-Control"]
    assert "You are signed out" in client.get(answer["Location"]).content.decode()
    client.cookies["sessionid"] = str(key)
    assert not is_in(client)
    assert events(people.chair.user) == ["signed_in", "session_ended"]


def test_the_account_lists_ones_own_sessions_and_ends_one(people: Cast) -> None:
    user = people.chair.user
    here, there, stranger = signed_in(user), signed_in(user, SAFARI), signed_in(people.stranger.user)
    page = here.get("/account/").content.decode()
    assert "Firefox on Windows" in page
    assert "Safari on an iPhone" in page
    assert page.count("(this session)") == 1
    mine = SignIn.objects.get(user=user, device__startswith="Safari")
    assert stranger.post(f"/account/sessions/{mine.pk}/end/").status_code == 404
    assert is_in(there)
    here.post(f"/account/sessions/{mine.pk}/end/")
    assert not is_in(there)
    assert is_in(here)
    assert "iPhone" not in here.get("/account/").content.decode()


@pytest.mark.parametrize("also", [{}, {"tokens": "yes", "addresses": "yes"}])
def test_signing_out_everywhere(people: Cast, also: dict[str, str]) -> None:
    user = people.council.practitioner.user
    here, there, other = signed_in(user), signed_in(user, SAFARI), signed_in(people.chair.user)
    program = token_of(user)
    here.post("/calendar-feed/renew/")
    answer = here.post("/account/sign-out-everywhere/", also)
    assert answer["Clear-Site-Data"]
    assert [is_in(client) for client in (here, there, other)] == [False, False, True]
    assert program.get("/api/roles/").status_code == (401 if also else 200)


def token_of(user: User) -> APIClient:
    client = APIClient()
    given = client.post("/api/token/", {"email": user.email, "password": PASSWORD})
    client.credentials(HTTP_AUTHORIZATION=f"Token {given.data['token']}")
    return client


def close(held: Appointment) -> None:
    User.objects.filter(pk=held.user_id).update(is_active=False)


def leave(held: Appointment) -> None:
    Appointment.objects.filter(pk=held.pk).update(ends_on=date(2020, 2, 1))


@pytest.mark.parametrize("end", [close, leave])
def test_a_closed_or_departed_account_opens_nothing_any_more(people: Cast, end: Any) -> None:
    held = people.council.practitioner
    client, program = signed_in(held.user), token_of(held.user)
    client.post("/account/password/reset/", {"email": held.user.email})
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link
    end(held)
    assert client.get("/directory/").status_code == 302
    assert program.get("/api/roles/").status_code == 401
    assert "This link no longer works" in Client().get(link[1], follow=True).content.decode()
    again = Client().post("/account/login/", {"login": held.user.email, "password": PASSWORD})
    assert again["Location"] == "/account/inactive/"
    assert APIClient().post("/api/token/", {"email": held.user.email, "password": PASSWORD}).status_code == 403
    mail.outbox.clear()
    Client().post("/account/password/reset/", {"email": held.user.email})
    assert mail.outbox == []


def test_whoever_has_left_has_no_tokens_and_a_reason_at_the_end(people: Cast) -> None:
    held = people.council.practitioner
    client = signed_in(held.user)
    token_of(held.user)
    leave(held)
    client.get("/directory/")
    assert not AuthToken.objects.exists()
    assert SignIn.objects.get().end == "closed"
    assert events(held.user) == ["signed_in", "token_given", "session_ended", "tokens_ended"]


def test_a_new_password_ends_what_was_open_and_is_told(people: Cast, now: datetime) -> None:
    user = people.chair.user
    client, program = signed_in(user), token_of(user)
    client.post("/account/password/reset/", {"email": user.email})
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link
    stranger = Client()
    where = stranger.get(link[1], follow=True).redirect_chain[-1][0]
    stranger.post(where, {"password1": "three odd wooden spoons", "password2": "three odd wooden spoons"})
    assert not is_in(client)
    assert program.get("/api/roles/").status_code == 401
    account_mail.deliver_owed(now=now)
    assert mail.outbox[-1].subject == "Your password was changed"
    assert user.name not in str(mail.outbox[-1].body)


def test_a_device_not_used_before_is_told_once(people: Cast, now: datetime) -> None:
    user = people.chair.user
    for device in (FIREFOX, FIREFOX, SAFARI, SAFARI):
        signed_in(user, device)
    assert account_mail.deliver_owed(now=now) == 1
    assert account_mail.deliver_owed(now=now) == 0
    (sent,) = mail.outbox
    assert sent.to == [user.email]
    assert "Safari on an iPhone" in sent.body
    assert user.name not in sent.body
    assert AccountNotice.objects.get().sent_at == now


def test_a_failed_sign_in_is_written_down_with_the_same_work_for_known_and_unknown() -> None:
    factories.make_user(email="known@example.org")
    work: dict[str, set[int]] = {"known@example.org": set(), "nobody@example.org": set()}
    for _ in range(3):
        for email, counts in work.items():
            with CaptureQueriesContext(connection) as queries:
                Client().post("/account/login/", {"login": email, "password": "wrong"})
            counts.add(len(queries))
    assert AuditEvent.objects.filter(action="sign_in_failed").count() == 6
    assert work["known@example.org"] == work["nobody@example.org"]


@pytest.mark.parametrize(
    ("told", "device"),
    [
        (FIREFOX, "Firefox on Windows"), (SAFARI, "Safari on an iPhone"), ("", "A browser on an unknown device"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/140.0 Safari/537.36", "Chrome on a Chromebook"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on a Mac"),
    ],
)  # fmt: skip
def test_a_device_in_plain_words(told: str, device: str) -> None:
    assert sessions.device_of(told) == device
