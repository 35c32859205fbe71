"""Each source protocol is walked from raising to closing by the real actions, and ends under the right name (F21, F23)."""

from datetime import datetime, timedelta

import pytest

from cases import audit
from escalation.models.dispute import Status
from tests.factories_decisions import confirm_all, confirmers, give_last_word, referred
from tests.factories_disputes import climb, make_dispute, people_under

pytestmark = pytest.mark.django_db

NAMES = {
    "halton": ("Recommended", ["main_board"]),
    "dundee": ("Determined", []),
    "luton": ("Agreed", []),
    "south_lanarkshire": ("Concluded", []),
}


@pytest.mark.parametrize("key", NAMES)
def test_from_raising_to_closing(key: str, now: datetime) -> None:
    people = people_under(key, now=now)
    dispute = referred(make_dispute(people, now=now), now=now + timedelta(hours=2))
    assert dispute.status == Status.REFERRED
    outcome = give_last_word(dispute, now=now + timedelta(hours=3))
    verb, onward = NAMES[key]
    assert outcome.verb == verb
    assert outcome.effective_at == now + timedelta(hours=3)
    assert [item.code for item in dispute.onward_items.all()] == onward
    first, second = confirmers(dispute)
    assert {first.agency, second.agency} == {people.council.agency, people.health.agency}
    dispute = confirm_all(dispute, now=now + timedelta(hours=4))
    assert dispute.status == Status.CLOSED
    assert list(audit.broken_links()) == []


@pytest.mark.parametrize("key", NAMES)
@pytest.mark.parametrize("stages_up", [0, 1, 2])
def test_an_agreement_at_any_stage_can_be_confirmed_and_closed(key: str, stages_up: int, now: datetime) -> None:
    from decisions.actions.outcomes import record_agreement
    from tests.factories_disputes import do_raising_duties, fresh, leader_of

    people = people_under(key, now=now)
    dispute = make_dispute(people, now=now)
    for _ in range(stages_up):
        dispute = climb(dispute, now=now)
    do_raising_duties(dispute, now=now)
    record_agreement(
        dispute=fresh(dispute), text="A night sitter starts on Monday.", reasons="That meets the risk.",
        by=leader_of(dispute, "raising"), now=now,
    )
    dispute = confirm_all(dispute, now=now)
    assert dispute.status == Status.CLOSED
