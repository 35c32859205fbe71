"""Taking a dispute further, straight to a later stage, or back: gates told before the click and held against any post."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from escalation.actions import moves
from escalation.actions.sweep import sweep
from escalation.models import Dispute, DisputeStage
from escalation.models.dispute import Status
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import (
    climb,
    do_raising_duties,
    fresh,
    leader_of,
    make_dispute,
    people_under,
    publish,
    source_protocol,
)
from tests.worlds import shared

pytestmark = pytest.mark.django_db

REASON = {"reason": "Nothing was agreed and she cannot be alone at night."}
HOW = REASON | {"ending": "raised_in_error"}


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def url(dispute: Dispute, path: str) -> str:
    return f"/disputes/{dispute.reference}/{path}"


def as_(client: Client, who: Appointment) -> Client:
    client.force_login(who.user)
    return client


def test_a_shut_gate_is_explained_before_the_click_and_holds_against_a_direct_post(
    client: Client, people: Cast, dispute: Dispute
) -> None:
    as_(client, people.council.practitioner)
    page = client.get(url(dispute, "stage/escalate/")).content.decode()
    assert "Record at least one attempt or discussion" in page
    assert f"({people.council.agency.short_name})" in page
    assert f"/disputes/{dispute.reference}/discussions/record/" in page
    assert "<textarea" not in page
    summary = client.get(url(dispute, "")).content.decode()
    assert "Escalate now: not open yet" in summary
    before = dispute.chronology.count()
    response = client.post(url(dispute, "stage/escalate/"), REASON | {"seen": dispute.token})
    assert response.status_code == 409
    said = response.content.decode()
    assert "Before this can be done: Record at least one attempt or discussion" in said
    assert "she cannot be alone at night" in said
    assert fresh(dispute).stage == 1
    assert dispute.chronology.count() == before


def test_with_the_gates_open_it_goes_to_the_next_stage(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    do_raising_duties(dispute, now=now)
    as_(client, people.council.practitioner)
    assert "Escalate now: not open yet" not in client.get(url(dispute, "")).content.decode()
    assert "Managers or safeguarding leads" in client.get(url(dispute, "stage/escalate/")).content.decode()
    empty = client.post(url(dispute, "stage/escalate/"), {"seen": dispute.token})
    assert "Say what is not agreed and why it must go further" in empty.content.decode()
    assert client.post(url(dispute, "stage/escalate/"), REASON | {"seen": dispute.token}).status_code == 302
    assert fresh(dispute).stage == 2


def test_feedback_and_the_notice_of_intention_are_written_in_the_same_act(
    client: Client, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    people = people_under("dundee", now=now)
    dispute = make_dispute(people, now=now)
    while not dispute.duties.filter(stage=dispute.stage, kind="intention_notified", gate__in=("escalate", "leave")).exists():
        dispute = climb(dispute, now=now)
    do_raising_duties_but(dispute, "intention_notified", now=now)
    as_(client, leader_of(dispute, "raising"))
    page = client.get(url(dispute, "stage/escalate/")).content.decode()
    assert "What should the other side know before it goes further?" in page
    stage = dispute.stage
    refused = client.post(url(dispute, "stage/escalate/"), REASON | {"seen": dispute.token})
    assert refused.status_code == 409
    assert fresh(dispute).stage == stage
    answers = REASON | {"seen": dispute.token, "intention": "It goes to your head of service."}
    assert client.post(url(dispute, "stage/escalate/"), answers).status_code == 302
    assert fresh(dispute).stage == stage + 1
    assert dispute.intentions.filter(stage=stage).count() == 1


def do_raising_duties_but(dispute: Dispute, kind: str, *, now: datetime) -> None:
    """Everything owed here except one duty."""
    held = dispute.duties.filter(stage=dispute.stage, kind=kind)
    held.update(done_at=now)
    do_raising_duties(dispute, now=now)
    held.update(done_at=None)


def test_somebody_acted_first_so_the_second_is_told_what_changed_and_keeps_their_words(
    client: Client, people: Cast, dispute: Dispute, now: datetime, clock: Clock
) -> None:
    seen = dispute.token
    clock.move_to(now + timedelta(hours=1))
    dispute = climb(dispute, now=now + timedelta(hours=1))
    as_(client, people.council.line_manager)
    response = client.post(url(dispute, "stage/escalate/"), REASON | {"seen": seen})
    assert response.status_code == 409
    said = response.content.decode()
    assert "This has moved on since you opened the page" in said
    assert "Not agreed: taken further" in said
    assert "she cannot be alone at night" in said
    assert f'value="{fresh(dispute).token}"' in said
    assert fresh(dispute).stage == 2


@pytest.mark.parametrize("seen", ["x", "1.2", "1.awaiting_reply.1e999", "1.awaiting_reply.nan", "9" * 80])
def test_a_made_up_token_is_stale(client: Client, people: Cast, dispute: Dispute, now: datetime, seen: str) -> None:
    do_raising_duties(dispute, now=now)
    as_(client, people.council.practitioner)
    assert client.post(url(dispute, "stage/escalate/"), REASON | {"seen": seen}).status_code == 409
    assert fresh(dispute).stage == 1


def test_the_originator_may_go_on_alone_when_nobody_answers(client: Client, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    people = people_under("luton", now=now)
    dispute = climb(make_dispute(people, now=now), now=now)
    as_(client, people.council.practitioner)
    waiting = client.get(url(dispute, "stage/escalate/"))
    assert waiting.status_code == 403
    assert "You can do it yourself when those who were asked stay silent" in waiting.content.decode()
    do_raising_duties(dispute, now=now)
    late = now + timedelta(days=30)
    clock.move_to(late)
    sweep(now=late)
    dispute, stage = fresh(dispute), fresh(dispute).stage
    as_(client, people.council.practitioner)
    page = client.get(url(dispute, "stage/escalate/"))
    assert page.status_code == 200
    assert "Take it further yourself: no reply came in time" in page.content.decode()
    assert client.post(url(dispute, "stage/escalate/"), REASON | {"seen": dispute.token}).status_code == 302
    assert fresh(dispute).stage == stage + 1


def test_the_other_side_cannot_take_it_further(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.health.practitioner)
    assert client.get(url(dispute, "stage/escalate/")).status_code == 403
    assert client.post(url(dispute, "stage/escalate/"), REASON | {"seen": dispute.token}).status_code == 403
    assert client.post(url(dispute, "stage/jump/"), REASON | {"to_stage": "3", "seen": dispute.token}).status_code == 403
    assert client.post(url(dispute, "withdrawal/withdraw/"), HOW | {"seen": dispute.token}).status_code == 403
    assert (fresh(dispute).stage, fresh(dispute).status) == (1, Status.AWAITING_REPLY)


def test_immediate_risk_goes_straight_to_a_later_stage_and_shows_what_was_skipped(
    client: Client, people: Cast, dispute: Dispute
) -> None:
    as_(client, people.council.practitioner)
    assert "Professionals" not in client.get(url(dispute, "stage/jump/")).content.decode().split("<form")[1]
    assert client.post(url(dispute, "stage/jump/"), REASON | {"to_stage": "1", "seen": dispute.token}).status_code == 200
    assert "Choose a stage" in client.post(url(dispute, "stage/jump/"), REASON | {"seen": dispute.token}).content.decode()
    answers = {"to_stage": "3", "reason": "She is alone from six o'clock.", "seen": dispute.token}
    assert client.post(url(dispute, "stage/jump/"), answers).status_code == 302
    page = client.get(url(dispute, "")).content.decode()
    assert fresh(dispute).stage == 3
    assert f"Skipped by {people.council.practitioner.described}" in page
    assert "She is alone from six o&#x27;clock." in page


def test_where_the_protocol_has_no_way_past_a_stage_there_is_no_button_and_no_post(
    client: Client, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    risk = source_protocol("halton").immediate_risk.model_copy(update={"may_enter_any_stage": False})
    publish(people.partnership, "halton", now=now, immediate_risk=risk, version="strict")
    dispute = make_dispute(people, now=now)
    as_(client, people.council.practitioner)
    assert "go straight to a later stage" not in client.get(url(dispute, "")).content.decode()
    answers = REASON | {"to_stage": "3", "seen": dispute.token}
    assert client.post(url(dispute, "stage/jump/"), answers).status_code == 403
    assert fresh(dispute).stage == 1


def test_withdrawing_needs_a_reason_and_keeps_the_record(client: Client, people: Cast, dispute: Dispute) -> None:
    as_(client, people.council.practitioner)
    refused = client.post(url(dispute, "withdrawal/withdraw/"), {"seen": dispute.token}).content.decode()
    assert "Say why it is withdrawn" in refused
    assert "Say how it ended" in refused
    answers = {"ending": "settled_otherwise", "reason": "The ward changed its mind.", "seen": dispute.token}
    assert client.post(url(dispute, "withdrawal/withdraw/"), answers, follow=True).status_code == 200
    assert fresh(dispute).status == Status.WITHDRAWN
    assert "The ward changed its mind." in client.get(url(dispute, "story/")).content.decode()
    again = client.post(url(dispute, "withdrawal/withdraw/"), answers)
    assert again.status_code == 409
    assert "The ward changed its mind." in again.content.decode()


def test_a_dispute_overtaken_by_events_is_recorded_shown_and_counted_as_such(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    other = make_dispute(people, now=now)
    as_(client, people.council.practitioner)
    answers = {"ending": "overtaken_by_events", "reason": "She moved in with her sister.", "seen": dispute.token}
    assert client.post(url(dispute, "withdrawal/withdraw/"), answers).status_code == 302
    stage = fresh(dispute).stages.get(closed_at__isnull=False)
    assert stage.closed_how == DisputeStage.ClosedHow.OVERTAKEN
    for path in ("", "story/"):
        assert "ithdrawn: overtaken by events" in client.get(url(dispute, path)).content.decode()
    assert AuditEvent.objects.get(action="dispute_withdraw").data["ending"] == "overtaken_by_events"
    found = client.get("/disputes/?status=overtaken_by_events").content.decode()
    assert "Withdrawn: overtaken by events: 1 in all." in found
    assert dispute.reference in found
    assert other.reference not in found
    assert "0 in all" in client.get("/disputes/?status=raised_in_error").content.decode()
    api = signed_in(people.council.practitioner)
    shown = api.get(one(dispute)).json()
    assert shown["withdrawn_as"] == "overtaken_by_events"
    assert shown["turn"]["sentence"].endswith("was withdrawn: overtaken by events.")
    listed = api.get("/api/disputes/?withdrawn_as=overtaken_by_events").json()["results"]
    assert [line["reference"] for line in listed] == [dispute.reference]
    assert api.get("/api/disputes/?withdrawn_as=lunch").status_code == 400
    with pytest.raises(Refused, match="how it ended"):
        moves.withdraw(dispute=other, reason="x", ending="lunch", by=people.council.practitioner, now=now)
