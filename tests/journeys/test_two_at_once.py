"""Two people act on one dispute at the same time, each at their own page: one wins, the other is told and loses no word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from cases.models import Appointment
from escalation.models import Dispute
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_decisions import referred, with_last_word
from tests.factories_disputes import climb, do_raising_duties, fresh, make_dispute, people_under
from tests.journeys.visiting import Page, Visitor

MOVED_ON = "This has moved on since you opened the page"
TYPED = "Typed at the same time by somebody else."
Place = Callable[[Cast, datetime], Dispute]
Act = tuple[str, str, str, dict[str, str]]


def at_second_stage(people: Cast, now: datetime) -> Dispute:
    dispute = climb(make_dispute(people, now=now), now=now)
    do_raising_duties(dispute, now=now)
    return fresh(dispute)


def is_referred(people: Cast, now: datetime) -> Dispute:
    return referred(make_dispute(people, now=now), now=now)


def waits_for_answers(people: Cast, now: datetime) -> Dispute:
    return with_last_word(make_dispute(people, now=now), now=now)


ESCALATE: Act = ("council.line_manager", "stage/escalate/", "Take it to Stage 3", {"reason": TYPED})
ESCALATE_TOO: Act = ("council.lead", "stage/escalate/", "Take it to Stage 3", {"reason": TYPED})
WITHDRAW: Act = ("council.practitioner", "withdrawal/withdraw/", "Withdraw", {"ending": "raised_in_error", "reason": TYPED})
AGREE: Act = ("health.line_manager", "agreement/record/", "Record it", {"text": TYPED, "reasons": "It meets the risk."})
GIVE: Act = ("chair", "outcome/give/", "Give the last word", {"text": TYPED, "reasons": "Nights."})
RETURN: Act = ("chair", "referral/return/", "Send it back", {"reason": TYPED})
CONFIRM: Act = ("council.senior_manager", "outcome/confirm/", "Send the answer", {"accepts": "yes", "text": TYPED})
CONFIRM_TOO: Act = ("council.board_representative", "outcome/confirm/", "Send the answer", {"accepts": "no", "text": TYPED})

RACES = {
    "two escalate": (at_second_stage, ESCALATE, ESCALATE_TOO),
    "one escalates, one withdraws": (at_second_stage, ESCALATE, WITHDRAW),
    "one withdraws, one escalates": (at_second_stage, WITHDRAW, ESCALATE),
    "one escalates, the other side agrees": (at_second_stage, ESCALATE, AGREE),
    "one agrees, the other side withdraws": (at_second_stage, AGREE, WITHDRAW),
    "it is decided and sent back": (is_referred, GIVE, RETURN),
}


def somebody(people: Cast, dotted: str) -> Appointment:
    found: Any = people
    for name in dotted.split("."):
        found = getattr(found, name)
    return found  # type: ignore[no-any-return]


def open_page(people: Cast, dispute: Dispute, act: Act) -> tuple[Visitor, Page]:
    visitor = Visitor(somebody(people, act[0]))
    return visitor, visitor.opens(f"/disputes/{dispute.reference}/{act[1]}")


@pytest.mark.django_db
@pytest.mark.parametrize("name", RACES)
def test_the_second_is_told_what_changed_and_keeps_every_word(name: str, clock: Clock, now: datetime) -> None:
    place, first, second = RACES[name]
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute = place(people, now)
    one, her_page = open_page(people, dispute, first)
    other, his_page = open_page(people, dispute, second)
    clock.advance(minutes=1)
    one.sends(her_page, first[2], **first[3])
    told = dispute.chronology.count()
    answer = other.sends(his_page, second[2], status=409, **second[3])
    assert MOVED_ON in answer.errors
    assert "What changed meanwhile" in answer.text
    assert TYPED in [box.value.strip() for box in answer.tree.iter("textarea")]
    assert dispute.chronology.count() == told


@pytest.mark.django_db
def test_a_second_answer_of_one_agency_changes_nothing(clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute = waits_for_answers(people, now)
    one, her_page = open_page(people, dispute, CONFIRM)
    other, his_page = open_page(people, dispute, CONFIRM_TOO)
    one.sends(her_page, CONFIRM[2], **CONFIRM[3])
    answer = other.sends(his_page, CONFIRM_TOO[2], status=403, **CONFIRM_TOO[3])
    assert "Your agency has given its written answer already." in answer.errors
    assert TYPED in [box.value.strip() for box in answer.tree.iter("textarea")]
    assert dispute.outcomes.get().confirmations.get().accepts


@pytest.mark.django_db(transaction=True)
def test_at_the_same_moment_one_wins_and_the_other_is_told(clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    for _ in range(3):
        dispute = at_second_stage(people, now)
        pages = [(open_page(people, dispute, act), act) for act in (ESCALATE, WITHDRAW)]
        barrier, statuses = Barrier(len(pages)), list[int]()

        def send(
            visitor: Visitor, page: Page, act: Act, barrier: Barrier = barrier, statuses: list[int] = statuses
        ) -> None:
            form = page.form(act[2])
            data = {name: value for name, value in form.form_values()} | act[3]
            barrier.wait()
            response: Any = visitor.client.post(page.url, data)
            statuses.append(response.status_code)
            connection.close()

        threads = [Thread(target=send, args=(*opened, act)) for opened, act in pages]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [302, 409]
