"""The pages of decisions as a whole: strangers find nothing, and no page asks more the more there is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from decisions.actions import afterwards
from decisions.actions.afterwards import NewIssue
from escalation.models import Dispute
from tests.clock import Clock
from tests.decisions.deciding_pages import as_, at
from tests.factories import Cast, cast, make_partnership
from tests.factories_decisions import make_record, sign, with_last_word
from tests.factories_disputes import make_dispute, people_under
from tests.questions import Questions
from tests.worlds import shared

pytestmark = pytest.mark.django_db

LATER = timedelta(hours=1)


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now + LATER)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def test_strangers_find_nothing(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    record = make_record(dispute, people.council.practitioner, now=now)
    names = (
        "dispute_decisions", "decision_new", "record_agreement", "referral", "submit_referral", "return_referral",
        "give_outcome", "concur", "confirm_outcome", "add_issue", "add_onward",
    )  # fmt: skip
    for name in names:
        assert client.get(at(name, dispute)).headers["Location"].startswith("/account/login/"), name
    elsewhere = cast(make_partnership("dundee"))
    for who in (people.stranger, people.board_manager, elsewhere.council.practitioner, elsewhere.chair):
        as_(client, who)
        for name in names:
            assert client.get(at(name, dispute)).status_code == 404, name
            assert client.post(at(name, dispute), {"x": "1"}).status_code in (404, 405), name
        for name in ("decision", "decision_edit", "decision_submit", "decision_sign", "decision_return", "decision_correct"):
            assert client.get(at(name, dispute, record.pk)).status_code in (404, 405), name
            assert client.post(at(name, dispute, record.pk), {"x": "1"}).status_code in (404, 405), name


def queries(client: Client, address: str) -> int:
    with Questions(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_tab_asks_the_same_number_of_questions_however_much_there_is(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    dispute = with_last_word(dispute, now=now)
    owner, signer = people.council.board_representative, people.council.senior_manager
    issue = NewIssue("Who pays in May", owner, (now + timedelta(days=30)).date())
    afterwards.add_issue(dispute=dispute, issue=issue, by=signer, now=now)
    sign(make_record(dispute, owner, now=now), signer, now=now)
    as_(client, owner)
    queries(client, at("dispute_decisions", dispute))
    few = queries(client, at("dispute_decisions", dispute))
    for _ in range(4):
        sign(make_record(dispute, owner, now=now), signer, now=now)
        afterwards.add_issue(dispute=dispute, issue=issue, by=signer, now=now)
    assert queries(client, at("dispute_decisions", dispute)) == few


def test_the_list_of_further_bodies_too(client: Client, people: Cast, now: datetime) -> None:
    with_last_word(make_dispute(people, now=now), now=now)
    as_(client, people.chair)
    queries(client, reverse("onward"))
    few = queries(client, reverse("onward"))
    for _ in range(2):
        with_last_word(make_dispute(people, now=now), now=now)
    read = 2  # for each case of which it names something: the time, and that it was read
    assert queries(client, reverse("onward")) == few + 2 * read
