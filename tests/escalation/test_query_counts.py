"""The main pages ask the database as often for fifty disputes as for five."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from decisions.demo import copies
from escalation.actions import sweep
from escalation.models import Dispute
from tests.clock import Clock
from tests.factories_disputes import make_dispute, people_under
from tests.questions import Questions

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["practitioner", "line_manager"])
def test_statements_do_not_grow_with_the_disputes(client: Client, clock: Clock, now: datetime, role: str) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    pattern = make_dispute(people, now=now)
    pattern = Dispute.objects.select_related("case__person", "partnership").get(pk=pattern.pk)
    pages = ("/", "/disputes/", "/notices/", f"/disputes/{pattern.reference}/")
    client.force_login(getattr(people.council, role).user)

    def statements() -> dict[str, int]:
        counts = {}
        for page in pages:
            assert client.get(page).status_code == 200
            with Questions(connection) as asked:
                client.get(page)
            counts[page] = len(asked)
        return counts

    copies.copy(pattern, 4, first_number=1)
    with_five = statements()
    copies.copy(pattern, 45, first_number=5)
    assert Dispute.objects.count() == 50
    assert statements() == with_five
    assert max(with_five.values()) <= 60


def test_statements_of_a_sweep_do_not_grow_with_the_disputes(now: datetime) -> None:
    """What a rule begins to read must be gathered for a batch (``escalation/at_hand.py``), not read for each dispute."""
    people, late = people_under("halton", now=now), now + timedelta(days=2, hours=14)

    def statements(how_many: int) -> int:
        disputes = [make_dispute(people, now=now) for _ in range(how_many)]
        with Questions(connection) as asked:
            assert sweep.sweep(now=late).escalated == len(disputes)
        return len(asked)

    assert statements(6) == statements(2)
