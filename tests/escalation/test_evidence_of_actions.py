"""An action is done, and a file handed in as evidence shows it (F19, F48)."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from cases.errors import Refused
from cases.models import AuditEvent
from decisions.exports import assemble
from escalation.actions.agreed import add_action, complete_action
from escalation.actions.evidence import HandedIn, add_evidence, withdraw_evidence
from escalation.models import ChronologyEntry, Dispute, Evidence
from tests.calling import one, signed_in
from tests.clock import Clock
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


def hand_in(dispute: Dispute, people: Cast, now: datetime) -> Evidence:
    chart = HandedIn(b"Seen at nine.", "chart.txt", "The ward chart of 1 April.")
    return add_evidence(dispute=fresh(dispute), handed_in=chart, by=people.council.practitioner, now=now)


@pytest.fixture
def evidence(dispute: Dispute, people: Cast, now: datetime) -> Evidence:
    return hand_in(dispute, people, now)


def test_an_action_is_done_and_a_file_shows_it(
    client: Client, evidence: Evidence, dispute: Dispute, people: Cast, now: datetime
) -> None:
    by = people.council.practitioner
    actions = [
        add_action(dispute=fresh(dispute), what="Ask for the chart.", owner=by, due_on=now.date(), by=by, now=now) for _ in "12"
    ]
    client.force_login(by.user)
    page = f"/disputes/{dispute.reference}/actions/{actions[0].pk}/complete/"
    assert "E1-01: The ward chart" in client.get(page).content.decode()
    assert client.post(page, {"note": "It came.", "evidence": "999999"}).status_code == 200
    assert client.post(page, {"note": "It came.", "evidence": str(evidence.pk)}).status_code == 302
    assert "Evidence E1-01" in client.get(f"/disputes/{dispute.reference}/actions/").content.decode()
    assert ChronologyEntry.objects.get(headline="Action done").body.endswith("Evidence E1-01")
    assert AuditEvent.objects.get(action="action_done").data == {"evidence": evidence.pk}
    done = signed_in(by).post(one(dispute, f"actions/{actions[1].pk}/complete/"), {"note": "x", "evidence": 2**40})
    assert done.status_code == 404
    done = signed_in(by).post(one(dispute, f"actions/{actions[1].pk}/complete/"), {"note": "x", "evidence": evidence.pk})
    assert done.status_code == 200
    made = assemble(fresh(dispute), kind="case_history", reason="r", by=people.health.practitioner, now=now)
    assert "'text': 'E1-01'" in str([part for part in made["sections"] if part["key"] == "actions"])


def test_a_file_of_a_stage_inside_one_agency_or_withdrawn_or_from_elsewhere_shows_nothing(now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    people = people_under("south_lanarkshire", now=now)
    by, dispute = people.council.practitioner, make_dispute(people, now=now)
    elsewhere = hand_in(make_dispute(people, now=now), people, now)
    while not dispute.rules_now.single_agency:
        dispute = climb(dispute, now=now)
    inside = hand_in(dispute, people, now)
    here = add_action(dispute=fresh(dispute), what="Ask.", owner=by, due_on=now.date(), by=by, now=now)
    dispute = climb(dispute, now=now)
    senior = people.council.senior_manager
    later = add_action(dispute=fresh(dispute), what="Ask.", owner=by, due_on=now.date(), by=senior, now=now)
    for action, file in ((later, inside), (here, elsewhere)):
        with pytest.raises(Refused, match="one of the files"):
            complete_action(action=action, note="Done.", evidence=file, by=by, now=now)
    withdrawn = withdraw_evidence(evidence=inside, why="The wrong file.", by=by, now=now)
    with pytest.raises(Refused, match="one of the files"):
        complete_action(action=here, note="Done.", evidence=withdrawn, by=by, now=now)
