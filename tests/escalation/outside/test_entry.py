"""A link and a code let somebody outside in, few times and not for long (F55)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail

from cases.errors import Refused
from cases.models import AuditEvent
from escalation import outside_mail
from escalation.actions import outside, outside_answers
from escalation.models import OutsideEntry, OutsideInvitation, OutsideMail
from tests.escalation.outside.steps import (
    ANSWERS,
    a_code,
    is_in,
    let_in,
    newest_mail,
    token_in,
)
from tests.factories import Cast

pytestmark = pytest.mark.django_db


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


def test_a_code_that_is_too_old_is_not_sent_any_more(token: str, now: datetime) -> None:
    outside_answers.send_code(token=token, now=now)
    before = len(mail.outbox)
    assert outside_mail.deliver_owed(now=now + timedelta(minutes=11)) == 0
    assert len(mail.outbox) == before
    assert not OutsideMail.objects.exclude(sealed="").exists()
