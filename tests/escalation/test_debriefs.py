"""Debriefs: offered to each colleague, held or declined, shown for every person on the dispute (F24)."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from cases.roles import Role
from decisions.exports import assemble
from escalation.actions.debriefs import answer_debrief, offer_debrief
from escalation.actions.people import bring_in
from escalation.models import Debrief, Dispute
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast, make_appointment
from tests.factories_decisions import with_last_word
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return climb(make_dispute(people, now=now), now=now)


@shared
def manager(dispute: Dispute, people: Cast) -> Appointment:
    rows = dispute.participants.filter(appointment__agency=people.council.agency)
    return next(row.appointment for row in rows if row.appointment.role != Role.PRACTITIONER)


@shared
def debrief(dispute: Dispute, manager: Appointment, people: Cast, now: datetime) -> Debrief:
    offer_debrief(dispute=dispute, text="Thursday at ten.", by=manager, now=now)
    return Debrief.objects.get(participant__appointment=people.council.practitioner)


def test_an_offer_is_made_to_each_colleague_once(dispute: Dispute, debrief: Debrief, manager: Appointment, now: datetime) -> None:
    count = Debrief.objects.filter(answer="").count()
    offer_debrief(dispute=dispute, text="Or on Friday.", by=manager, now=now)
    assert Debrief.objects.filter(answer="").count() == count
    assert set(Debrief.objects.values_list("participant__appointment__agency", flat=True)) == {manager.agency_id}


def test_held_or_declined_once(debrief: Debrief, people: Cast, now: datetime) -> None:
    answer_debrief(debrief=debrief, answer="declined", by=people.council.practitioner, now=now)
    with pytest.raises(Refused) as refusal:
        answer_debrief(debrief=debrief, answer="held", by=people.council.practitioner, now=now)
    assert refusal.value.code == "stale"
    with pytest.raises(DatabaseError), transaction.atomic():
        Debrief.objects.filter(pk=debrief.pk).update(answer="held")
    assert AuditEvent.objects.filter(action="debrief_answered").count() == 1


def test_nobody_declines_for_somebody_else(debrief: Debrief, manager: Appointment, people: Cast, now: datetime) -> None:
    for by, answer in ((manager, "declined"), (people.health.practitioner, "held")):
        with pytest.raises(Refused) as refusal:
            answer_debrief(debrief=debrief, answer=answer, by=by, now=now)
        assert refusal.value.code == "forbidden"
    answer_debrief(debrief=debrief, answer="held", by=manager, now=now)


def test_every_person_shows_where_they_stand(
    client: Client, dispute: Dispute, debrief: Debrief, people: Cast, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    client.force_login(people.council.practitioner.user)
    page = client.get(f"/disputes/{dispute.reference}/people/").content.decode()
    assert "Say what became of it" in page
    assert "Not offered" in page
    address = f"/disputes/{dispute.reference}/debriefs/{debrief.pk}/answer/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"answer": "declined"}).status_code == 302
    assert "Declined" in client.get(f"/disputes/{dispute.reference}/people/").content.decode()
    assert client.get(address).status_code == 403


def test_api_and_document(dispute: Dispute, debrief: Debrief, people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    api, address = signed_in(people.council.practitioner), f"/api/disputes/{dispute.reference}/"
    assert signed_in(people.stranger).post(f"{address}debriefs/{debrief.pk}/answer/", {"answer": "held"}).status_code == 404
    assert signed_in(people.health.practitioner).post(
        f"{address}debriefs/{debrief.pk}/answer/", {"answer": "held"}
    ).status_code == 403
    assert api.post(f"{address}debriefs/{debrief.pk}/answer/", {"answer": "held"}).status_code == 200
    assert "held" in {one["answer"] for one in api.get(f"{address}work/").json()["debriefs"]}
    made = assemble(fresh(dispute), kind="case_history", reason="r", by=people.council.practitioner, now=now)
    assert "not offered" in str([one for one in made["sections"] if one["key"] == "debriefs"])


def test_somebody_who_joins_later_is_offered_theirs(
    dispute: Dispute, debrief: Debrief, manager: Appointment, people: Cast, now: datetime
) -> None:
    late = make_appointment(Role.PRACTITIONER, people.council.agency)
    bring_in(dispute=dispute, who=late, reason="Knows the family.", by=manager, now=now)
    offer_debrief(dispute=dispute, text="Friday.", by=manager, now=now)
    assert Debrief.objects.filter(participant__appointment=late).count() == 1


def test_whoever_has_the_last_word_is_offered_one_and_offers_one_to_all(
    client: Client, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute = with_last_word(make_dispute(people, now=now), now=now)
    by, chair = people.council.senior_manager, people.chair
    with pytest.raises(Refused, match="to whom"):
        offer_debrief(dispute=dispute, text="Friday.", whom="all", by=by, now=now)
    client.force_login(by.user)
    address = f"/disputes/{dispute.reference}/debrief/offer/"
    assert "Whoever has the last word" in client.get(address).content.decode()
    assert client.post(address, {"whom": "authority", "text": "Friday at ten."}).status_code == 302
    mine = Debrief.objects.get(participant__appointment=chair)
    assert not Debrief.objects.filter(participant__appointment=people.health.practitioner).exists()
    client.force_login(chair.user)
    assert client.post(f"/disputes/{dispute.reference}/debriefs/{mine.pk}/answer/", {"answer": "held"}).status_code == 302
    assert client.post(address, {"text": "Monday at four."}).status_code == 302
    offered = set(Debrief.objects.filter(answer="").values_list("participant__appointment", flat=True))
    others = dispute.participants.exclude(appointment=chair)
    assert offered == set(others.values_list("appointment", flat=True))
    assert "Not offered" not in client.get(f"/disputes/{dispute.reference}/people/").content.decode()
    api = signed_in(by).post(f"/api/disputes/{dispute.reference}/debriefs/", {"text": "Tuesday.", "whom": "authority"})
    assert api.status_code == 200
    assert Debrief.objects.filter(participant__appointment=chair, answer="").count() == 1
