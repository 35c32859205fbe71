"""Somebody outside without an account: who may ask them, what they get, how long it holds, and what came of it (F55)."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction

from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from escalation import outside_mail
from escalation.actions import moves, outside, outside_answers, restrictions
from escalation.actions.bounces import Taken, take_report
from escalation.models import Dispute, Notification, OutsideEntry, OutsideInvitation, OutsideMail
from escalation.permissions import may_invite_outside
from tests.clock import Clock
from tests.escalation.outside_steps import ANSWERS, EMAIL, NAME, SHARED, code_in, invited, newest_mail, token_in
from tests.escalation.test_bounces import report
from tests.factories import Cast
from tests.factories_disputes import climb, fresh, make_dispute, people_under

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@pytest.fixture
def dispute(people: Cast, now: datetime) -> Dispute:
    """At Halton's stage 1, which practitioners lead."""
    return make_dispute(people, now=now)


@pytest.fixture
def asked(dispute: Dispute, people: Cast, now: datetime) -> OutsideInvitation:
    return invited(dispute, people.council.practitioner, now)


@pytest.fixture
def token(asked: OutsideInvitation, now: datetime) -> str:
    return token_in(newest_mail(now))


def a_code(token: str, now: datetime) -> str:
    outside_answers.send_code(token=token, now=now)
    return code_in(newest_mail(now))


def let_in(token: str, now: datetime) -> str:
    return outside_answers.enter(token=token, code=a_code(token, now), now=now)


def is_in(key: str, now: datetime) -> bool:
    return outside_answers.look(key=key, now=now) is not None


def told(dispute: Dispute, who: Appointment, what: str) -> list[str]:
    rows = Notification.objects.filter(dispute=dispute, recipient=who, key__contains=f":{what}")
    return list(rows.values_list("text", flat=True))


def test_asked_by_whoever_speaks_for_their_agency_at_the_stage(dispute: Dispute, people: Cast, now: datetime) -> None:
    for who in (people.council.practitioner, people.health.practitioner):
        assert may_invite_outside(fresh(dispute), who), who
    climb(dispute, now=now)
    for who in (people.council.line_manager, people.health.line_manager):
        assert may_invite_outside(fresh(dispute), who), who
    for who in (people.council.practitioner, people.chair, people.board_manager, people.auditor, people.stranger):
        assert not may_invite_outside(fresh(dispute), who), who
        with pytest.raises(Refused, match="not yours"):
            invited(dispute, who, now)


def test_of_a_restricted_case_only_those_named_ask(dispute: Dispute, people: Cast, now: datetime) -> None:
    senior, manager = people.council.senior_manager, people.council.practitioner
    named = [senior, manager]
    restrictions.restrict(
        dispute=dispute, wanted=restrictions.Wanted(named, "A neighbour works here."), by=senior, now=now
    )
    assert may_invite_outside(fresh(dispute), manager)
    assert not may_invite_outside(fresh(dispute), people.health.practitioner)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"questions": (" ",)}, "question_1"), ({"questions": ("Who?",) * 6}, "question_1"), ({"shared": " "}, "shared"),
        ({"purpose": ""}, "purpose"), ({"email": "not an address"}, "email"), ({"name": ""}, "name"),
        ({"organisation": ""}, "organisation"),
    ],
)  # fmt: skip
def test_nothing_is_asked_half(
    dispute: Dispute, people: Cast, now: datetime, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        invited(dispute, people.council.practitioner, now, **changes)
    assert refusal.value.field == field
    assert not dispute.outside_invitations.exists()


def test_it_runs_from_today_for_twenty_eight_days_at_most(dispute: Dispute, people: Cast, now: datetime) -> None:
    by, today = people.council.practitioner, now.date()
    for day in (today - timedelta(days=1), today + timedelta(days=29)):
        with pytest.raises(Refused, match="28 days"):
            invited(dispute, by, now, until_on=day)
    row = invited(dispute, by, now, until_on=today + timedelta(days=28))
    assert row.expires_at - now < timedelta(days=29)
    assert outside.usual_day(dispute, now=now) > today + timedelta(days=4)


def test_the_mail_holds_a_link_and_nothing_of_anybody(asked: OutsideInvitation, token: str) -> None:
    message = mail.outbox[-1]
    assert message.to == [EMAIL]
    text = f"{message.subject} {message.body}"
    for word in (NAME, SHARED, asked.organisation, asked.dispute.reference, asked.invited_by.user.name, "M. E."):
        assert word not in text
    row = OutsideInvitation.objects.get()
    assert token not in {row.link_hash, *row.mails.values_list("sealed", flat=True)}
    assert not row.mails.get().sealed


def test_a_code_is_used_once_and_holds_ten_minutes(token: str, now: datetime) -> None:
    code = a_code(token, now)
    assert not outside_answers.enter(token=token, code=code, now=now + timedelta(minutes=10))
    assert outside_answers.enter(token=token, code=code, now=now + timedelta(minutes=9))
    assert not outside_answers.enter(token=token, code=code, now=now + timedelta(minutes=9))
    assert code not in {OutsideEntry.objects.get().code_hash}


def test_five_tries_a_code_and_the_newest_alone(token: str, now: datetime) -> None:
    first, second = a_code(token, now), a_code(token, now)
    wrong = "000000" if second != "000000" else "111111"
    if first != second:
        assert not outside_answers.enter(token=token, code=first, now=now)
    for _ in range(5):
        assert not outside_answers.enter(token=token, code=wrong, now=now)
    assert not outside_answers.enter(token=token, code=second, now=now)
    assert AuditEvent.objects.filter(action="outside_code_wrong").count() == 5


def test_five_codes_an_hour_and_twenty_for_a_link(token: str, now: datetime) -> None:
    for _ in range(6):
        outside_answers.send_code(token=token, now=now)
    assert OutsideEntry.objects.count() == 5
    for hours in range(1, 8):
        for _ in range(4):
            outside_answers.send_code(token=token, now=now + timedelta(hours=2 * hours))
    assert OutsideEntry.objects.count() == 20


def test_what_opens_nothing_sends_nothing_and_says_nothing(token: str, asked: OutsideInvitation, now: datetime) -> None:
    for link, at in (("x" * 43, now), (token, asked.expires_at)):
        outside_answers.send_code(token=link, now=at)
        assert outside_answers.enter(token=link, code="123456", now=at) == ""
    assert not OutsideEntry.objects.exists()


def test_inside_for_half_an_hour_unused_and_eight_hours_at_most(token: str, now: datetime) -> None:
    key = let_in(token, now)
    assert is_in(key, now + timedelta(minutes=29))
    assert not is_in(key, now + timedelta(minutes=59))
    at = now + timedelta(minutes=20)
    for _ in range(23):
        assert is_in(key, at)
        at += timedelta(minutes=20)
    assert not is_in(key, now + timedelta(hours=8))
    assert not is_in("", now)


def test_taken_back_it_opens_nothing_from_that_moment(
    token: str, asked: OutsideInvitation, people: Cast, now: datetime
) -> None:
    key = let_in(token, now)
    outside.take_back(invitation=asked, why="The wrong home.", by=people.council.practitioner, now=now)
    assert not is_in(key, now)
    assert not outside_answers.enter(token=token, code="123456", now=now)
    with pytest.raises(Refused):
        outside_answers.answer(key=key, answers=ANSWERS, now=now)
    with pytest.raises(Refused, match="meanwhile"):
        outside.take_back(invitation=asked, why="Again.", by=people.council.practitioner, now=now)


def test_sent_again_the_first_link_is_dead(token: str, asked: OutsideInvitation, people: Cast, now: datetime) -> None:
    key, later = let_in(token, now), now + timedelta(minutes=1)
    with pytest.raises(Refused, match="not yours"):
        outside.send_again(invitation=asked, by=people.health.practitioner, now=later)
    outside.send_again(invitation=asked, by=people.council.practitioner, now=later)
    assert not is_in(key, later)
    second = token_in(newest_mail(later))
    assert second != token
    outside_answers.send_code(token=token, now=later)
    assert OutsideEntry.objects.count() == 1
    assert is_in(let_in(second, later), later)


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


def _what_happens(dispute: Dispute, who: Appointment) -> str:
    text = Notification.objects.filter(dispute=dispute, recipient=who, key__contains=":answered").get().text
    return text[text.index("What happens now") :]


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


def test_an_address_that_takes_no_mail_is_told_to_whoever_asked(
    asked: OutsideInvitation, dispute: Dispute, people: Cast, now: datetime
) -> None:
    row = asked.mails.get()
    outside_mail._postpone(row, smtplib.SMTPRecipientsRefused({EMAIL: (550, b"No such user")}), now=now)
    row.refresh_from_db()
    assert (row.failed_at, row.sealed, row.next_attempt_at) == (now, "", None)
    assert len(told(dispute, people.council.practitioner, "unreached")) == 1


def test_one_that_comes_back_later_is_told_as_well(
    asked: OutsideInvitation, token: str, dispute: Dispute, people: Cast, now: datetime
) -> None:
    came_back = report(None, message_id=str(asked.mails.get().message_id))
    assert take_report(came_back, now=now) == Taken.BOUNCED
    assert take_report(came_back, now=now) == Taken.KNOWN_ALREADY
    assert len(told(dispute, people.council.practitioner, "unreached")) == 1


def test_a_code_that_is_too_old_is_not_sent_any_more(token: str, now: datetime) -> None:
    outside_answers.send_code(token=token, now=now)
    before = len(mail.outbox)
    assert outside_mail.deliver_owed(now=now + timedelta(minutes=11)) == 0
    assert len(mail.outbox) == before
    assert not OutsideMail.objects.exclude(sealed="").exists()


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
