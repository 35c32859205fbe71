"""Positions, reviews, measures and feedback at their pages: two colleagues at once, reasons, owners and dates."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from escalation.models import Dispute, Position
from escalation.models.dispute import Status
from tests.clock import Clock
from tests.escalation.work_pages import as_, parts, url
from tests.factories import Cast
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def test_the_reply_moves_the_dispute(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.health.practitioner)
    page = client.get(url(dispute, "positions/state/")).content.decode()
    assert "We keep to our decision" in page
    assert "We want to talk before we answer" in page
    assert "We hold that the decision is not safe" not in page
    answers = {"stance": "stands", "text": "The ward assessed her as able.", "seen": "1.-1"}
    assert client.post(url(dispute, "positions/state/"), answers).status_code == 302
    assert fresh(dispute).status == Status.IN_DISCUSSION
    assert dispute.positions.get().stance == "stands"


def test_two_colleagues_writing_one_position_are_shown_both_versions(client: Client, people: Cast, dispute: Dispute) -> None:
    client = as_(client, people.health.practitioner)
    client.post(url(dispute, "positions/state/"), {"stance": "talk", "text": "First words.", "seen": "1.-1"})
    late = {"stance": "stands", "text": "Second words.", "seen": "1.-1"}
    response = client.post(url(dispute, "positions/state/"), late)
    assert response.status_code == 409
    said = response.content.decode()
    assert "First words." in said
    assert "Second words." in said
    assert dispute.positions.get().text == "First words."
    again = client.post(url(dispute, "positions/state/"), late | {"seen": "1.0"})
    assert again.status_code == 302
    assert dispute.positions.get().text == "Second words."


def test_a_position_typed_at_an_ended_stage_is_kept_and_not_written_at_the_next(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    climb(dispute, now=now)
    at_second_stage = Position.objects.filter(dispute=dispute, stage=2, agency=people.health.agency)
    response = as_(client, people.health.line_manager).post(
        url(dispute, "positions/state/"), {"stance": "stands", "text": "Typed for stage 1.", "seen": "1.-1"}
    )
    assert response.status_code == 409
    assert "Typed for stage 1." in response.content.decode()
    assert not at_second_stage.exists()


def test_a_manager_reviews_with_reasons(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = climb(dispute, now=now)
    as_(client, people.council.line_manager)
    assert client.get(url(dispute, "reviews/record/")).status_code == 200
    assert "Give your reasons" in client.post(url(dispute, "reviews/record/"), {"agrees": "yes"}).content.decode()
    response = client.post(url(dispute, "reviews/record/"), {"agrees": "no", "rationale": "The ward's reasons hold."})
    assert response.status_code == 302
    review = dispute.reviews.latest("pk")
    assert (review.agrees, review.rationale) == (False, "The ward's reasons hold.")
    assert "The ward&#x27;s reasons hold." in client.get(url(dispute, "positions/")).content.decode()


def test_a_practitioner_is_told_that_a_review_is_not_theirs(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    page = client.get(url(dispute, "reviews/record/"))
    assert page.status_code == 403
    assert "This is not yours to do now." in page.content.decode()
    assert client.post(url(dispute, "reviews/record/"), {"agrees": "yes", "rationale": "I say so."}).status_code == 403
    assert not dispute.reviews.exists()


def test_measures_need_an_owner_and_a_date(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    answers = {"answer": "with_measures", "how": "Seen today.", "measures": "Night sitter until Friday."}
    response = client.post(url(dispute, "safety/confirm/"), answers)
    assert "Say who looks after these measures." in response.content.decode()
    answers |= {"measures_owner": "Jo Price, ward manager"} | parts("review_on", day="10", month="4", year="2026")
    assert client.post(url(dispute, "safety/confirm/"), answers).status_code == 302
    page = client.get(url(dispute, "")).content.decode()
    assert "Yes, with measures in place" in page
    assert "Night sitter until Friday." in page
    assert "Fri 10 April 2026" in page


def test_feedback_reaches_the_originator_and_opening_marks_it_read(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    dispute = climb(dispute, now=now)
    as_(client, people.council.line_manager)
    assert people.council.practitioner.user.name in client.get(url(dispute, "feedback/give/")).content.decode()
    answers = {"text": "Nothing was done: the ward is closed today.", "no_action": "on"}
    assert client.post(url(dispute, "feedback/give/"), answers).status_code == 302
    receipt = people.council.practitioner.feedback_receipts.latest("pk")
    assert receipt.read_at is None
    as_(client, people.council.practitioner)
    first, second = (client.get(url(dispute, "")).content.decode() for _ in range(2))
    assert "Nothing was done: the ward is closed today." in first
    assert "New</strong>" in first
    assert "New</strong>" not in second
    assert "No action was taken." in second
    receipt.refresh_from_db()
    assert receipt.read_at is not None
