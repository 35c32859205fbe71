"""Raising through the pages: danger first, scope, at most eight required inputs, dates before sending, one dispute."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from cases.errors import Refused
from cases.models import Case, Person
from escalation.actions.drafts import start_draft
from escalation.actions.raising import NewPerson, raise_for_new_person
from escalation.forms.raising import FORMS
from escalation.forms.steps import Setting
from escalation.models import Dispute, Draft, Notification, SafetyConfirmation
from escalation.protocol import Side
from escalation.views import raising
from tests.clock import Clock
from tests.escalation.raising_pages import address, answers, begin, fill
from tests.factories import Cast, make_case
from tests.factories_disputes import SAFE as SAFE_NOW
from tests.factories_disputes import people_under, publish, raised, source_protocol

pytestmark = pytest.mark.django_db
KEYS = ("halton", "dundee", "luton", "south_lanarkshire")


@pytest.fixture
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


def text_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("key", KEYS)
def test_the_least_that_is_required_raises_a_dispute_under_every_protocol(
    client: Client, clock: Clock, now: datetime, key: str
) -> None:
    clock.move_to(now)
    people = people_under(key, now=now)
    draft = begin(client, people.council.practitioner)
    here = fill(client, draft, answers(people))
    assert here == address(draft, "check")
    check = text_of(client.get(here))
    assert "Discharge home on Friday" in check
    assert "If you raised it now" in check
    response = client.post(here)
    assert response["Location"] == address(draft, "done")
    dispute = Dispute.objects.get()
    assert dispute.case.person.name == "Margaret Elsworth"
    assert dispute.danger_answer == "not_in_danger"
    assert [party.agency for party in dispute.parties.filter(side=Side.RESPONDING)] == [people.health.agency]
    assert SafetyConfirmation.objects.get().answer == "safe"
    done = text_of(client.get(address(draft, "done")))
    assert dispute.reference in done
    assert "Who has been told" in done
    told = Notification.objects.filter(event="raised").exclude(recipient=people.council.practitioner).first()
    assert told is None or told.recipient.user.name in done


@pytest.mark.parametrize("key", KEYS)
def test_at_most_eight_inputs_are_required(now: datetime, people: Cast, key: str) -> None:
    setting = Setting(people.stranger, source_protocol(key), began=now, now=now)
    required = [(form.slug, name) for form in FORMS for name, asked in form(setting=setting).fields.items() if asked.required]
    assert len(required) <= 8, required


def test_danger_leads_to_the_emergency_page_and_the_answer_is_kept(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    response = client.post(address(draft, "danger"), {"danger": "yes"})
    assert response["Location"] == address(draft, "emergency")
    page = text_of(client.get(response["Location"]))
    assert "999" in page
    assert "01632 960 999" in page
    draft.refresh_from_db()
    assert draft.data["danger"] == {"danger": ["yes"]}
    assert address(draft, "scope") in page
    pages = answers(people)
    for step in ("scope", "person", "decision", "worry", "safety", "recipient"):
        client.post(address(draft, step), pages[step])
    client.post(address(draft, "check"))
    assert Dispute.objects.get().danger_answer == "in_danger"


def test_what_is_out_of_scope_is_signposted_and_leaves_nothing_behind(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    client.post(address(draft, "danger"), {"danger": "no"})
    assert "conduct" in text_of(client.get(address(draft, "scope")))
    response = client.post(address(draft, "scope"), {"about": "conduct"})
    page = text_of(client.get(response["Location"]))
    assert "positions of trust" in page
    assert not Draft.objects.exists()
    assert not Dispute.objects.exists()
    assert client.get(address(draft, "person")).status_code == 404


@pytest.mark.parametrize("about", ["", "something", "NONE"])
def test_scope_needs_an_answer(client: Client, people: Cast, about: str) -> None:
    draft = begin(client, people.council.practitioner)
    page = text_of(client.post(address(draft, "scope"), {"about": about}))
    assert "Choose one of the answers" in page
    assert Draft.objects.filter(pk=draft.pk).exists()


def test_an_unknown_signpost_is_not_there(client: Client, people: Cast) -> None:
    client.force_login(people.council.practitioner.user)
    assert client.get("/disputes/raise/elsewhere/nonsense/").status_code == 404


LONG = "x" * 21_000
HOME = {"decision_disputed": "Sent home."}


def day_of(name: str, day: int, month: int, year: int, time: str = "") -> dict[str, str]:
    """A date as its boxes are sent."""
    boxes = {f"{name}_day": str(day), f"{name}_month": str(month), f"{name}_year": str(year)}
    return boxes | ({f"{name}_time": time} if time else {})


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


def test_all_dates_are_shown_before_sending(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    here = fill(client, draft, answers(people))
    page = text_of(client.get(here))
    for words in ("Fri 3 April, 10:00", "Sat 4 April, end of day", "Fri 10 April, end of day", "Wed 22 April, end of day"):
        assert words in page, words
    arose = day_of("concern_arose_at", 1, 4, 2026, "16:30")
    changed = answers(people)["decision"] | arose
    assert client.post(address(draft, "decision") + "?change=1", changed)["Location"] == address(draft, "check")
    page = text_of(client.get(here))
    assert "Thu 2 April, 16:30" in page
    assert "Tue 21 April, end of day" in page


def test_sent_twice_it_is_one_dispute(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    here = fill(client, draft, answers(people))
    first, second = client.post(here), client.post(here)
    assert first["Location"] == second["Location"] == address(draft, "done")
    assert Dispute.objects.count() == Case.objects.count() == Person.objects.count() == 1
    assert client.get(address(draft, "worry"))["Location"] == address(draft, "done")
    draft.refresh_from_db()
    assert draft.data == {}


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


def test_sending_too_early_leads_to_the_first_page_that_is_missing(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    assert client.post(address(draft, "check"))["Location"] == address(draft, "scope")
    client.post(address(draft, "scope"), {"about": "none"})
    assert client.get(address(draft, "check"))["Location"] == address(draft, "danger") + "?check=1"
    for step in ("danger", "person", "decision"):
        client.post(address(draft, step), answers(people)[step])
    response = client.get(client.get(address(draft, "check"))["Location"])
    assert "Say what worries you" in text_of(response)
    assert not Dispute.objects.exists()


def test_a_refusal_of_the_act_is_told_at_its_question(
    client: Client, people: Cast, now: datetime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise Refused("Choose somebody at the agency that made the decision.", field="addressee")

    draft = begin(client, people.council.practitioner)
    here = fill(client, draft, answers(people))
    monkeypatch.setattr(raising, "raise_for_new_person", refuse)
    response = client.post(here)
    assert response["Location"] == address(draft, "recipient") + "?check=1"
    page = text_of(client.get(response["Location"]))
    assert "Choose somebody at the agency that made the decision." in page
    assert "There is a problem" in page
    monkeypatch.undo()
    assert Draft.objects.get(pk=draft.pk).data["worry"]["worry"]


def test_a_refusal_about_no_single_question_is_told_on_the_last_page(
    client: Client, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise Refused("Something has changed since.", code="shut")

    draft = begin(client, people.council.practitioner)
    here = fill(client, draft, answers(people))
    monkeypatch.setattr(raising, "raise_for_new_person", refuse)
    response = client.post(here)
    assert response.status_code == 409
    assert "Something has changed since." in text_of(response)


def test_who_cannot_raise_finds_no_such_page(client: Client, people: Cast) -> None:
    for acting in (people.chair, people.auditor, people.board_manager, people.council.board_representative):
        client.force_login(acting.user)
        assert client.get("/disputes/raise/").status_code == 404
        assert client.post("/disputes/raise/").status_code == 404


def test_without_a_protocol_the_start_says_so(client: Client, people: Cast) -> None:
    from tests import factories

    elsewhere = factories.cast(factories.make_partnership("nowhere"))
    client.force_login(elsewhere.council.practitioner.user)
    assert "There is no protocol yet" in text_of(client.get("/disputes/raise/"))
    assert client.post("/disputes/raise/").status_code == 200
    assert not Draft.objects.exists()


def test_a_protocol_without_scope_questions_goes_from_danger_to_the_person(client: Client, people: Cast, now: datetime) -> None:
    publish(people.partnership, "halton", now=now, out_of_scope=())
    draft = begin(client, people.council.practitioner)
    pages = answers(people)
    del pages["scope"]
    client.post(fill(client, draft, pages))
    assert Dispute.objects.count() == 1


def test_a_refused_dispute_leaves_no_case_behind(people: Cast, now: datetime) -> None:
    draft = start_draft(user=people.council.practitioner.user, form="raise", now=now)
    with pytest.raises(Refused):
        raise_for_new_person(
            person=NewPerson("Margaret Elsworth"), responding=[people.health.agency], raised=raised(now), safety=SAFE_NOW,
            by=people.council.practitioner, now=now, draft=draft, addressee=people.charity,
        )  # fmt: skip
    assert not Case.objects.exists()
    assert not Person.objects.exists()
