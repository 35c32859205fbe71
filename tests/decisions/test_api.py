"""The API of decisions, referrals, outcomes and documents: whose they are, what is refused, nothing half-done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from cases.models import Appointment
from decisions.models import DecisionRecord, Export, Outcome, Referral
from escalation.models import Dispute
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import climb_to_last_stage, do_raising_duties, fresh, make_dispute, people_under
from tests.questions import Questions
from tests.worlds import shared

pytestmark = pytest.mark.django_db

WHOLE: dict[str, Any] = {
    "decision": "Keep the bed until Wednesday.",
    "evidence": "The assessment of Tuesday.",
    "not_known": "Whether the neighbour can stay.",
    "sources_tested": "Read against the ward's notes.",
    "analysis": "Fit is not the same as safe.",
    "rationale": "Two people are needed for every transfer.",
    "policy_and_law": "Discharge policy.",
    "plain_summary": "You stay until your carers can start.",
    "options": [{"option": "Keep the bed", "is_chosen": True}, {"option": "Home on Friday"}],
    "consulted": [{"who": "Safeguarding lead", "on": "2026-04-01", "view": "Agrees."}],
}


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now + timedelta(hours=3))
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


@shared
def at_the_top(people: Cast, dispute: Dispute, now: datetime) -> Dispute:
    return climb_to_last_stage(dispute, now=now + timedelta(hours=1))


def begin(held: Appointment, dispute: Dispute, **changes: Any) -> dict[str, Any]:
    answer = signed_in(held).post(one(dispute, "decisions/"), WHOLE | changes)
    assert answer.status_code == 201, answer.data
    return dict(answer.data)


# --- decision records ----------------------------------------------------------------------------------------------


def test_a_record_is_written_handed_in_returned_signed_and_corrected(people: Cast, dispute: Dispute) -> None:
    author = signed_in(people.council.practitioner)
    record = begin(people.council.practitioner, dispute, analysis="")
    own = f"decisions/{record['id']}/"
    assert sum(element["is_done"] for element in record["elements"]) == 6
    assert author.post(one(dispute, f"{own}submit/")).data["state"] == "submitted"
    manager = signed_in(people.council.line_manager)
    shut = manager.post(one(dispute, f"{own}sign/"), {"rationale": "I agree."})
    assert (shut.status_code, shut.data["code"]) == (409, "shut")
    assert "Analysis" in shut.data["message"]
    assert manager.post(one(dispute, f"{own}return/"), {"rationale": "Say what it means."}).data["state"] == "returned"
    stale = author.put(one(dispute, own), WHOLE | {"seen_edits": 7})
    assert (stale.status_code, stale.data["code"]) == (409, "stale")
    assert author.put(one(dispute, own), WHOLE | {"seen_edits": 0}).data["edits"] == 1
    author.post(one(dispute, f"{own}submit/"))
    signed = manager.post(one(dispute, f"{own}sign/"), {"rationale": "I read the assessment myself."}).data
    assert (signed["state"], len(signed["sha256"])) == ("signed", 64)
    assert [row["verdict"] for row in signed["sign_offs"]] == ["returned", "signed"]
    correction = author.post(one(dispute, f"{own}correct/"))
    assert (correction.status_code, correction.data["version"], correction.data["supersedes"]) == (201, 2, record["id"])
    assert author.put(one(dispute, own), WHOLE | {"seen_edits": 1}).status_code == 409


def test_nobody_signs_their_own_and_nobody_else_reads_a_draft(people: Cast, dispute: Dispute) -> None:
    record = begin(people.council.practitioner, dispute)
    own = f"decisions/{record['id']}/"
    signed_in(people.council.practitioner).post(one(dispute, f"{own}submit/"))
    theirs = signed_in(people.council.practitioner).post(one(dispute, f"{own}sign/"), {"rationale": "Mine."})
    assert (theirs.status_code, theirs.data["code"]) == (403, "forbidden")
    other = signed_in(people.health.practitioner)
    assert other.get(one(dispute, own)).status_code == 404
    assert other.get(one(dispute, "decisions/")).data["records"] == []
    assert other.post(one(dispute, f"{own}correct/")).status_code == 404
    assert signed_in(people.stranger).get(one(dispute, own)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"decision": ""}, "decision"),
        ({"decision": "a\x00"}, "decision"),
        ({"options": [{"option": ""}]}, "options"),
        ({"options": "two"}, "options"),
        ({"consulted": [{"who": "Lead", "on": "2099-01-01", "view": "Yes."}]}, "consulted"),
        ({"settles": "perhaps"}, "settles"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(
    people: Cast, dispute: Dispute, changes: dict[str, Any], field: str
) -> None:
    answer = signed_in(people.council.practitioner).post(one(dispute, "decisions/"), WHOLE | changes)
    assert answer.status_code == 400, answer.data
    assert str(answer.data["field"]).startswith(field)
    assert not DecisionRecord.objects.exists()


def test_what_was_decided_takes_a_bounded_number_of_queries(people: Cast, dispute: Dispute) -> None:
    client = signed_in(people.council.practitioner)
    begin(people.council.practitioner, dispute)
    with Questions(connection) as for_one:
        client.get(one(dispute, "decisions/"))
    for _ in range(3):
        begin(people.council.practitioner, dispute)
    with Questions(connection) as for_many:
        assert len(client.get(one(dispute, "decisions/")).data["records"]) == 4
    assert len(for_many) == len(for_one)


# --- agreement, referral, last word, confirmation ------------------------------------------------------------------


def test_an_agreement_that_one_agency_does_not_confirm_does_not_hold(people: Cast, dispute: Dispute, now: datetime) -> None:
    client = signed_in(people.council.practitioner)
    agreed = {"text": "The bed is kept.", "reasons": "It meets the risk."}
    assert client.post(one(dispute, "agreement/"), agreed).data["code"] == "shut"
    do_raising_duties(dispute, now=now)
    assert client.post(one(dispute, "agreement/"), agreed).data["status"] == "awaiting_confirmation"
    contested = signed_in(people.health.line_manager).post(
        one(dispute, "outcome/confirm/"), {"accepts": False, "text": "We never said so."}
    )
    assert contested.data["status"] == "in_discussion"
    assert Outcome.objects.get().contested_at is not None


def test_a_referral_is_begun_written_sent_and_handed_back(people: Cast, at_the_top: Dispute) -> None:
    client = signed_in(people.council.board_representative)
    nothing = client.post(one(at_the_top, "referral/submit/"))
    assert (nothing.status_code, nothing.data["code"]) == (409, "stale")
    begun = client.post(one(at_the_top, "referral/")).data
    assert begun["answers"]["adult_name"] == "Margaret Elsworth"
    wrong = client.put(one(at_the_top, "referral/"), {"answers": {"gossip": "x"}, "seen_edits": 0})
    assert (wrong.status_code, wrong.data["field"]) == (400, "gossip")
    answers = {code: text or "In the record." for code, text in begun["answers"].items()}
    client.put(one(at_the_top, "referral/"), {"answers": answers, "seen_edits": 0})
    assert client.post(one(at_the_top, "referral/submit/")).data["status"] == "referred"
    chair = signed_in(people.chair)
    assert chair.post(one(at_the_top, "referral/return/"), {"reason": ""}).data["field"] == "reason"
    back = chair.post(one(at_the_top, "referral/return/"), {"reason": "Say what she wants."})
    assert back.data["status"] == "awaiting_referral"
    assert list(Referral.objects.values_list("number", flat=True)) == [1, 2]


def test_joint_heads_both_speak_before_it_counts(clock: Clock, now: datetime) -> None:
    clock.move_to(now + timedelta(hours=3))
    people = people_under("south_lanarkshire", now=now)
    dispute = climb_to_last_stage(make_dispute(people, now=now), now=now + timedelta(hours=1))
    sender = signed_in(people.council.senior_manager)
    begun = sender.post(one(dispute, "referral/")).data
    answers = {code: text or "In the record." for code, text in begun["answers"].items()}
    sender.put(one(dispute, "referral/"), {"answers": answers, "seen_edits": 0})
    sender.post(one(dispute, "referral/submit/"))
    heads = Appointment.objects.exclude(remit="").select_related("user").order_by("pk")
    adult, children = (signed_in(head) for head in heads)
    proposed = adult.post(one(dispute, "outcome/"), {"text": "Joint plan.", "reasons": "Both services are needed."})
    assert proposed.data["status"] == "referred"
    (outcome,) = adult.get(one(dispute, "decisions/")).data["outcomes"]
    assert "Children" in outcome["awaited"]
    assert children.post(one(dispute, "outcome/concur/"), {"outcome": 0}).data["field"] == "outcome"
    spoken = children.post(one(dispute, "outcome/concur/"), {"outcome": outcome["id"], "comment": "Agreed."})
    assert spoken.data["status"] == "awaiting_confirmation"


POSTS = [
    "decisions/", "agreement/", "referral/", "referral/submit/", "referral/return/", "outcome/", "outcome/concur/",
    "outcome/confirm/", "issues/", "onward/", "documents/", "decisions/1/submit/", "decisions/1/sign/", "decisions/1/return/",
    "decisions/1/correct/", "issues/1/complete/",
]  # fmt: skip


@pytest.mark.parametrize("rest", POSTS)
def test_every_act_is_the_same_404_to_strangers_and_for_the_unknown(people: Cast, dispute: Dispute, rest: str) -> None:
    stranger = signed_in(people.stranger)
    hidden, unknown = stranger.post(one(dispute, rest), {}), stranger.post(f"/api/disputes/HAL-2026-9999/{rest}", {})
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.data == unknown.data


@pytest.mark.parametrize("rest", [rest for rest in POSTS if "/1/" not in rest])
def test_nothing_given_or_not_the_time_is_refused_and_nothing_moves(people: Cast, dispute: Dispute, rest: str) -> None:
    answer = signed_in(people.council.practitioner).post(one(dispute, rest), {})
    assert answer.status_code in (400, 403, 409)
    assert answer.data["message"]
    assert fresh(dispute).token == dispute.token


# --- documents -----------------------------------------------------------------------------------------------------


def test_a_document_is_its_requesters_alone(people: Cast, dispute: Dispute) -> None:
    client = signed_in(people.council.practitioner)
    asked = client.post(one(dispute, "documents/"), {"kind": "case_history", "reason": "For our file."})
    assert (asked.status_code, asked.data["state"]) == (202, "queued")
    own = f"documents/{asked.data['id']}/"
    assert client.get(one(dispute, own)).data["reason"] == "For our file."
    assert client.get(one(dispute, f"{own}file/")).status_code == 404
    assert [row["id"] for row in client.get(one(dispute, "documents/")).data] == [asked.data["id"]]
    for other in (people.health.practitioner, people.stranger):
        assert signed_in(other).get(one(dispute, own)).status_code == 404
    sha = "0" * 64
    Export.objects.filter(pk=asked.data["id"]).update(state="ready", pdf=b"%PDF-1.7", sha256=sha, pages=1)
    file = client.get(one(dispute, f"{own}file/"))
    assert (file.status_code, file.content, file.headers["Content-Type"]) == (200, b"%PDF-1.7", "application/pdf")
    assert "Elsworth" not in file.headers["Content-Disposition"]


def test_a_document_needs_a_reason(people: Cast, dispute: Dispute) -> None:
    client = signed_in(people.council.practitioner)
    for data in ({"kind": "case_history"}, {"kind": "novel", "reason": "x"}, {"kind": "case_history", "reason": "x" * 301}):
        assert client.post(one(dispute, "documents/"), data).status_code == 400
    assert not Export.objects.exists()
