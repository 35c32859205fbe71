"""What is raised is sent: dates before sending, one dispute when sent twice, and a refusal told at its question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from cases.errors import Refused
from cases.models import Case, Person
from escalation.actions.drafts import start_draft
from escalation.actions.raising import NewPerson, raise_for_new_person
from escalation.models import Dispute, Draft, Notification, SafetyConfirmation
from escalation.protocol import Side
from escalation.views import raising
from tests.clock import Clock
from tests.escalation.raising_pages import address, answers, begin, day_of, fill, text_of
from tests.factories import Cast
from tests.factories_disputes import SAFE as SAFE_NOW
from tests.factories_disputes import people_under, raised
from tests.worlds import shared

pytestmark = pytest.mark.django_db
KEYS = ("halton", "dundee", "luton", "south_lanarkshire")


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


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
    assert dispute.case.about == "Margaret Elsworth"
    assert dispute.danger_answer == "not_in_danger"
    assert [party.agency for party in dispute.parties.filter(side=Side.RESPONDING)] == [people.health.agency]
    assert SafetyConfirmation.objects.get().answer == "safe"
    done = text_of(client.get(address(draft, "done")))
    assert dispute.reference in done
    assert "Who has been told" in done
    told = Notification.objects.filter(event="raised").exclude(recipient=people.council.practitioner).first()
    assert told is None or told.recipient.user.name in done


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


def test_a_refused_dispute_leaves_no_case_behind(people: Cast, now: datetime) -> None:
    draft = start_draft(user=people.council.practitioner.user, form="raise", now=now)
    with pytest.raises(Refused):
        raise_for_new_person(
            about=NewPerson("Margaret Elsworth"), responding=[people.health.agency], raised=raised(now), safety=SAFE_NOW,
            by=people.council.practitioner, now=now, draft=draft, addressee=people.charity,
        )  # fmt: skip
    assert not Case.objects.exists()
    assert not Person.objects.exists()
