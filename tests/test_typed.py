"""Nothing typed into a form of the product is lost: it is saved while one types, and there again after the session has ended."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from cases import sessions
from cases.actions import sent, typed
from cases.models import Sent, Typed
from cases.typed import APART
from tests.clock import Clock
from tests.every_form import FORMS, Form
from tests.every_form_places import Places
from tests.factories import PASSWORD, Cast
from tests.factories_disputes import make_dispute, people_under
from tests.journeys.visiting import Page, Visitor
from tests.test_bad_input import asked, boxes
from tests.worlds import shared

pytestmark = pytest.mark.django_db
WORDS, KEPT = "Half a sen\x00tence.", "Half a sentence."
SAVES = {"X-Autosave": "1"}
# Forms drawn in a way of their own, or looked into before they are; the others are drawn alike, and tried with LONG=1.
DRAWN_APART = {
    "record_discussion", "calendar", "decision_new", "record_agreement", "prepare_learning", "referral", "export_request",
    "appoint", "hand_over", "absence_record", "told_instead", "person", "raise_step", "protocol_part", "protocol_return",
}  # fmt: skip


def shown(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def goes_out(client: Client) -> None:
    """Nothing is done for too long; the browser does not know."""
    session = client.session
    session[sessions.BEGAN] = session[sessions.USED] = time.time() - sessions.IDLE - sessions.GRAIN
    session.save()


def faults(places: Places, form: Form, seen: set[str]) -> Iterator[str]:
    """What is wrong when a form is sent without scripts after its session has ended."""
    client, who = Client(), places.who(form.who).user
    client.force_login(who)
    url = form.page.format(**places.names)
    opened: Any = client.get(url)
    page = Page(opened, url)
    found = asked(page, form.name)
    address = found.get("action") or url
    is_written_in = bool(found.xpath(".//textarea | .//select | .//input[not(@type='hidden' or @type='file')]"))
    if is_written_in and found.get("data-autosave-url") != address.partition("?")[0]:
        yield "does not save itself"
    (key,) = found.xpath(".//input[@name='once']/@value")
    if len(key) < 20 or key in seen:
        yield "has no key of its own"
    seen.add(key)
    goes_out(client)
    filled = {name: value for name, value in found.form_values() if name not in ("file", "document")}
    answer: Any = client.post(address, filled | {box.get("name"): WORDS for box in boxes(found)})
    if not answer["Location"].startswith("/account/login/"):
        yield f"answers {answer.status_code}"
    client.force_login(who)
    if boxes(found) and KEPT not in shown(client, url):
        yield "is lost"


def test_every_form_saves_itself_has_a_key_and_shows_what_came_too_late(clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    places, seen = Places(now), set[str]()
    missing = []
    # Under the account nothing is kept, because secrets are typed there; nor where somebody is safe.
    kept = [form for form in FORMS if not form.page.startswith("/account/") and APART not in form.page]
    for form in [form for form in kept if form.name in DRAWN_APART or "LONG" in os.environ]:
        with transaction.atomic():
            missing += [f"{form}: {told}" for told in faults(places, form, seen)]
            transaction.set_rollback(True)
    assert not missing, "\n".join(missing)


def test_forms_are_drawn_by_the_component_alone() -> None:
    """No template draws a form that posts without its CSRF token and its one-time key."""
    for file in sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html")):
        for form in re.findall(r'<form[^>]*method="post".*?</form>', file.read_text(), re.DOTALL):
            assert "{% csrf_token %}{% once %}" in form, file


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def url(people: Cast, now: datetime) -> str:
    """The page for taking back a dispute."""
    return f"/disputes/{make_dispute(people, now=now).reference}/withdrawal/withdraw/"


def test_it_is_its_writers_alone_and_the_database_cannot_read_it(client: Client, people: Cast, url: str) -> None:
    client.force_login(people.council.practitioner.user)
    assert client.post(url, {"reason": WORDS}, headers=SAVES).status_code == 204
    other = Client()
    other.force_login(people.council.line_manager.user)
    assert KEPT in shown(client, url)
    assert KEPT not in shown(other, url)
    assert "sentence" not in Typed.objects.get().text


def test_a_refused_form_is_kept_and_a_sent_one_is_not(client: Client, people: Cast, url: str) -> None:
    client.force_login(people.council.practitioner.user)
    refused = client.post(url, {"reason": KEPT})
    assert refused.status_code == 200
    assert KEPT in shown(client, url)
    opened: Any = client.get(url)
    data = dict(Page(opened, url).form("Withdraw").form_values())
    assert data["reason"].strip() == KEPT
    assert client.post(url, data | {"ending": "withdrawn", "reason": KEPT}).status_code == 302
    assert not Typed.objects.exists()


def test_one_can_start_anew(people: Cast, url: str) -> None:
    visitor = Visitor(people.council.practitioner)
    visitor.client.post(url, {"reason": KEPT}, headers=SAVES)
    page = visitor.opens(url)
    assert "What you typed here before, and did not send, is below." in page.text
    assert KEPT not in visitor.sends(page, "Start anew").text
    assert not Typed.objects.exists()


def test_secrets_and_what_belongs_to_no_form_are_never_kept(client: Client, people: Cast) -> None:
    client.force_login(people.council.practitioner.user)
    for address in ("/account/e-mail/", "/api/cases/"):
        client.post(address, {"digest_at": "08:30"}, headers=SAVES)
    client.post("/cases/", {"password": PASSWORD, "once": "abc", "prove_code": "123456"}, headers=SAVES)
    client.logout()
    client.post("/cases/", {"reason": KEPT}, headers=SAVES)
    assert not Typed.objects.exists()


def test_it_goes_after_three_days(people: Cast, now: datetime) -> None:
    user = people.council.practitioner.user
    typed.keep_typed(user_id=user.pk, address="/cases/", answers={"a": ["b"]}, now=now)
    sent.claim_key(user_id=user.pk, key="k", content="c")
    for hours, left in ((71, 1), (73, 0)):
        typed.forget_old_text(now=now + timedelta(hours=hours))
        sent.forget_old_keys(now=now + timedelta(hours=hours))
        assert (Typed.objects.count(), Sent.objects.count()) == (left, left)


def test_what_was_saved_on_the_way_does_not_come_back_after_sending(people: Cast, now: datetime) -> None:
    user = people.council.practitioner.user
    sent.claim_key(user_id=user.pk, key="k", content="c")
    kept: dict[str, Any] = {"user_id": user.pk, "address": "/cases/", "answers": {"a": ["b"]}, "key": "k"}
    typed.keep_typed(**kept, now=now)
    assert not Typed.objects.exists()
    typed.keep_typed(**kept, now=now + timedelta(minutes=1))
    assert Typed.objects.exists()
