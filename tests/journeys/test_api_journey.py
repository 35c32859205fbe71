"""A Halton dispute from the worried practitioner to the closed file, by five people's programs and nothing but the API."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cases import audit
from escalation.models import Dispute
from tests.calling import Caller
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import people_under

pytestmark = pytest.mark.django_db

TALK = {"kind": "talk", "mode": "phone", "with_whom": "Opposite number", "result": "We do not agree yet."}


@pytest.fixture
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


def do_what_is_owed(caller: Caller, path: str, at: datetime) -> None:
    """Do every duty that the dispute names as the raising agency's, as a program would from the answer alone."""
    acts = {
        "attempt_logged": ("discussions", TALK | {"happened_at": (at - timedelta(minutes=10)).isoformat()}),
        "safety_confirmed": ("safety", {"answer": "safe", "how": "Seen on the ward."}),
        "own_record_attested": ("own-records", {"own_reference": "LAS-1", "recorded_on": at.date().isoformat()}),
        "position_stated": ("positions", {"text": "An empty flat is not a plan."}),
        "feedback_given": ("feedback", {"text": "We spoke to the hospital; it goes further."}),
        "interim_plan": ("plans", {"not_needed_because": "She is safe on the ward."}),
        "debrief_offered": ("debriefs", {"text": "Thursday at four."}),
        "exhaustion_attested": ("exhaustion", {"statement": "Everything at this level was tried."}),
    }
    shown = caller.get(path)
    ours = caller.held.agency.short_name if caller.held.agency else ""
    for duty in shown["content"]["duties_owed"]:
        if duty["owner"] == ours and duty["stage"] == shown["stage"]:
            verb, data = acts[duty["kind"]]
            caller.post(f"{path}{verb}/", data)


def test_from_the_worry_to_the_closed_file(people: Cast, clock: Clock, now: datetime) -> None:
    nurse, manager = Caller(people.council.practitioner), Caller(people.council.line_manager)
    representative, ward = Caller(people.council.board_representative), Caller(people.health.practitioner)
    chair = Caller(people.chair)

    # Given a case, opened and raised under the protocol in force
    agency = people.health.agency.key
    case = nurse.post("cases/", {"name": "Margaret Elsworth", "agencies": [agency]})["reference"]
    rules = nurse.get("protocol/")["document"]
    raised = nurse.post(
        "disputes/",
        {
            "case": case, "responding": [agency], "addressee": people.health.practitioner.pk,
            "decision_disputed": "Discharge home on Friday without care.", "worry": "She cannot get up alone.",
            "proposed_resolution": "Keep the bed until Wednesday.", "concern_arose_at": now.isoformat(),
            "category": rules["categories"][0]["code"], "ground": rules["grounds"][0]["code"],
            "safety": {"answer": "safe", "how": "Seen on the ward at nine."},
        },
        key="the-visit-of-today",
    )
    path = f"disputes/{raised['reference']}/"
    assert raised["turn"]["due_at"]

    # When the ward replies and it is not settled, it climbs, each stage by its own people
    ward.post(f"{path}positions/", {"stance": "stands", "text": "She is medically fit."})
    assert nurse.get(path)["status"] == "in_discussion"
    do_what_is_owed(nurse, path, now)
    assert nurse.post(f"{path}escalate/", {"reason": "Not agreed."})["stage"] == 2
    later = now + timedelta(hours=5)
    clock.move_to(later)
    do_what_is_owed(manager, path, later)
    assert manager.post(f"{path}escalate/", {"reason": "Not agreed between managers."})["stage"] == 3
    do_what_is_owed(representative, path, later)
    last = representative.post(f"{path}escalate/", {"reason": "Not agreed between representatives."})
    assert (last["stage"], last["status"]) == (4, "awaiting_referral")

    # Then the chair is asked, and recommends
    referral = representative.post(f"{path}referral/")
    answers = {field["code"]: referral["answers"].get(field["code"]) or "In the record." for field in rules["board_form"]}
    representative.post(f"{path}referral/", {"answers": answers, "seen_edits": referral["edits"]}, put=True)
    assert representative.post(f"{path}referral/submit/")["status"] == "referred"
    assert any(note["dispute"] == raised["reference"] for note in chair.get("notices/")["results"])
    seen = chair.get(path)["token"]
    given = chair.post(
        f"{path}outcome/",
        {
            "text": "Five nights in the step-down unit, then home.", "reasons": "It meets the transfer risk.", "seen": seen,
            "issues": [{"what": "Look again after four weeks.", "owner": people.council.practitioner.pk, "due_on": "2026-05-04"}],
        },
    )
    assert given["status"] == "awaiting_confirmation"

    # And it ends once every agency has answered in writing
    manager.post(f"{path}outcome/confirm/", {"accepts": True, "text": "We accept and have told the team."})
    theirs = Caller(people.health.line_manager)
    closed = theirs.post(f"{path}outcome/confirm/", {"accepts": True, "text": "Accepted; the bed is booked."})
    assert closed["status"] == "closed"
    assert closed["acts"] == ["feedback", "debriefs", "learning", "restriction"]

    decided = nurse.get(f"{path}decisions/")
    (outcome,) = decided["outcomes"]
    assert outcome["verb"] == "Recommended"
    assert {row["agency"] for row in outcome["confirmations"]} == {people.council.agency.key, agency}
    nurse.post(f"{path}issues/{outcome['issues'][0]['id']}/complete/", {"note": "She is well at home."})
    assert [row["body"] for row in decided["onward"]] == ["Halton Safeguarding Adults Board, main board"]
    assert [row["state"] for row in nurse.get(f"{path}stages/")] == ["closed"] * 4
    assert len(nurse.get(f"{path}chronology/?page_size=100")["results"]) > 15
    asked = nurse.post(f"{path}documents/", {"kind": "case_history", "reason": "For the file."})
    assert nurse.get(f"{path}documents/{asked['id']}/")["state"] == "queued"
    assert Dispute.objects.get().has_ended
    assert list(audit.broken_links()) == []
