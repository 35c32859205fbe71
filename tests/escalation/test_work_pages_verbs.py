"""Each verb of a stage by its form: what it records, what it says when empty, and nothing for those it is not for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from cases.models import Appointment, AuditEvent
from escalation.actions.moves import withdraw
from escalation.models import Dispute
from tests.clock import Clock
from tests.escalation.work_pages import GOOD, SAFE, TALK, as_, url
from tests.factories import Cast
from tests.factories_disputes import climb, climb_to_last_stage, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db

TOLD = {
    "record_discussion": "discussions",
    "state_position": "positions",
    "confirm_safety": "safety_confirmations",
    "record_voice": "voices",
    "attest_own_record": "own_records",
    "attest_exhaustion": "exhaustions",
    "notify_intention": "intentions",
}
EMPTY_SAYS = {
    "record_discussion": "Say what came of it, also when it was nothing",
    "state_position": "Write your agency’s position and the reasons for it",
    "confirm_safety": "Say whether the person is safe now",
    "record_voice": "Say whether the person knows that professionals disagree",
    "attest_own_record": "Give the reference under which it stands in your own system",
    "attest_exhaustion": "Say what was tried at this level, or why nothing more could be",
    "notify_intention": "Write what the other side is to know",
    "offer_debrief": "Say when and how the debrief can take place",
}
every_verb = pytest.mark.parametrize("name", sorted(GOOD))


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


@every_verb
def test_a_verb_asks_records_and_goes_back(client: Client, people: Cast, dispute: Dispute, name: str) -> None:
    path, answers = GOOD[name]
    page = as_(client, people.council.practitioner).get(url(dispute, path))
    assert page.status_code == 200
    before = dispute.chronology.count()
    response = client.post(url(dispute, path), answers)
    assert response.status_code == 302, response.content.decode()[-3000:]
    assert dispute.chronology.count() == before + 1
    if name in TOLD:
        assert getattr(dispute, TOLD[name]).count() >= 1


@every_verb
def test_an_empty_form_says_what_to_write_and_records_nothing(client: Client, people: Cast, dispute: Dispute, name: str) -> None:
    path, _ = GOOD[name]
    before = dispute.chronology.count()
    response = as_(client, people.council.practitioner).post(url(dispute, path), {"x": "1"})
    assert response.status_code == 200
    assert EMPTY_SAYS[name] in response.content.decode()
    assert dispute.chronology.count() == before


@every_verb
def test_a_stranger_finds_no_verb(client: Client, people: Cast, dispute: Dispute, name: str) -> None:
    path, answers = GOOD[name]
    before = dispute.chronology.count()
    as_(client, people.stranger)
    assert client.get(url(dispute, path)).status_code == 404
    assert client.post(url(dispute, path), answers).status_code == 404
    assert dispute.chronology.count() == before


@every_verb
def test_after_the_end_a_verb_is_refused(client: Client, people: Cast, dispute: Dispute, name: str, now: datetime) -> None:
    withdraw(dispute=dispute, reason="It is settled.", by=people.council.practitioner, now=now)
    path, answers = GOOD[name]
    before = dispute.chronology.count()
    as_(client, people.council.practitioner)
    if name == "offer_debrief":
        assert client.post(url(dispute, path), answers).status_code == 302
        return
    assert client.get(url(dispute, path)).status_code == 403
    assert client.post(url(dispute, path), answers).status_code == 403
    assert dispute.chronology.count() == before


@pytest.mark.parametrize("key", ["dundee", "south_lanarkshire"])
def test_a_stage_inside_one_agency_is_in_its_own_text_and_nowhere_for_the_other_side(
    client: Client, key: str, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    people = people_under(key, now=now)
    dispute = make_dispute(people, now=now)
    while not dispute.rules_now.single_agency:
        dispute = climb(dispute, now=now)
    client = as_(client, people.council.practitioner)
    client.post(url(dispute, "discussions/record/"), TALK | {"result": "Only among ourselves."})
    client.post(url(dispute, "safety/confirm/"), SAFE | {"how": "Known only among ourselves."})
    assert "Only among ourselves." in client.get(url(dispute, "own-record/attest/")).content.decode()
    hides(client, dispute, people.health.practitioner)
    while dispute.rules_now.single_agency:
        dispute = climb(dispute, now=now)
    for participant in dispute.participants.filter(side="responding").select_related("appointment__user"):
        hides(client, dispute, participant.appointment)


def hides(client: Client, dispute: Dispute, who: Appointment) -> None:
    as_(client, who)
    for path in ("", "story/", "positions/", "actions/", "own-record/attest/", "exhaustion/attest/", "people/"):
        page = client.get(url(dispute, path))
        assert page.status_code in (200, 403), path
        assert "among ourselves" not in page.content.decode(), path


def test_reading_a_verbs_page_is_recorded_once_and_posting_is_not_reading(
    client: Client, people: Cast, dispute: Dispute
) -> None:
    reads = AuditEvent.objects.filter(action="case_read")
    as_(client, people.council.practitioner)
    client.get(url(dispute, "safety/confirm/"))
    assert reads.count() == 1
    client.post(url(dispute, "safety/confirm/"), SAFE)
    assert reads.count() == 1


@pytest.mark.parametrize("key", ["halton", "dundee", "luton", "south_lanarkshire"])
def test_every_tab_and_verb_opens_for_everybody_on_it_at_the_last_stage(
    client: Client, key: str, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    people = people_under(key, now=now)
    dispute = climb_to_last_stage(make_dispute(people, now=now), now=now)
    paths: list[Any] = ["", "story/", "positions/", "actions/", "people/", "readers/", "stage/escalate/", "stage/jump/"]
    paths += ["withdrawal/withdraw/", "reviews/record/", "feedback/give/", *[path for path, _ in GOOD.values()]]
    for participant in fresh(dispute).participants.all():
        as_(client, participant.appointment)
        for path in paths:
            assert client.get(url(dispute, path)).status_code in (200, 403), (participant.appointment.described, path)
