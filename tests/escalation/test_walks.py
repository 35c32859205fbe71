"""Random walks: whatever people and the clock try in whatever order, a dispute is never in an impossible place (R16)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from decisions.actions import outcomes
from escalation.actions import feedback, moves, positions, safety, sweep, talks
from escalation.models import Dispute
from escalation.models.dispute import ENDED, RUNNING
from tests.escalation.test_transition_grid import everybody
from tests.factories_disputes import SAFE, do_raising_duties, fresh, make_dispute, people_under

pytestmark = pytest.mark.django_db

Act = Callable[..., object]
ACTS: dict[str, tuple[Act, dict[str, Any]]] = {
    "talk": (talks.log_discussion, {"kind": "talk", "mode": "phone", "with_whom": "ward", "result": "none"}),
    "attest": (talks.attest_exhaustion, {"statement": "tried"}),
    "intend": (talks.notify_intention, {"text": "further"}),
    "position": (positions.state_position, {"stance": "stands", "text": "we hold"}),
    "review": (positions.review, {"agrees": True, "rationale": "because"}),
    "safe": (safety.confirm_safety, {"safety": SAFE}),
    "feedback": (feedback.give_feedback, {"text": "done", "no_action": False}),
    "escalate": (moves.escalate, {"reason": "not agreed"}),
    "jump": (moves.jump_for_immediate_risk, {"to_stage": 3, "reason": "in danger"}),
    "agree": (outcomes.record_agreement, {"text": "agreed", "reasons": "because", "issues": []}),
    "withdraw": (moves.withdraw, {"reason": "settled"}),
}

steps = st.lists(
    st.tuples(
        st.sampled_from([*ACTS, "duties", "sweep", "escalate", "position"]),
        st.integers(min_value=0, max_value=15),
        st.integers(min_value=0, max_value=50),
    ),
    min_size=5,
    max_size=25,
)


def check(dispute: Dispute, now: datetime) -> None:
    """What must hold after every step."""
    open_stages = [stage for stage in dispute.stages.all() if stage.is_open]
    assert len(open_stages) == (0 if dispute.status in ENDED else 1)
    if open_stages:
        assert open_stages[0].order == dispute.stage
    assert dispute.status in (*RUNNING, *ENDED)
    assert (dispute.closed_at is not None) == (dispute.status in ENDED)
    for row in dispute.deadlines.all():
        assert row.missed_at is None or row.missed_at > row.due_at
        if row.stage < dispute.stage or dispute.status in ENDED:
            assert not row.is_open, row
    assert list(audit.broken_links(audit.scope_of_case(dispute.case_id))) == []


def try_step(dispute: Dispute, name: str, by: Appointment | None, now: datetime) -> None:
    """One attempt; a refusal is an answer like any other."""
    if name == "sweep" or by is None:
        sweep.sweep(now=now)
        return
    if name == "duties":
        if dispute.status in ("awaiting_reply", "in_discussion"):
            do_raising_duties(dispute, now=now)
        return
    act, fixed = ACTS[name]
    given_now = {"happened_at": now} if name == "talk" else {}
    try:
        act(dispute=dispute, by=by, now=now, **fixed, **given_now)
    except Refused as refusal:
        said = refusal.message
    else:
        return
    assert said.endswith("."), said


@pytest.mark.parametrize("key", ["halton", "dundee", "luton", "south_lanarkshire"])
def test_no_walk_leads_to_an_impossible_place(key: str, now: datetime) -> None:
    people = people_under(key, now=now)
    crowd = [who for who, _ in everybody(people).values()]

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(steps)
    def walk(taken: list[tuple[str, int, int]]) -> None:
        with transaction.atomic():
            dispute, moment = make_dispute(people, now=now), now
            for name, person, hours in taken:
                moment += timedelta(hours=hours)
                try_step(fresh(dispute), name, crowd[person], moment)
                check(fresh(dispute), moment)
            transaction.set_rollback(True)

    walk()
