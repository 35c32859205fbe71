"""A dispute climbs every stage of each source protocol by the real actions."""

from datetime import datetime, timedelta

import pytest

from cases import audit
from escalation.actions.sweep import sweep
from escalation.models.dispute import Status
from tests.factories_disputes import climb_to_last_stage, fresh, make_dispute, people_under

pytestmark = pytest.mark.django_db

SOURCES = ("halton", "dundee", "luton", "south_lanarkshire")


@pytest.mark.parametrize("key", SOURCES)
def test_it_reaches_the_last_stage_and_waits_for_the_referral(key: str, now: datetime) -> None:
    people = people_under(key, now=now)
    dispute = climb_to_last_stage(make_dispute(people, now=now), now=now + timedelta(hours=2))
    assert dispute.is_last_stage
    assert dispute.status == Status.AWAITING_REFERRAL
    assert [stage.order for stage in dispute.stages.all()] == list(range(1, dispute.stage + 1))
    assert list(audit.broken_links()) == []


def test_the_clock_alone_carries_haltons_dispute_to_the_last_stage(now: datetime) -> None:
    people = people_under("halton", now=now)
    dispute = make_dispute(people, now=now)
    for day in range(30):
        for _ in range(2):
            sweep(now=now + timedelta(days=day))
    dispute = fresh(dispute)
    assert dispute.stage == 4
    missed = {(row.stage, row.kind) for row in dispute.deadlines.all() if row.missed_at}
    assert missed == {(2, "start"), (2, "conclude"), (3, "start"), (3, "conclude"), (4, "start"), (4, "conclude")}
