"""What is answered while raising: at most eight required inputs, bad input told at its page, and nothing typed lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from cases.models import Case
from escalation.forms.raising import OF_A_PERSON
from escalation.forms.steps import Setting
from escalation.models import Dispute
from tests.clock import Clock
from tests.escalation.raising_pages import address, answers, begin, day_of, fill, text_of
from tests.factories import Cast, make_case
from tests.factories_disputes import people_under, source_protocol
from tests.worlds import shared

pytestmark = pytest.mark.django_db
KEYS = ("halton", "dundee", "luton", "south_lanarkshire")


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@pytest.mark.parametrize("key", KEYS)
def test_at_most_eight_inputs_are_required(now: datetime, people: Cast, key: str) -> None:
    setting = Setting(people.stranger, source_protocol(key), began=now, now=now)
    forms = [form(setting=setting) for form in OF_A_PERSON]
    required = [(form.slug, name) for form in forms for name, asked in form.fields.items() if asked.required]
    assert len(required) <= 8, required


LONG = "x" * 21_000
HOME = {"decision_disputed": "Sent home."}

BAD: list[tuple[str, dict[str, Any], str]] = [
    ("danger", {}, "Say whether somebody is in danger right now"),
    ("danger", {"danger": "perhaps"}, "Select a valid choice"),
    ("person", {"own_reference": "LAS-1"}, "Enter the person’s name"),
    ("person", {"name": "M\x00E", "own_reference": "LAS-1"}, "character that cannot be stored"),
    ("person", {"name": "x" * 121}, "Shorten this to 120"),
    ("person", {"name": "M E", **day_of("date_of_birth", 31, 2, 1950)}, "must be a real date"),
    ("person", {"name": "M E", **day_of("date_of_birth", 1, 2, 2050)}, "today or in the past"),
    ("decision", {"decided_by": "The ward"}, "Say what was decided, or what was not done"),
    ("decision", {"decision_disputed": "Sent home."}, "Choose the agency that made the decision"),
    ("decision", {"decision_disputed": "Sent home.", "responding": ["0"]}, "Select a valid choice"),
    ("decision", {"decision_disputed": "Sent home.", "responding": ["x"]}, "is not a valid value"),
    ("decision", {"decision_disputed": LONG}, "Shorten this to 4000"),
    ("decision", {"decision_disputed": "Sent home.", "concern_arose_at_day": "1"}, "must include a month, year and time"),
    ("decision", HOME | day_of("concern_arose_at", 1, 5, 2026, "9:00"), "cannot have arisen in the future"),
    ("decision", HOME | day_of("concern_arose_at", 1, 5, 2019, "9:00"), "within the last year"),
    ("decision", HOME | day_of("decision_received_at", 1, 5, 2026, "9:00"), "cannot have been told in the future"),
    ("decision", {"decision_disputed": "Sent home.", "ground": "nonsense"}, "Select a valid choice"),
    ("decision", {"decision_disputed": "Sent home.", "ground": "not_best_interests"}, "say what is known of"),
    ("decision", HOME | {"ground": "not_best_interests", "capacity": "has"}, "Somebody with capacity"),
    ("worry", {"worry": "She may fall."}, "Say what would resolve it"),
    ("worry", {"proposed_resolution": "Wait."}, "Say what worries you"),
    ("safety", {"how": "I saw her."}, "Say whether the person is safe now"),
    ("safety", {"answer": "safe"}, "Say how you know"),
    ("safety", {"answer": "with_measures", "how": "I saw her."}, "Say which measures"),
    ("safety", {"answer": "with_measures", "how": "I saw her.", "measures": "Sitter", "measures_owner": "Ward",
                **day_of("review_on", 1, 1, 2026)}, "today or later"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "data", "said"), BAD, ids=[f"{step}: {said}" for step, _, said in BAD])
def test_bad_input_is_told_at_the_page_and_nothing_typed_is_lost(
    client: Client, people: Cast, step: str, data: dict[str, Any], said: str
) -> None:
    draft = begin(client, people.council.practitioner)
    response = client.post(address(draft, step), data)
    page = text_of(response)
    assert response.status_code == 200
    assert said in page
    assert "<title>Error: " in page
    later = text_of(client.get(address(draft, step)))
    for name, value in data.items():
        if name not in ("responding", "danger", "ground", "capacity", "answer"):
            kept = str(value).replace("\x00", "")
            assert kept in page, name
            assert kept in later, name


def test_recipients_are_people_of_the_agency_chosen(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    assert client.get(address(draft, "recipient"))["Location"] == address(draft, "decision") + "?check=1"
    client.post(address(draft, "decision"), answers(people)["decision"])
    page = text_of(client.get(address(draft, "recipient")))
    assert people.health.practitioner.user.name in page
    assert people.charity.user.name not in page or people.charity.user.name == people.health.practitioner.user.name
    response = client.post(address(draft, "recipient"), {"addressee": people.charity.pk})
    assert "Select a valid choice" in text_of(response)


def test_immediate_risk_starts_later_with_a_reason(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    pages = answers(people)
    for step in ("danger", "scope", "person", "decision", "worry", "safety"):
        client.post(address(draft, step), pages[step])
    refused = text_of(client.post(address(draft, "recipient"), {"cannot_wait": "yes"}))
    assert "Choose the stage at which it should start" in refused
    assert "Say what the immediate risk is" in refused
    later = {"cannot_wait": "yes", "entry_stage": "3", "immediate_risk_reason": "She goes home alone tonight."}
    assert client.post(address(draft, "recipient"), later)["Location"] == address(draft, "check")
    check = text_of(client.get(address(draft, "check")))
    assert "Stage 2 is concluded" not in check
    assert "Stage 3 is concluded" in check
    client.post(address(draft, "check"))
    dispute = Dispute.objects.get()
    assert (dispute.stage, dispute.is_immediate_risk) == (3, True)


def test_a_protocol_without_immediate_entry_does_not_ask_for_it(client: Client, clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = people_under("luton", now=now)
    draft = begin(client, people.council.practitioner)
    client.post(address(draft, "decision"), answers(people)["decision"])
    assert "immediate risk" not in text_of(client.get(address(draft, "recipient")))


def test_a_case_of_ones_own_is_chosen_and_not_made_again(client: Client, people: Cast, now: datetime) -> None:
    case = make_case(people, now=now)
    draft = begin(client, people.council.practitioner, case=case.reference)
    assert "M.E." in text_of(client.get(address(draft, "person")))
    pages = answers(people) | {"person": {"who": case.reference}}
    client.post(fill(client, draft, pages))
    assert Dispute.objects.get().case == case
    assert Case.objects.count() == 1


def test_somebody_elses_case_cannot_be_chosen(client: Client, people: Cast, now: datetime) -> None:
    case = make_case(people, now=now)
    draft = begin(client, people.stranger)
    response = client.post(address(draft, "person"), {"who": case.reference})
    assert "Enter the person’s name" in text_of(response)
    make_case(people, now=now, by=people.stranger)
    response = client.post(address(draft, "person"), {"who": case.reference})
    assert "Select a valid choice" in text_of(response)
