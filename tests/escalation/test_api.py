"""The API of disputes: who sees what, what is refused and how, and nothing half-done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from cases.models import AuditEvent
from escalation.models import ChronologyEntry, Dispute, Draft, Notification
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.factories import Cast, make_case
from tests.factories_disputes import climb, do_raising_duties, fresh, make_dispute, people_under
from tests.questions import Questions
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def at(clock: Clock, now: datetime) -> datetime:
    clock.move_to(now + timedelta(hours=1))
    return now


@shared
def people(at: datetime) -> Cast:
    return people_under("halton", now=at)


@shared
def dispute(people: Cast, at: datetime) -> Dispute:
    return make_dispute(people, now=at)


def to_raise(people: Cast, reference: str, at: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "case": reference,
        "responding": [people.health.agency.key],
        "decision_disputed": "Discharge home without a care package.",
        "worry": "She cannot get out of bed alone.",
        "proposed_resolution": "Wait for the night sitter.",
        "concern_arose_at": at.isoformat(),
        "safety": {"answer": "safe", "how": "Seen on the ward at nine."},
    } | changes


# --- reading -------------------------------------------------------------------------------------------------------


def test_the_list_shows_one_line_each_with_the_turn(people: Cast, dispute: Dispute) -> None:
    answer = signed_in(people.health.practitioner).get("/api/disputes/")
    (line,) = answer.data["results"]
    assert line["reference"] == dispute.reference
    assert line["turn"]["is_yours"] is True
    assert line["turn"]["sentence"].endswith(".")
    assert line["responding_agencies"] == [people.health.agency.key]
    assert signed_in(people.stranger).get("/api/disputes/").data["results"] == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [("status=running", 1), ("status=awaiting_reply", 1), ("status=closed", 0), ("status=ended", 0), ("stage=1", 1),
     ("stage=2", 0), ("mine=true", 1), ("q=HAL-", 1), ("q=nothing", 0), ("agency=nobody", 0)],
)  # fmt: skip
def test_the_list_can_be_filtered(people: Cast, dispute: Dispute, asked: str, found: int) -> None:
    answer = signed_in(people.council.practitioner).get(f"/api/disputes/?{asked}")
    assert len(answer.data["results"]) == found


@pytest.mark.parametrize("asked", ["status=lost", "stage=x", "stage=²", "stage=9999999999", "q=%00", "agency=%00"])
def test_a_filter_that_cannot_be_read_is_told_by_name(people: Cast, asked: str) -> None:
    answer = signed_in(people.council.practitioner).get(f"/api/disputes/?{asked}")
    assert answer.status_code == 400
    assert answer.data["field"] == asked.partition("=")[0]


def test_the_list_takes_the_same_queries_for_one_and_for_many(people: Cast, dispute: Dispute, at: datetime) -> None:
    client = signed_in(people.council.practitioner)
    client.get("/api/disputes/")
    with Questions(connection) as for_one:
        client.get("/api/disputes/")
    for _ in range(4):
        climb(make_dispute(people, now=at), now=at)
    with Questions(connection) as for_many:
        assert len(client.get("/api/disputes/").data["results"]) == 5
    assert len(for_many) == len(for_one)
    assert len(for_one) < 25


def test_one_dispute_takes_a_bounded_number_of_queries(people: Cast, dispute: Dispute, at: datetime) -> None:
    dispute = climb(dispute, now=at)
    client = signed_in(people.council.line_manager)
    with Questions(connection) as asked:
        client.get(one(dispute))
    assert len(asked) < 45


def test_the_whole_of_it_says_what_is_owed_and_what_may_be_done(people: Cast, dispute: Dispute) -> None:
    shown = signed_in(people.council.practitioner).get(one(dispute)).data
    assert shown["content"]["worry"] == dispute.worry
    assert {row["kind"] for row in shown["content"]["duties_owed"]} >= {"attempt_logged", "own_record_attested"}
    assert "discussions" in shown["acts"]
    assert [row["act"] for row in shown["shut"]] == ["escalate", "agreement"]
    assert shown["deadlines"][0]["explanation"]["rule"]
    assert AuditEvent.objects.filter(action="case_read").exists()


def test_who_may_only_know_of_it_sees_no_content(people: Cast, dispute: Dispute) -> None:
    shown = signed_in(people.board_manager).get(one(dispute)).data
    assert (shown["content"], shown["title"], shown["acts"]) == (None, "", [])
    assert shown["turn"]["sentence"]
    assert signed_in(people.board_manager).get(one(dispute, "chronology/")).status_code == 404


@pytest.mark.parametrize("rest", ["", "stages/", "chronology/", "work/", "decisions/", "documents/"])
def test_a_stranger_and_the_unknown_get_the_same_404(people: Cast, dispute: Dispute, rest: str) -> None:
    stranger = signed_in(people.stranger)
    hidden, unknown = stranger.get(one(dispute, rest)), stranger.get(f"/api/disputes/HAL-2026-9999/{rest}")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.data == unknown.data


def test_what_is_said_inside_one_agency_stays_there(at: datetime) -> None:
    people = people_under("dundee", now=at)
    dispute = climb(make_dispute(people, now=at), now=at)
    assert dispute.rules_now.single_agency
    signed_in(people.council.line_manager).post(one(dispute, "reviews/"), {"agrees": True, "rationale": "Inside only."})
    theirs = signed_in(people.health.practitioner)
    for rest in ("chronology/", "work/"):
        assert "Inside only." not in theirs.get(one(dispute, rest)).content.decode()
        assert "Inside only." in signed_in(people.council.practitioner).get(one(dispute, rest)).content.decode()
    assert 2 not in theirs.get(one(dispute)).data["content"]["readable_stages"]


def test_stages_and_story_are_told_in_order(people: Cast, dispute: Dispute, at: datetime) -> None:
    climb(dispute, now=at)
    client = signed_in(people.council.practitioner)
    states = [row["state"] for row in client.get(one(dispute, "stages/")).data]
    assert states == ["closed", "open", "ahead", "ahead"]
    story = client.get(one(dispute, "chronology/?page_size=3")).data
    assert len(story["results"]) == 3
    assert story["results"][0]["headline"].startswith("Raised")
    assert story["next"]


def test_notices_are_listed_and_read(people: Cast, dispute: Dispute) -> None:
    client = signed_in(people.health.practitioner)
    (told,) = client.get("/api/notices/?unread=true").data["results"]
    assert told["dispute"] == dispute.reference
    assert signed_in(people.stranger).post(f"/api/notices/{told['id']}/read/").status_code == 404
    assert client.post(f"/api/notices/{told['id']}/read/").status_code == 204
    assert client.get("/api/notices/?unread=true").data["results"] == []
    assert client.post("/api/notices/read/").data == {"marked": 0}


def test_the_protocol_in_force_is_shown_whole(people: Cast) -> None:
    shown = signed_in(people.stranger).get("/api/protocol/").data
    assert shown["key"] == "halton"
    assert len(shown["document"]["stages"]) == 4


# --- raising -------------------------------------------------------------------------------------------------------


def test_raising_under_one_key_makes_one_dispute(people: Cast, at: datetime) -> None:
    case = make_case(people, now=at)
    client, data = signed_in(people.council.practitioner), to_raise(people, case.reference, at)
    answers = [client.post("/api/disputes/", data, headers={"Idempotency-Key": "visit-7"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].data["reference"] == answers[1].data["reference"]
    assert answers[0].headers["Location"] == f"/api/disputes/{answers[0].data['reference']}/"
    assert client.post("/api/disputes/", data, headers={"Idempotency-Key": "visit-8"}).status_code == 201
    assert Dispute.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"worry": ""}, "worry"),
        ({"worry": "a\x00b"}, "worry"),
        ({"worry": "x" * 10_001}, "worry"),
        ({"case": "HAL-C-2026-9999"}, "case"),
        ({"responding": []}, "responding"),
        ({"responding": ["nobody"]}, "responding"),
        ({"concern_arose_at": "yesterday"}, "concern_arose_at"),
        ({"concern_arose_at": "2099-01-01T00:00:00Z"}, "concern_arose_at"),
        ({"safety": {"answer": "safe"}}, "safety.how"),
        ({"safety": {"answer": "with_measures", "how": "Seen."}}, "measures"),
        ({"addressee": 999_999_999_999_999_999_999}, "addressee"),
        ({"category": "gossip"}, "category"),
        ({"ground": "not_best_interests"}, "capacity"),
        ({"entry_stage": 3}, "immediate_risk_reason"),
        ({"entry_stage": 9, "immediate_risk_reason": "Tonight."}, "entry_stage"),
    ],
)
def test_bad_input_names_its_field_and_leaves_nothing(
    people: Cast, at: datetime, changes: dict[str, Any], field: str
) -> None:
    data = to_raise(people, make_case(people, now=at).reference, at, **changes)
    answer = signed_in(people.council.practitioner).post("/api/disputes/", data, headers={"Idempotency-Key": "one"})
    assert answer.status_code == 400, answer.data
    assert answer.data["field"] == field
    assert answer.data["message"]
    assert not Dispute.objects.exists()
    assert not Draft.objects.exists()
    assert not Notification.objects.exists()


@pytest.mark.parametrize("data", [None, [], "text", {"safety": 3}])
def test_what_is_no_request_at_all_is_a_400(people: Cast, data: Any) -> None:
    answer = signed_in(people.council.practitioner).post("/api/disputes/", data)
    assert answer.status_code == 400


def test_who_may_not_raise_is_told_so(people: Cast, at: datetime) -> None:
    case = make_case(people, now=at)
    answer = signed_in(people.chair).post("/api/disputes/", to_raise(people, case.reference, at))
    assert answer.status_code == 400
    assert answer.data["field"] == "case"
    assert not Dispute.objects.exists()


# --- working and moving --------------------------------------------------------------------------------------------


VERBS: dict[str, dict[str, Any]] = {
    "discussions": {"kind": "talk", "mode": "phone", "happened_at": "2026-04-02T09:10:00Z", "with_whom": "Ward", "result": "No."},
    "positions": {"text": "Not safe."},
    "safety": {"answer": "safe", "how": "Seen."},
    "voice": {"desired_outcomes": "Home.", "told": "yes"},
    "own-records": {"own_reference": "L1", "recorded_on": "2026-04-02"},
    "exhaustion": {"statement": "Tried twice."},
    "intentions": {"text": "We go further."},
    "debriefs": {"text": "Thursday."},
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_act_answers_the_dispute_and_tells_the_story(people: Cast, dispute: Dispute, verb: str) -> None:
    before = ChronologyEntry.objects.count()
    answer = signed_in(people.council.practitioner).post(one(dispute, f"{verb}/"), VERBS[verb])
    assert answer.status_code == 200, answer.data
    assert answer.data["reference"] == dispute.reference
    assert ChronologyEntry.objects.count() > before


@pytest.mark.parametrize("verb", [*VERBS, "reviews", "feedback", "actions", "people", "escalate", "jump", "withdraw"])
def test_each_act_is_a_404_to_strangers_and_a_400_when_empty(people: Cast, dispute: Dispute, verb: str) -> None:
    entries = ChronologyEntry.objects.count()
    assert signed_in(people.stranger).post(one(dispute, f"{verb}/"), {}).status_code == 404
    empty = signed_in(people.council.practitioner).post(one(dispute, f"{verb}/"), {})
    assert empty.status_code == 400
    assert empty.data["field"]
    assert signed_in(people.council.practitioner).get(one(dispute, f"{verb}/")).status_code == 405
    assert ChronologyEntry.objects.count() == entries


def test_a_shut_gate_is_a_409_that_says_what_opens_it(people: Cast, dispute: Dispute, at: datetime) -> None:
    client = signed_in(people.council.practitioner)
    shut = client.post(one(dispute, "escalate/"), {"reason": "Not agreed."})
    assert (shut.status_code, shut.data["code"]) == (409, "shut")
    assert "Record at least one attempt" in shut.data["message"]
    do_raising_duties(dispute, now=at)
    assert client.post(one(dispute, "escalate/"), {"reason": "Not agreed."}).data["stage"] == 2


def test_who_acts_second_is_told_that_it_has_moved_on(people: Cast, dispute: Dispute, at: datetime) -> None:
    client = signed_in(people.council.practitioner)
    seen = client.get(one(dispute)).data["token"]
    climb(dispute, now=at)
    late = client.post(one(dispute, "withdraw/"), {"ending": "settled_otherwise", "reason": "Solved.", "seen": seen})
    assert (late.status_code, late.data["code"]) == (409, "stale")
    assert fresh(dispute).status == "awaiting_reply"


def test_what_is_not_theirs_is_a_403(people: Cast, dispute: Dispute) -> None:
    answer = signed_in(people.health.practitioner).post(one(dispute, "withdraw/"), {"ending": "raised_in_error", "reason": "No."})
    assert (answer.status_code, answer.data["code"]) == (403, "forbidden")


def test_an_action_is_added_and_done(people: Cast, dispute: Dispute) -> None:
    client, owner = signed_in(people.council.practitioner), people.health.practitioner
    client.post(one(dispute, "actions/"), {"what": "Ring the ward.", "owner": owner.pk, "due_on": "2026-04-09"})
    (action,) = client.get(one(dispute, "work/")).data["actions"]
    done = signed_in(owner).post(one(dispute, f"actions/{action['id']}/complete/"), {"note": "Rung at ten."})
    assert done.status_code == 200
    again = signed_in(owner).post(one(dispute, f"actions/{action['id']}/complete/"), {"note": "Twice."})
    assert (again.status_code, again.data["code"]) == (409, "stale")
    assert signed_in(owner).post(one(dispute, "actions/999999999999/complete/"), {"note": "x"}).status_code == 404


def test_the_description_of_the_api_has_no_holes(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))
    text = (tmp_path / "openapi.yaml").read_text()
    assert "/api/disputes/{reference}/outcome/confirm/" in text
