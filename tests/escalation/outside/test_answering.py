"""What somebody outside answers, who hears of it, and what is written down (F55)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from escalation.actions import moves, outside, outside_answers
from escalation.models import Dispute, Notification, OutsideInvitation
from tests.escalation.outside.steps import (
    ANSWERS,
    EMAIL,
    NAME,
    SHARED,
    is_in,
    let_in,
    told,
)
from tests.factories import Cast
from tests.factories_disputes import fresh

pytestmark = pytest.mark.django_db


def _what_happens(dispute: Dispute, who: Appointment) -> str:
    text = Notification.objects.filter(dispute=dispute, recipient=who, key__contains=":answered").get().text
    return text[text.index("What happens now") :]


def test_the_answer_is_told_as_theirs_once_and_those_who_asked_hear_of_it(
    token: str, asked: OutsideInvitation, dispute: Dispute, people: Cast, now: datetime
) -> None:
    key = let_in(token, now)
    with pytest.raises(Refused) as refusal:
        outside_answers.answer(key=key, answers={1: "Two carers."}, now=now)
    assert refusal.value.field == "answer_2"
    outside_answers.answer(key=key, answers=ANSWERS, now=now)
    entry = dispute.chronology.get(body__contains=ANSWERS[2])
    assert entry.stage == asked.stage
    assert (entry.by, NAME in entry.by_words) == (None, True)
    assert told(dispute, people.council.practitioner, "answered") == [
        f"{dispute.reference}: an answer has come from outside. " + _what_happens(dispute, people.council.practitioner)
    ]
    assert not told(dispute, people.health.practitioner, "answered")
    with pytest.raises(Refused, match="already"):
        outside_answers.answer(key=key, answers=ANSWERS, now=now)
    inside = outside_answers.look(key=key, now=now)
    assert inside is not None
    assert [one.answer for one in inside.questions] == list(ANSWERS.values())


def test_unanswered_at_its_end_whoever_asked_is_told_once(
    asked: OutsideInvitation, dispute: Dispute, people: Cast, now: datetime
) -> None:
    assert outside.end_those_over(now=now) == 0
    assert outside.end_those_over(now=asked.expires_at) == 1
    assert outside.end_those_over(now=asked.expires_at) == 0
    assert len(told(dispute, people.council.practitioner, "unanswered")) == 1
    asked.refresh_from_db()
    assert asked.ended_how == OutsideInvitation.End.TIME_OVER


def test_it_ends_with_its_dispute(
    asked: OutsideInvitation, token: str, dispute: Dispute, people: Cast, now: datetime
) -> None:
    key = let_in(token, now)
    moves.withdraw(dispute=fresh(dispute), reason="Settled by phone.", by=people.council.practitioner, now=now)
    assert not is_in(key, now)
    assert outside.end_those_over(now=now) == 1
    assert not told(dispute, people.council.practitioner, "unanswered")


def test_what_was_typed_too_late_is_kept_and_goes_with_the_invitation(
    asked: OutsideInvitation, token: str, now: datetime
) -> None:
    key = let_in(token, now)
    outside_answers.keep_draft(key=key, answers=ANSWERS, now=now + timedelta(minutes=45))
    assert asked.questions.get(number=1).draft == ANSWERS[1]
    outside.end_those_over(now=asked.expires_at)
    assert set(asked.questions.values_list("draft", flat=True)) == {""}


def test_every_step_is_in_the_chain_of_the_case_without_a_word(
    asked: OutsideInvitation, token: str, people: Cast, now: datetime
) -> None:
    key = let_in(token, now)
    is_in(key, now)
    outside_answers.answer(key=key, answers=ANSWERS, now=now)
    outside_answers.leave(key=key, now=now)
    outside.send_again(invitation=asked, by=people.council.practitioner, now=now)
    outside.take_back(invitation=asked, why="Done.", by=people.council.practitioner, now=now)
    events = AuditEvent.objects.filter(action__startswith="outside_").order_by("pk")
    assert [event.action.removeprefix("outside_") for event in events] == [
        "invited", "code_asked", "entered", "read", "answered", "left", "sent_again", "taken_back"
    ]  # fmt: skip
    assert {event.head.scope for event in events} == {f"case:{asked.dispute.case_id}"}
    said = str([event.data for event in events])
    assert not [word for word in (NAME, EMAIL, SHARED, *ANSWERS.values()) if word in said]


def test_the_database_keeps_it_as_it_was(asked: OutsideInvitation, token: str, now: datetime) -> None:
    outside_answers.answer(key=let_in(token, now), answers=ANSWERS, now=now)
    for statement in (
        "UPDATE escalation_outsideinvitation SET shared = 'Something else'",
        "UPDATE escalation_outsideinvitation SET expires_at = expires_at + interval '1 year'",
        "DELETE FROM escalation_outsideinvitation",
        "UPDATE escalation_outsidequestion SET answer = 'Nobody.'",
        "UPDATE escalation_outsideentry SET key_hash = 'x'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
