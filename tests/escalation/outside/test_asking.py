"""Who may ask somebody outside, what the mail says, and what becomes of an address that takes none (F55)."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from cases.errors import Refused
from escalation import outside_mail
from escalation.actions import outside, outside_answers, restrictions
from escalation.actions.bounces import Taken, take_report
from escalation.lawful import Basis, Consent, Lawful
from escalation.models import Dispute, OutsideInvitation
from escalation.permissions import may_invite_outside
from tests.escalation.outside.steps import (
    EMAIL,
    NAME,
    SHARED,
    invited,
    newest_mail,
    token_in,
    told,
)
from tests.escalation.test_bounces import report
from tests.factories import Cast
from tests.factories_disputes import climb, fresh

pytestmark = pytest.mark.django_db


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
        ({"organisation": ""}, "organisation"), ({"lawful": Lawful(Basis.CARE, Consent.REFUSES, " ")}, "sharing_why"),
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


def test_the_mail_holds_a_link_and_nothing_of_anybody(dispute: Dispute, people: Cast, now: datetime) -> None:
    asked = invited(dispute, people.council.practitioner, now)
    token = token_in(newest_mail(now))
    message = mail.outbox[-1]
    assert message.to == [EMAIL]
    text = f"{message.subject} {message.body}"
    for word in (NAME, SHARED, asked.organisation, asked.dispute.reference, asked.invited_by.user.name, "M. E."):
        assert word not in text
    row = OutsideInvitation.objects.get()
    assert token not in {row.link_hash, *row.mails.values_list("sealed", flat=True)}
    assert not row.mails.get().sealed


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


def test_nobody_outside_is_asked_any_more_once_the_case_is_restricted(
    asked: OutsideInvitation, token: str, dispute: Dispute, people: Cast, now: datetime
) -> None:
    named, manager = [people.council.practitioner, people.council.senior_manager], people.council.senior_manager
    restrictions.restrict(dispute=fresh(dispute), wanted=restrictions.Wanted(named, "A neighbour."), by=manager, now=now)
    asked.refresh_from_db()
    assert (asked.ended_how, asked.ended_by) == (OutsideInvitation.End.TAKEN_BACK, manager)
    made = asked.entries.count()
    outside_answers.send_code(token=token, now=now)
    assert asked.entries.count() == made
