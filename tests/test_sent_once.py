"""What is sent again under the same one-time key is done once and answered alike, also by two processes at one moment (R13)."""

from __future__ import annotations

from datetime import datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from cases import audit
from cases.models import AuditEvent, Sent, Typed
from escalation.actions import restrictions
from escalation.actions.restrictions import Wanted
from escalation.models import Action, Discussion, Dispute, Point
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.escalation.work_pages import SAFE, TALK
from tests.factories import Cast
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.journeys.visiting import Page, Visitor
from tests.questions import Questions

KEY = {"once": "a-key-of-this-form"}


@pytest.fixture
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@pytest.fixture
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def at(dispute: Dispute, rest: str = "discussions/record/") -> str:
    return f"/disputes/{dispute.reference}/{rest}"


@pytest.mark.django_db
class TestForms:
    """Forms on pages, whose key is a hidden field."""

    def test_a_form_sent_twice_is_done_once_and_leads_to_the_same_place(
        self, client: Client, people: Cast, dispute: Dispute
    ) -> None:
        client.force_login(people.council.practitioner.user)
        events = AuditEvent.objects.count()
        answers: list[Any] = [client.post(at(dispute), TALK | KEY) for _ in range(3)]
        assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, at(dispute, ""))] * 3
        assert Discussion.objects.count() == 1
        assert AuditEvent.objects.count() == events + 1
        assert "It was sent already, and is recorded once." in client.get(at(dispute, "")).content.decode()
        assert client.post(at(dispute), TALK | {"once": "another-key"}).status_code == 302
        assert Discussion.objects.count() == 2

    def test_a_refused_form_leaves_its_key_free(self, client: Client, people: Cast, dispute: Dispute) -> None:
        client.force_login(people.council.practitioner.user)
        assert client.post(at(dispute), TALK | KEY | {"result": ""}).status_code == 200
        assert not Sent.objects.exists()
        assert client.post(at(dispute), TALK | KEY).status_code == 302
        assert Sent.objects.get().status == 302

    def test_what_was_changed_after_sending_is_not_sent_and_not_lost(
        self, client: Client, people: Cast, dispute: Dispute
    ) -> None:
        client.force_login(people.council.practitioner.user)
        client.post(at(dispute), TALK | KEY)
        answer: Any = client.post(at(dispute), TALK | KEY | {"result": "They rang back."})
        assert answer["Location"] == at(dispute)
        shown: Any = client.get(answer["Location"])
        page = Page(shown, at(dispute))
        assert "You have sent this form already." in page.text
        assert "They rang back." in page.text
        assert Discussion.objects.count() == 1
        assert client.post(at(dispute), dict(page.form("Save").form_values())).status_code == 302
        assert Discussion.objects.filter(result="They rang back.").count() == 1
        assert not Typed.objects.exists()

    def test_a_key_is_its_persons_alone(self, people: Cast, dispute: Dispute) -> None:
        for who in (people.council.practitioner, people.health.practitioner):
            client = Client()
            client.force_login(who.user)
            assert client.post(at(dispute, "points/add/"), POINT | KEY).status_code == 302
        assert Point.objects.count() == 2

    def test_what_cannot_be_a_key_is_none(self, client: Client, people: Cast, dispute: Dispute) -> None:
        client.force_login(people.council.practitioner.user)
        for bad in ("x" * 61, "a\x00b", ""):
            assert client.post(at(dispute), TALK | {"once": bad}).status_code == 302
        assert not Sent.objects.exists()

    def test_a_visitor_who_goes_back_and_presses_again_sends_once(self, people: Cast, dispute: Dispute) -> None:
        visitor = Visitor(people.council.practitioner)
        page = visitor.opens(at(dispute, "safety/confirm/"))
        for _ in range(2):
            visitor.sends(page, "Save", answer=SAFE["answer"], how=SAFE["how"])
        assert dispute.safety_confirmations.count() == 2  # the other is that of raising it

    def test_it_costs_two_statements(self, client: Client, people: Cast, dispute: Dispute) -> None:
        client.force_login(people.council.practitioner.user)
        client.post(at(dispute), TALK)
        with Questions(connection) as without:
            client.post(at(dispute), TALK)
        with Questions(connection) as under_a_key:
            client.post(at(dispute), TALK | KEY)
        # Without a key the unsent text is forgotten by a statement of its own; under one it goes with the answer.
        assert len(under_a_key) - len(without) == 1


POINT = {"text": "She cannot be alone.", "stance": "disputed", "says": "She fell twice.", "weight": "high", "threshold": "S3"}


@pytest.mark.django_db
def test_an_answer_is_given_again_only_to_whoever_may_still_know(people: Cast, dispute: Dispute, now: datetime) -> None:
    client = signed_in(people.health.practitioner)
    read = AuditEvent.objects.filter(action="case_read", user=people.health.practitioner.user)
    key = {"Idempotency-Key": "a"}
    answers = [client.post(one(dispute, "points/"), POINT, headers=key) for _ in range(2)]
    assert [(answer.status_code, dispute.title in str(answer.data)) for answer in answers] == [(200, True)] * 2
    assert read.count() == 2
    named = [people.council.practitioner, people.council.senior_manager]
    restrictions.restrict(dispute=fresh(dispute), wanted=Wanted(named, "A neighbour."), by=named[1], now=now)
    shut = client.post(one(dispute, "points/"), POINT, headers=key)
    assert (shut.status_code, shut.data["code"], read.count()) == (404, "not_found", 2)


@pytest.mark.django_db
class TestPrograms:
    """The API, whose key is a header."""

    def test_any_act_is_done_once_under_its_key(self, people: Cast, dispute: Dispute) -> None:
        client = signed_in(people.council.practitioner)
        data = {"what": "Book it.", "owner": people.council.practitioner.pk, "due_on": "2026-04-20"}
        first, again = (client.post(one(dispute, "actions/"), data, headers={"Idempotency-Key": "a"}) for _ in range(2))
        assert (first.status_code, first.data) == (again.status_code, again.data)
        assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
        assert Action.objects.count() == 1
        assert dispute.reference not in Sent.objects.get().body

    def test_another_request_under_the_same_key_is_told_so(self, people: Cast, dispute: Dispute) -> None:
        client = signed_in(people.council.practitioner)
        data = {"what": "Book it.", "owner": people.council.practitioner.pk, "due_on": "2026-04-20"}
        for what, status in (("", 400), ("Book it.", 200), ("Cancel it.", 400)):
            answer = client.post(one(dispute, "actions/"), data | {"what": what}, headers={"Idempotency-Key": "a"})
            assert answer.status_code == status
        assert answer.data["field"] == "Idempotency-Key"
        assert client.post(one(dispute, "actions/"), data, headers={"Idempotency-Key": "x" * 61}).status_code == 400
        assert Action.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_one_moment_send_once(people: Cast, dispute: Dispute) -> None:
    """Two web processes: the second waits for the first, and answers as it did."""
    client = Client()
    client.force_login(people.council.practitioner.user)
    cookie = client.cookies["sessionid"].value
    for number in range(3):
        barrier, answers = Barrier(2), list[Any]()

        def send(number: int = number, barrier: Barrier = barrier, answers: list[Any] = answers) -> None:
            browser = Client()
            browser.cookies["sessionid"] = cookie
            barrier.wait()
            answers.append(browser.post(at(dispute), TALK | {"once": f"key-{number}"}))
            connection.close()

        threads = [Thread(target=send) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, at(dispute, ""))] * 2
        assert Discussion.objects.count() == number + 1
    assert Sent.objects.count() == 3
    assert list(audit.broken_links()) == []
