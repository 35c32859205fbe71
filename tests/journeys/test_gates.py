"""Each duty of a stage: the shut gate is read before the click, refused at every door, written down, opened, passed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from cases.models import Appointment
from cases.roles import Role
from escalation.models import Dispute
from escalation.protocol import DutyKind, Gate, Side
from tests.calling import Caller, one, signed_in
from tests.clock import Clock
from tests.factories_disputes import fresh
from tests.journeys.gate_checks import everything, refused_everywhere
from tests.journeys.gates import OPENINGS, UNSAFE, WHY, answers_of, asked, dispute_behind, one_gate, owes, who
from tests.journeys.visiting import Visitor

pytestmark = pytest.mark.django_db
REASON = {"reason": "Nothing was agreed about the night."}
AGREED = {"text": "The sitter starts on Monday.", "reasons": "It is at night that she falls."}
MOVES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "escalate": ("stage/escalate/", "escalate/", REASON),
    "agree": ("agreement/record/", "agreement/", AGREED),
}


@pytest.fixture(autouse=True)
def _begins(clock: Clock, now: datetime) -> None:
    clock.move_to(now)


def test_no_kind_of_duty_is_without_its_journey() -> None:
    assert set(OPENINGS) == set(DutyKind)


def is_refused(dispute: Dispute, manager: Appointment, move: str) -> list[str]:
    page, api, data = MOVES[move]
    return refused_everywhere(dispute, manager, page, api, code="shut", data=data, api_data=data)


def reads_what_is_needed(dispute: Dispute, manager: Appointment, kind: DutyKind, owner: str, move: str) -> None:
    """On the page of the dispute and on that of the move, before the click: what opens it, who can, and why it is asked."""
    opening, visitor = OPENINGS[kind], Visitor(manager)
    page = visitor.opens(f"/disputes/{dispute.reference}/{MOVES[move][0]}")
    if move == "escalate" and opening.written_with_the_move:
        assert page.tree.xpath(".//textarea[@name=$name]", name=opening.written_with_the_move)
        assert "Needed here because they have not been told yet" in page.text
        return
    summary = visitor.opens(f"/disputes/{dispute.reference}/").text
    for told in (asked(kind), f"({owner})", WHY):
        assert told in page.text
        assert told in summary
    assert "not open yet" in summary


@pytest.mark.parametrize("kind", DutyKind)
def test_shut_then_opened_on_its_page_then_taken_further(kind: DutyKind, now: datetime) -> None:
    opening = OPENINGS[kind]
    people, dispute = dispute_behind(one_gate(owes(kind)), now=now, **opening.raised_with)
    manager, agency = people.council.line_manager, people.council.agency
    reads_what_is_needed(dispute, manager, kind, agency.short_name, "escalate")
    _, message = is_refused(dispute, manager, "escalate")
    assert f"{asked(kind)} ({agency.short_name})" in message

    doer = Visitor(who(people, opening.by))
    doer.answers(f"/disputes/{dispute.reference}/{opening.page}", opening.button, **answers_of(opening, now))
    assert not dispute.duties.filter(done_at__isnull=True).exists()
    visitor = Visitor(manager)
    assert "not open yet" not in visitor.opens(f"/disputes/{dispute.reference}/").text
    visitor.answers(f"/disputes/{dispute.reference}/stage/escalate/", "Take it to Stage 2", **REASON)
    assert fresh(dispute).stage == 2


@pytest.mark.parametrize("kind", DutyKind)
def test_shut_then_opened_by_a_program_then_agreed(kind: DutyKind, now: datetime) -> None:
    opening = OPENINGS[kind]
    people, dispute = dispute_behind(one_gate(owes(kind)), now=now, **opening.raised_with)
    manager = people.council.line_manager
    reads_what_is_needed(dispute, manager, kind, people.council.agency.short_name, "agree")
    shut = Caller(manager).get(f"disputes/{dispute.reference}/")["shut"]
    assert {act["act"] for act in shut} == {"escalate", "agreement"}
    assert all(asked(kind) in act["needed"] for act in shut)
    is_refused(dispute, manager, "agree")

    Caller(who(people, opening.by)).post(f"disputes/{dispute.reference}/{opening.api}", dict(opening.data))
    assert Caller(manager).get(f"disputes/{dispute.reference}/")["shut"] == []
    Caller(manager).post(f"disputes/{dispute.reference}/agreement/", AGREED)
    assert fresh(dispute).status == "awaiting_confirmation"


@pytest.mark.parametrize(
    ("gate", "barred"), [(Gate.ESCALATE, "escalate"), (Gate.RESOLVE, "agree"), (Gate.LEAVE, "both"), (Gate.NONE, "")]
)
def test_a_gate_bars_its_way_and_no_other(gate: Gate, barred: str, now: datetime) -> None:
    people, dispute = dispute_behind(one_gate(owes(DutyKind.OWN_RECORD_ATTESTED, gate=gate)), now=now)
    manager = people.council.line_manager
    for move in MOVES:
        if barred in (move, "both"):
            is_refused(dispute, manager, move)
    for move, (_, api, data) in MOVES.items():
        if barred not in (move, "both"):
            Caller(manager).post(f"disputes/{dispute.reference}/{api}", data)
            break
    assert dispute.duties.get().is_owed


def test_what_the_next_stage_asks_for_is_owed_and_bars_before_it_opens(now: datetime) -> None:
    gate = one_gate(at_second=(owes(DutyKind.SAFETY_CONFIRMED, gate=Gate.ENTER),))
    people, dispute = dispute_behind(gate, now=now, safety=UNSAFE)
    manager = people.council.line_manager
    reads_what_is_needed(dispute, manager, DutyKind.SAFETY_CONFIRMED, people.council.agency.short_name, "escalate")
    is_refused(dispute, manager, "escalate")
    Caller(manager).post(f"disputes/{dispute.reference}/safety/", {"answer": "safe", "how": "A sitter is there."})
    Caller(manager).post(f"disputes/{dispute.reference}/escalate/", REASON)
    assert fresh(dispute).stage == 2


def test_what_the_other_agency_owes_names_it_and_only_it_can_open_the_gate(now: datetime) -> None:
    people, dispute = dispute_behind(one_gate(owes(DutyKind.POSITION_STATED, by=Side.RESPONDING)), now=now)
    manager, theirs = people.council.line_manager, people.health
    reads_what_is_needed(dispute, manager, DutyKind.POSITION_STATED, theirs.agency.short_name, "escalate")
    page = Visitor(manager).opens(f"/disputes/{dispute.reference}/stage/escalate/")
    assert "Do this now: State the agency's position in writing" not in page.links()
    Caller(manager).post(f"disputes/{dispute.reference}/positions/", {"text": "It is not safe at night."})
    is_refused(dispute, manager, "escalate")
    Caller(theirs.line_manager).post(f"disputes/{dispute.reference}/positions/", {"text": "It is.", "stance": "stands"})
    Caller(manager).post(f"disputes/{dispute.reference}/escalate/", REASON)
    assert fresh(dispute).stage == 2


def test_what_each_agency_owes_bars_until_the_last_has_done_it(clock: Clock, now: datetime) -> None:
    people, dispute = dispute_behind(one_gate(owes(DutyKind.OWN_RECORD_ATTESTED, by=Side.EACH)), now=now)
    manager, opening = people.council.line_manager, OPENINGS[DutyKind.OWN_RECORD_ATTESTED]
    for team in (people.council, people.health):
        _, message = is_refused(dispute, manager, "escalate")
        assert f"({team.agency.short_name})" in message
        Caller(team.practitioner).post(f"disputes/{dispute.reference}/{opening.api}", dict(opening.data))
        clock.advance(minutes=1)
    Caller(manager).post(f"disputes/{dispute.reference}/escalate/", REASON)
    assert fresh(dispute).stage == 2


def test_whoever_does_not_lead_is_refused_whatever_is_open(now: datetime) -> None:
    people, dispute = dispute_behind(one_gate(), now=now)
    for somebody in (people.council.practitioner, people.health.line_manager):
        assert "not yours to do" in Visitor(somebody).opens(f"/disputes/{dispute.reference}/stage/escalate/", 403).text
        refused_everywhere(dispute, somebody, "stage/escalate/", "escalate/", code="forbidden", data=dict(REASON))


# --- nothing is blocked that would keep a person unsafe --------------------------------------------------------------


def test_immediate_risk_opens_the_way_with_a_reason_and_leaves_everything_owed(now: datetime) -> None:
    duties = tuple(owes(kind) for kind in DutyKind)
    people, dispute = dispute_behind(one_gate(*duties), now=now, safety=UNSAFE)
    visitor = Visitor(people.council.practitioner)
    manager = Visitor(people.council.line_manager)
    assert "If the person is at immediate risk, nothing has to be done first" in manager.opens(
        f"/disputes/{dispute.reference}/stage/escalate/"
    ).text
    owed = dispute.duties.filter(done_at__isnull=True).count()
    assert owed == len(DutyKind)
    before = everything()
    path = f"/disputes/{dispute.reference}/stage/jump/"
    refused = visitor.client.post(path, {"to_stage": "3", "reason": "", "seen": dispute.token})
    assert (refused.status_code, everything() == before) == (200, True)
    page = visitor.answers(path, "Go straight there", to_stage="3", reason="She is alone tonight and fell twice.")
    assert fresh(dispute).stage == 3
    assert dispute.duties.filter(stage=1, done_at__isnull=True, carried_at__isnull=False).count() == owed
    assert "owed since" in page.text
    assert dispute.stages.filter(order=2, skipped_at__isnull=False).exists()


def test_where_the_protocol_knows_no_such_way_it_says_what_to_do_and_refuses(now: datetime) -> None:
    text = "Make sure that she is safe first, then go through the stages without delay."
    rules = one_gate(owes(DutyKind.SAFETY_CONFIRMED))
    risk = rules.immediate_risk.model_copy(update={"may_enter_any_stage": False, "text": text})
    people, dispute = dispute_behind(rules.model_copy(update={"immediate_risk": risk}), now=now, safety=UNSAFE)
    somebody = people.council.practitioner
    assert text in Visitor(somebody).opens(f"/disputes/{dispute.reference}/stage/jump/", 403).text
    data = {"to_stage": 2, "reason": "She is alone tonight."}
    refused_everywhere(dispute, somebody, "stage/jump/", "jump/", code="forbidden", data=data)
    shown = signed_in(somebody).get(one(dispute)).data
    assert "safety" in shown["acts"]


def test_saying_that_somebody_is_not_safe_is_never_barred(now: datetime) -> None:
    people, dispute = dispute_behind(one_gate(*(owes(kind) for kind in DutyKind)), now=now)
    for somebody in (people.council.practitioner, people.health.practitioner, people.health.line_manager):
        given: dict[str, Any] = {"answer": "not_safe", "how": "Nobody is there at night."}
        Caller(somebody).post(f"disputes/{dispute.reference}/safety/", given)
    assert dispute.safety_confirmations.filter(answer="not_safe").count() == 3
    assert Role.LINE_MANAGER in {row.appointment.role for row in dispute.participants.all()}


def test_a_stage_is_entered_only_when_somebody_of_the_role_has_agreed(clock: Clock, now: datetime) -> None:
    gate = one_gate(at_second=(owes(DutyKind.AGREED_BY, gate=Gate.ENTER, role=Role.SAFEGUARDING_LEAD),))
    people, dispute = dispute_behind(gate, now=now)
    team, page = people.council, f"/disputes/{dispute.reference}/"
    need = "The safeguarding lead agrees, with reasons, that it is necessary"
    assert need in Visitor(team.line_manager).opens(page).text
    assert f"Do this now: {need}" not in Visitor(team.line_manager).opens(f"{page}stage/escalate/").links()
    _, message = is_refused(dispute, team.line_manager, "escalate")
    assert f"{need} ({team.agency.short_name})" in message
    review = {"agrees": True, "rationale": "Two falls at night in March."}
    Caller(team.line_manager).post(f"disputes/{dispute.reference}/reviews/", review)  # agrees, in another role
    clock.advance(minutes=2)
    is_refused(dispute, team.line_manager, "escalate")
    Caller(team.line_manager).post(
        f"disputes/{dispute.reference}/people/", {"who": team.lead.pk, "reason": "The lead must agree."}
    )
    Caller(team.lead).post(f"disputes/{dispute.reference}/reviews/", review | {"agrees": False})
    clock.advance(minutes=2)
    is_refused(dispute, team.line_manager, "escalate")
    assert need in Visitor(team.lead).opens(page).text
    Caller(team.lead).post(f"disputes/{dispute.reference}/reviews/", review)
    done = dispute.duties.get()
    assert (done.role, done.done_by) == ("safeguarding_lead", team.lead)
    Caller(team.line_manager).post(f"disputes/{dispute.reference}/escalate/", REASON)
    assert fresh(dispute).stage == 2
