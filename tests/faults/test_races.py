"""Two people act at the same moment: one wins, the other is told, and nothing is half-done."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from cases import audit
from cases.errors import Refused
from escalation.actions import moves, positions, sweep
from escalation.actions.drafts import start_draft
from escalation.actions.raising import raise_dispute
from escalation.models import Deadline, Dispute, DisputeStage, Notification
from tests.factories import make_case
from tests.factories_disputes import SAFE, do_raising_duties, fresh, make_dispute, people_under, raised

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 12


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts in threads that start together; each result is what it returned, or the refusal it met."""
    barrier = Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[number] = act()
        except Refused as refusal:
            results[number] = refusal
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def refusals(results: list[object]) -> list[Refused]:
    return [result for result in results if isinstance(result, Refused)]


def test_escalating_against_withdrawing(now: datetime) -> None:
    people = people_under("luton", now=now)
    for _ in range(ROUNDS):
        dispute = make_dispute(people, now=now)
        do_raising_duties(dispute, now=now)
        seen, by = fresh(dispute).token, dispute.raised_by
        common: dict[str, Any] = {"dispute": dispute, "by": by, "now": now, "seen": seen}
        results = at_once(
            partial(moves.escalate, reason="No agreement.", **common),
            partial(moves.withdraw, reason="Settled by phone.", **common),
        )
        assert [refusal.code for refusal in refusals(results)] == ["stale"]
        assert DisputeStage.objects.filter(dispute=dispute, closed_at=None).count() in (0, 1)
    assert list(audit.broken_links()) == []


def test_escalating_twice_goes_up_once(now: datetime) -> None:
    people = people_under("luton", now=now)
    for _ in range(ROUNDS):
        dispute = make_dispute(people, now=now)
        do_raising_duties(dispute, now=now)
        act = partial(
            moves.escalate, dispute=dispute, by=dispute.raised_by, now=now, reason="No agreement.",
            seen=fresh(dispute).token,
        )
        assert len(refusals(at_once(act, act))) == 1
        assert fresh(dispute).stage == 2


def test_ten_sweepers_record_each_miss_once(now: datetime) -> None:
    people = people_under("halton", now=now)
    disputes = [make_dispute(people, now=now) for _ in range(4)]
    late = now + timedelta(days=2, hours=14)
    at_once(*[partial(sweep.sweep, now=late)] * 10)
    sweep.sweep(now=late)
    assert Deadline.objects.filter(missed_at__isnull=False).count() == len(disputes)
    assert {fresh(dispute).stage for dispute in disputes} == {2}
    keys = Notification.objects.filter(event="limit_missed").values_list("key", "recipient_id")
    assert len(keys) == len(set(keys))
    assert list(audit.broken_links()) == []


def test_replying_at_the_very_limit_is_either_in_time_or_missed(now: datetime) -> None:
    """Both take the dispute's lock: the stage is replied to, or moved on, never both half-way (R3)."""
    people = people_under("halton", now=now)
    late = now + timedelta(days=2, hours=14)
    for _ in range(ROUNDS):
        dispute = make_dispute(people, now=now)
        at_once(
            partial(
                positions.state_position, dispute=dispute, stance="stands", text="It is safe.",
                by=people.health.practitioner, now=late,
            ),
            partial(sweep.sweep, now=late),
        )
        sweep.sweep(now=late)
        dispute = fresh(dispute)
        assert dispute.stage == 2
        assert dispute.deadlines.get(stage=2, kind="start").missed_at == late


def test_a_draft_sent_twice_becomes_one_dispute(now: datetime) -> None:
    people = people_under("halton", now=now)
    for _ in range(ROUNDS):
        case, by = make_case(people, now=now), people.council.practitioner
        draft = start_draft(user=by.user, form="raise", now=now)
        send = partial(
            raise_dispute, case=case, responding=[people.health.agency], raised=raised(now), safety=SAFE, by=by, now=now,
            draft=draft,
        )
        first, second = at_once(send, send)
        assert first == second
        assert Dispute.objects.filter(case=case).count() == 1
