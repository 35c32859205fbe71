"""Each act that a rule can refuse: why is read before it is tried, it is refused at every door and written down, then done."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cases.roles import Role
from escalation.models import Dispute
from escalation.protocol import DutyKind, Side
from escalation.verbs import MAY
from escalation.views.acts import DONE_BY
from tests.calling import Caller
from tests.clock import Clock
from tests.factories import make_agency, make_appointment
from tests.factories_disputes import fresh, make_dispute
from tests.journeys.gate_checks import afresh, refused_everywhere
from tests.journeys.gates import cast_under, one_gate, owes
from tests.journeys.in_vain_deciding import ALL as JOURNEYS
from tests.journeys.visiting import Page, Visitor

pytestmark = pytest.mark.django_db
# Their gates and their journeys are in test_gates.py.
WITH_GATES = {"escalate", "record_agreement", "jump", *DONE_BY.values()}


@pytest.fixture(autouse=True)
def _begins(clock: Clock, now: datetime) -> None:
    clock.move_to(now)


def test_no_act_on_a_dispute_is_without_its_journey() -> None:
    """Whoever adds a verb adds a row to tests/journeys/in_vain.py that shows to whom it is refused."""
    assert set(MAY) - WITH_GATES - {verb for verb, _ in JOURNEYS.values()} == set()


@pytest.mark.parametrize("name", JOURNEYS)
def test_refused_at_every_door_then_done_by_whoever_may(name: str, clock: Clock, now: datetime) -> None:
    case = JOURNEYS[name][1](now)
    clock.move_to(now + timedelta(minutes=5))
    here = f"/disputes/{case.dispute.reference}/"
    page = Visitor(case.refused).opens(here + (case.reads_at or case.page), case.reads_status)
    assert case.reads in page.text
    refused_everywhere(
        case.dispute, case.refused, case.page, case.api, code=case.code, data=case.data, api_data=case.api_data
    )
    if case.then is None:
        return
    case.opens()
    seen = {"seen": Dispute.objects.get(pk=case.dispute.pk).token}
    done = Page(Visitor(case.then).client.post(here + case.page, seen | afresh(case.data)), case.page)
    assert done.status == 302, done.errors or done.text


def test_of_three_agencies_each_asked_must_answer_before_the_way_is_open(clock: Clock, now: datetime) -> None:
    people = cast_under(one_gate(owes(DutyKind.POSITION_STATED, by=Side.RESPONDING)), now=now)
    third = make_agency(people.partnership, "housing")
    housing = make_appointment(Role.LINE_MANAGER, third, is_contact=True)
    dispute = make_dispute(people, now=now, responding=[people.health.agency, third])
    manager, reason = people.council.line_manager, {"reason": "Nothing was agreed."}
    for theirs in (people.health.line_manager, housing):
        _, message = refused_everywhere(dispute, manager, "stage/escalate/", "escalate/", code="shut", data=dict(reason))
        assert theirs.agency is not None
        assert f"({theirs.agency.short_name})" in message
        Caller(theirs).post(f"disputes/{dispute.reference}/positions/", {"text": "It is safe.", "stance": "stands"})
        clock.advance(minutes=1)
    Caller(manager).post(f"disputes/{dispute.reference}/escalate/", reason)
    assert fresh(dispute).stage == 2
