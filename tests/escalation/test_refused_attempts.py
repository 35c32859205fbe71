"""What was refused stands in the audit trail of what it was about: once, with ids only, and without telling whoever asked."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases import audit
from cases.actions.refusals import MOST_IN_A_MINUTE, record_repeats
from cases.models import Appointment, AuditEvent, Refusal
from escalation.models import ChronologyEntry, Dispute, Duty
from escalation.tasks import count_refusals
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.questions import Questions
from tests.worlds import shared

pytestmark = pytest.mark.django_db
REASON = "Nothing was agreed about the night."
TYPED = {"reason": REASON, "seen": ""}


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def as_(who: Appointment) -> Client:
    client = Client()
    client.force_login(who.user)
    return client


def refused(scope: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(head__scope=scope, action__startswith="refused").order_by("pk"))


def of_case(dispute: Dispute) -> list[AuditEvent]:
    return refused(audit.scope_of_case(dispute.case_id))


def page(dispute: Dispute, path: str) -> str:
    return f"/disputes/{dispute.reference}/{path}"


def test_a_shut_gate_by_page_and_by_program(people: Cast, dispute: Dispute) -> None:
    lead, told = people.council.practitioner, ChronologyEntry.objects.count()
    assert as_(lead).post(page(dispute, "stage/escalate/"), TYPED | {"seen": dispute.token}).status_code == 409
    assert signed_in(lead).post(one(dispute, "escalate/"), {"reason": REASON}).status_code == 409
    events = of_case(dispute)
    assert [event.data["verb"] for event in events] == ["escalate", "api_escalate"]
    assert {(event.data["code"], event.data["method"]) for event in events} == {("shut", "post")}
    assert all(event.appointment == lead and event.object_id == str(dispute.pk) for event in events)
    assert REASON not in json.dumps([event.data for event in events])
    assert ChronologyEntry.objects.count() == told
    assert fresh(dispute).stage == 1
    assert list(audit.broken_links()) == []


@pytest.mark.parametrize(
    ("path", "data", "status", "code"),
    [
        ("reviews/record/", {"agrees": "yes", "rationale": "So."}, 403, "forbidden"),
        ("stage/escalate/", {"reason": REASON, "seen": "1.awaiting_reply.1"}, 409, "stale"),
        ("meetings/99/hold/", {}, 404, "not_found"),
    ],
)
def test_each_kind_of_refusal_is_told_by_its_code(
    people: Cast, dispute: Dispute, path: str, data: dict[str, str], status: int, code: str
) -> None:
    assert as_(people.council.practitioner).post(page(dispute, path), data).status_code == status
    assert [event.data["code"] for event in of_case(dispute)] == [code]


def test_a_refusal_told_as_a_message_after_a_redirect_counts_too(people: Cast, dispute: Dispute, now: datetime) -> None:
    held = people.council.practitioner
    end = reverse("end_appointment", args=[held.pk])
    assert as_(people.health.lead).post(end).status_code == 404
    assert [event.data["code"] for event in refused(audit.scope_of_agency(people.health.agency.pk))] == ["not_found"]


def test_a_form_that_is_not_filled_in_is_no_refused_attempt(people: Cast, dispute: Dispute) -> None:
    who = people.council.practitioner
    assert as_(who).post(page(dispute, "discussions/record/"), {"kind": "talk"}).status_code == 200
    assert signed_in(who).post(one(dispute, "discussions/"), {"kind": "talk"}).status_code == 400
    assert as_(who).get(page(dispute, "stage/escalate/")).status_code == 200
    assert of_case(dispute) == []


def test_nobody_signed_in_leaves_nothing(people: Cast, dispute: Dispute) -> None:
    assert Client().get(page(dispute, "")).status_code == 302
    assert signed_in(people.stranger).logout() is None
    assert Client().get(one(dispute)).status_code == 401
    assert not Refusal.objects.exists()


@pytest.mark.parametrize("door", ["/disputes/{}/", "/api/disputes/{}/", "/cases/{}/", "/api/cases/{}/"])
def test_forbidden_and_unknown_are_alike_to_whoever_asks_and_told_where_they_belong(
    people: Cast, dispute: Dispute, door: str
) -> None:
    client, answers, work = signed_in(people.stranger), [], []
    known = dispute.case.reference if "cases" in door else dispute.reference
    client.get(door.format("ZZZ-2026-0001"))
    for reference in (known, f"{known[:-4]}9999"):
        with Questions(connection) as queries:
            answer = client.get(door.format(reference))
        body = re.sub(rb'(name="(csrfmiddlewaretoken|once)" value|nonce)="[^"]*"', b"", answer.content)
        answers.append((answer.status_code, body.replace(reference.encode(), b"")))
        work.append([query["sql"].split()[0] for query in queries])
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert work[0] == work[1]
    [event] = of_case(dispute)
    assert (event.appointment, event.data["code"], event.data["method"]) == (people.stranger, "not_found", "get")
    unknown = refused(audit.scope_of_agency(people.stranger.agency_id or 0))
    assert [event.object_type for event in unknown] == ["cases.appointment"] * 2
    assert "9999" not in json.dumps([event.data for event in unknown])


def test_a_dispute_named_in_what_was_sent_is_no_way_round(people: Cast, dispute: Dispute) -> None:
    sent: dict[str, Any] = {
        "case": dispute.case.reference, "responding": [people.health.agency.key], "decision_disputed": "It.", "worry": "It.",
        "proposed_resolution": "It.", "concern_arose_at": "2026-04-02T08:00:00Z", "safety": {"answer": "safe", "how": "Seen."},
    }
    answer = signed_in(people.stranger).post("/api/disputes/", sent)
    assert (answer.status_code, answer.data["field"]) == (400, "case")
    assert [event.data["verb"] for event in of_case(dispute)] == ["api_disputes"]


def test_somebody_whose_role_has_not_begun_is_told_of_by_it(people: Cast, dispute: Dispute, now: datetime) -> None:
    who = people.council.practitioner
    who.starts_on = now.date().replace(year=2090)
    who.save()
    assert as_(who).get(page(dispute, "")).status_code == 403
    assert [(event.appointment, event.data["code"]) for event in of_case(dispute)] == [(who, "forbidden")]


def test_the_same_again_is_counted_and_the_count_is_written_later(
    people: Cast, dispute: Dispute, clock: Clock, now: datetime
) -> None:
    client = as_(people.stranger)
    for _ in range(7):
        client.get(page(dispute, ""))
    assert [event.action for event in of_case(dispute)] == ["refused"]
    assert record_repeats(now=now) == 0
    clock.advance(minutes=4)
    count_refusals()
    count_refusals()
    first, again = of_case(dispute)
    assert (again.action, again.data["times"], again.appointment) == ("refused_again", 6, people.stranger)
    assert again.object_id == first.object_id == str(dispute.pk)
    assert not Refusal.objects.exists()
    client.get(page(dispute, ""))
    assert len(of_case(dispute)) == 3
    assert list(audit.broken_links()) == []


def test_a_flood_writes_a_bounded_number_of_events(people: Cast, dispute: Dispute, clock: Clock) -> None:
    client = as_(people.stranger)
    for number in range(MOST_IN_A_MINUTE + 20):
        client.get(f"/disputes/HAL-2026-{number + 5000}/")
    client.get(page(dispute, ""))
    events = refused(audit.scope_of_agency(people.stranger.agency_id or 0))
    assert len(events) == MOST_IN_A_MINUTE + 1
    assert events[-1].data == {"code": "many"}
    clock.advance(minutes=4)
    count_refusals()
    last = refused(audit.scope_of_agency(people.stranger.agency_id or 0))[-1]
    assert (last.action, last.data["times"]) == ("refused_again", 20)


def test_the_list_of_readers_tells_of_refusals_to_those_who_may_know(people: Cast, dispute: Dispute) -> None:
    as_(people.stranger).get(page(dispute, ""))
    as_(people.council.practitioner).post(page(dispute, "stage/escalate/"), TYPED | {"seen": dispute.token})

    def told(who: Appointment) -> str:
        return " ".join(as_(who).get(page(dispute, "readers/")).content.decode().split("Refused attempts")[1:])

    for who in (people.auditor, people.board_manager, people.council.lead):
        assert people.stranger.user.name in told(who)
        assert "Escalate now" in told(who)
        assert "something else must be done first" in told(who)
    assert people.stranger.user.name in told(people.health.lead)
    assert "Escalate now" not in told(people.health.lead)
    assert told(people.council.practitioner) == ""


def test_gates_are_not_opened_by_trying(people: Cast, dispute: Dispute) -> None:
    for _ in range(3):
        as_(people.council.practitioner).post(page(dispute, "stage/escalate/"), TYPED | {"seen": dispute.token})
    assert not Duty.objects.filter(dispute=dispute, done_at__isnull=False).exclude(kind="safety_confirmed").exists()
