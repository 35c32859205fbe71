"""Rows that acts still change keep what was said, who is there and what has ended: the database, for the web's own role."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Model

from cases.models import Recovery
from decisions.models import OnwardItem, Outcome, OutstandingIssue
from escalation.actions.feedback import give_feedback
from escalation.models import Dispute, FeedbackReceipt, Participant, Party
from tests.factories import Cast, make_recovery
from tests.factories_disputes import climb, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    found = climb(make_dispute(people, now=now), now=now)
    by = people.council.line_manager
    give_feedback(dispute=found, text="She stays until Monday.", no_action=False, by=by, now=now)
    outcome = Outcome.objects.create(
        dispute=found, stage=2, source="agreed", kind="agreement", text="x", reasons="y", recorded_by=by, recorded_at=now
    )
    OutstandingIssue.objects.create(outcome=outcome, what="Pay.", agency=people.council.agency, owner=by, due_on=now.date())
    OnwardItem.objects.create(dispute=found, code="board", body="The board", reason="Policy.", created_at=now)
    make_recovery(people, now)
    return found


def refuses(model: type[Model], **changes: Any) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        model._default_manager.update(**changes) if changes else model._default_manager.all().delete()


def test_what_was_said_and_who_is_there_is_neither_rewritten_nor_removed(dispute: Dispute, people: Cast, now: datetime) -> None:
    for model in (Party, Participant, FeedbackReceipt, OutstandingIssue, OnwardItem, Recovery):
        refuses(model)
    refuses(Party, joined_at=now.replace(year=2020))
    refuses(Participant, is_originator=True)
    refuses(FeedbackReceipt, recipient=people.charity)
    refuses(OutstandingIssue, what="Nothing.")
    refuses(OnwardItem, reason="None.")
    refuses(Recovery, asked_by=people.health.lead)


def test_what_has_ended_stays_as_it_ended(dispute: Dispute, people: Cast, now: datetime) -> None:
    second, later = people.board_manager, now.replace(year=2027)
    FeedbackReceipt.objects.update(read_at=now)
    OutstandingIssue.objects.update(done_at=now, done_note="Paid.")
    OnwardItem.objects.update(meeting_on=now.date(), result="Noted.", result_at=now)
    Recovery.objects.update(answer="refused", answered_by=second, answered_at=now)
    refuses(FeedbackReceipt, read_at=later)
    refuses(OutstandingIssue, done_note="Never.")
    refuses(OnwardItem, result="Approved.")
    refuses(Recovery, answer="agreed")
