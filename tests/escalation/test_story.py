"""The story of a dispute: one order, grouped by stage, late entries with both dates, pages of fifty, hidden stages hidden."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from cases.models import Appointment
from escalation import chronology
from escalation.actions.talks import log_discussion
from escalation.models import Dispute
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import climb, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def told(client: Client, dispute: Dispute, who: Appointment, query: str = "") -> str:
    client.force_login(who.user)
    response = client.get(f"/disputes/{dispute.reference}/story/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_newest_first_unless_asked_otherwise(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    for hour in (1, 2):
        chronology.tell(dispute, f"Word {hour}", by=people.council.practitioner, now=now + timedelta(hours=hour))
    newest = told(client, dispute, people.council.practitioner)
    oldest = told(client, dispute, people.council.practitioner, "?order=oldest")
    assert newest.index("Word 2") < newest.index("Word 1")
    assert oldest.index("Word 1") < oldest.index("Word 2")


def test_it_is_grouped_by_stage(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    climb(dispute, now=now)
    said = told(client, dispute, people.council.practitioner)
    assert "Stage 1: Professionals" in said
    assert "Stage 2: Managers or safeguarding leads" in said or "Not agreed: taken further" in said


def test_a_late_entry_shows_both_dates(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    log_discussion(
        dispute=dispute, kind="talk", mode="phone", happened_at=now - timedelta(days=3), with_whom="Jo Price",
        result="No agreement.", by=people.council.practitioner, now=now,
    )  # fmt: skip
    said = told(client, dispute, people.council.practitioner)
    assert "(about Mon 30 March 2026 at 10:00, recorded later)" in said
    assert "Thu 2 April 2026 at 10:00" in said


def test_decisions_stand_out_and_the_clock_speaks_plainly(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    chronology.tell(dispute, "A decision was signed", by=people.council.lead, now=now, kind="decision", body="Safer.")
    chronology.tell(dispute, "The clock moved this to Stage 2", by=None, now=now, kind="clock")
    said = told(client, dispute, people.council.practitioner)
    assert "app-event--decision" in said
    assert "by The clock" in said


def test_pages_of_fifty_leave_nothing_out_and_repeat_nothing(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    for number in range(120):
        chronology.tell(dispute, f"Word {number:03}.", by=people.council.practitioner, now=now)
    for order in ("newest", "oldest"):
        seen: list[str] = []
        query: str | None = f"?order={order}"
        while query is not None:
            client.force_login(people.council.practitioner.user)
            response = client.get(f"/disputes/{dispute.reference}/story/{query}")
            rows = [entry["row"] for group in response.context["groups"] for entry in group["entries"]]
            assert len(rows) <= 50
            seen += [row.headline for row in rows if row.headline.startswith("Word")]
            query = response.context["newer"] if order == "oldest" else response.context["older"]
        assert sorted(seen) == [f"Word {number:03}." for number in range(120)]


def test_a_bad_mark_in_the_address_is_not_found(client: Client, people: Cast, dispute: Dispute) -> None:
    client.force_login(people.council.practitioner.user)
    for mark in ("x", "2026~x", "2026-04-02T09:00:00~", "a\x00~1"):
        assert client.get(f"/disputes/{dispute.reference}/story/", {"older": mark}).status_code == 404


def test_words_are_shown_as_words(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    chronology.tell(dispute, "<script>x</script>", by=people.council.practitioner, now=now, body="<b>bold</b>\n\nNew line")
    said = told(client, dispute, people.council.practitioner)
    assert "<script>x" not in said
    assert "&lt;b&gt;bold&lt;/b&gt;" in said
