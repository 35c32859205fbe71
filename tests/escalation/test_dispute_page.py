"""The page of a dispute: what each person sees first, what they may do, and what stays hidden."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases.models import Appointment, AuditEvent
from escalation import dispute_pages
from escalation.actions.agreed import add_action
from escalation.actions.positions import state_position
from escalation.actions.sweep import sweep
from escalation.actions.talks import log_discussion
from escalation.models import Action, Dispute
from escalation.protocol import DayKind
from escalation.views.acts import Acts
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import climb, make_dispute, people_under, publish, source_protocol
from tests.questions import Questions
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


def see(client: Client, dispute: Dispute, who: Appointment, tab: str = "") -> Any:
    client.force_login(who.user)
    return client.get(f"/disputes/{dispute.reference}/{tab}")


def test_the_other_side_is_told_that_it_is_their_turn_and_may_reply(client: Client, people: Cast, dispute: Dispute) -> None:
    response = see(client, dispute, people.health.practitioner)
    assert response.status_code == 200
    said = response.content.decode()
    assert "is to reply" in said
    assert "Discharge home without a care package." in said
    assert f'href="/disputes/{dispute.reference}/positions/state/" role="button"' in said
    assert "Escalate now" not in said


def test_the_line_names_whose_turn_it_is_by_when_and_how_the_date_was_worked_out(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    said = see(client, climb(dispute, now=now), people.council.practitioner).content.decode()
    assert "line manager or safeguarding lead" in said
    assert "by Fri 10 April, end of day" in said
    assert "(Day 9)" in said
    assert "8 days left" in said
    assert "How was this date worked out?" in said
    assert "Counted from when the concern arose: Thu 2 April 2026 at 10:00." in said
    assert "the clock moves this to Stage 3 by itself" in said
    assert "Protocol: Halton professional challenge and escalation, version 1." in said


def test_skipped_working_days_are_named(client: Client, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    days = source_protocol("halton").clock.model_copy(update={"days": DayKind.WORKING_DAYS})
    publish(people.partnership, "halton", now=now, clock=days, version="working days")
    dispute = climb(make_dispute(people, now=now), now=now)
    said = see(client, dispute, people.council.practitioner).content.decode()
    assert "Fri 3 April 2026 (Good Friday)" in said
    assert "Mon 6 April 2026 (Easter Monday)" in said


def test_without_limits_nothing_is_ever_overdue(client: Client, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    people = people_under("dundee", now=now)
    dispute = make_dispute(people, now=now)
    clock.move_to(now + timedelta(days=40))
    said = see(client, dispute, people.council.practitioner).content.decode()
    assert "open 40 days" in said
    assert "overdue" not in said


def test_somebody_who_may_know_of_it_only_sees_where_it_stands_and_why_no_more(
    client: Client, people: Cast, dispute: Dispute
) -> None:
    for who in (people.board_manager, people.council.senior_manager):
        response = see(client, dispute, who)
        assert response.status_code == 200
        said = response.content.decode()
        assert dispute.reference in said
        assert people.health.agency.name in said
        assert "What was said and decided is read only by the people who are on it" in said
        for hidden in (dispute.title, dispute.worry, dispute.case.about, "Seen on the ward"):
            assert hidden not in said
        for tab in ("story/", "positions/", "actions/", "people/", "own-record/attest/"):
            assert see(client, dispute, who, tab).status_code == 404
        assert see(client, dispute, who, "readers/").status_code == 200
    assert not AuditEvent.objects.filter(action="case_read").exists()


def test_strangers_find_nothing(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    elsewhere = people_under("luton", now=now)
    for who in (people.stranger, people.charity, elsewhere.council.practitioner, elsewhere.board_manager, elsewhere.auditor):
        for tab in ("", "story/", "positions/", "actions/", "people/", "readers/", "stage/escalate/"):
            assert see(client, dispute, who, tab).status_code == 404, (who.described, tab)


def test_each_page_read_is_recorded_once_and_shown_to_those_who_may_see_it(
    client: Client, people: Cast, dispute: Dispute
) -> None:
    see(client, dispute, people.health.practitioner)
    assert AuditEvent.objects.filter(action="case_read", appointment=people.health.practitioner).count() == 1
    own = see(client, dispute, people.council.practitioner, "readers/").content.decode()
    assert people.health.practitioner.user.name not in own.split("Who has looked</h2>")[1]
    for who in (people.auditor, people.board_manager, people.council.lead):
        everybody = see(client, dispute, who, "readers/").content.decode()
        assert people.health.practitioner.user.name in everybody.split("Who has looked</h2>")[1]


def test_the_title_of_the_tab_carries_a_reference_and_never_a_name(client: Client, people: Cast, dispute: Dispute) -> None:
    for tab in ("", "story/", "people/", "safety/confirm/"):
        said = see(client, dispute, people.council.practitioner, tab).content.decode()
        title = said[said.index("<title>") : said.index("</title>")]
        assert dispute.reference in title
        assert "Elsworth" not in title


def test_an_auditor_reads_everything_and_can_do_nothing(client: Client, people: Cast, dispute: Dispute) -> None:
    response = see(client, dispute, people.auditor)
    assert response.context["here"]["acts"] == Acts()
    assert dispute.worry in response.content.decode()


def test_duties_carried_along_by_the_clock_stay_owed_on_the_page(
    client: Client, people: Cast, dispute: Dispute, now: datetime, clock: Clock
) -> None:
    later = now + timedelta(days=4)
    clock.move_to(later)
    sweep(now=later)
    said = see(client, dispute, people.council.practitioner).content.decode()
    assert "Still owed from earlier stages" in said
    assert "from Stage 1" in said
    assert "the limit passed; the clock moved it on" in said


@shared
def little_and_much(people: Cast, now: datetime) -> list[Dispute]:
    found = [make_dispute(people, now=now) for _ in range(2)]
    for dispute, entries in zip(found, (5, 65), strict=True):
        for number in range(entries):
            add_entry(dispute, people, now, number)
    return found


@pytest.mark.parametrize("tab", ["", "story/", "positions/", "actions/", "people/", "readers/"])
def test_the_number_of_queries_does_not_grow(
    client: Client, people: Cast, little_and_much: list[Dispute], tab: str
) -> None:
    counts = []
    client.force_login(people.council.practitioner.user)
    for dispute in little_and_much:
        client.get(f"/disputes/{dispute.reference}/{tab}")
        with Questions(connection) as queries:
            client.get(f"/disputes/{dispute.reference}/{tab}")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 50


def add_entry(dispute: Dispute, people: Cast, now: datetime, number: int) -> None:
    by = people.council.practitioner
    log_discussion(
        dispute=dispute, kind="attempt", mode="phone", happened_at=now, with_whom="Ward", result=f"No answer {number}.",
        by=by, now=now,
    )  # fmt: skip
    add_action(dispute=dispute, what=f"Ring again {number}.", owner=by, due_on=now.date(), by=by, now=now)


def addresses(dispute: Dispute, action: Action) -> list[str]:
    given: dict[str, Any] = {"reference": dispute.reference, "pk": action.pk, "verb": "withdraw"}
    return [
        reverse(str(pattern.name), kwargs={name: given[name] for name in pattern.pattern.converters})
        for pattern in dispute_pages.urlpatterns
    ]


def test_no_address_exists_for_strangers_other_partnerships_or_nobody(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    add_entry(dispute, people, now, 1)
    elsewhere = people_under("luton", now=now)
    for url in addresses(dispute, dispute.actions.get()):
        for who in (people.stranger, elsewhere.council.lead):
            client.force_login(who.user)
            wanted = {405, 404} if url.startswith("/drafts/") else {404}
            assert client.get(url).status_code in wanted, url
            assert client.post(url, {"reason": "x", "text": "x"}).status_code in {404, 405}, url
        client.logout()
        assert client.get(url)["Location"].startswith("/account/login/?next=")


def test_a_wish_to_talk_first_is_no_answer_yet(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    state_position(dispute=dispute, stance="talk", text="Let us talk.", by=people.health.practitioner, now=now)
    said = see(client, dispute, people.council.practitioner).content.decode()
    assert f"{people.health.agency.short_name}&#x27;s practitioner" in said
    assert "Change our reply" in see(client, dispute, people.health.practitioner).content.decode()
