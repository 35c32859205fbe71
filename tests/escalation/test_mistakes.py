"""A conflict of interest that was declared by mistake: the declaration stays, and a second person opens the cases again (T5)."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment, AuditEvent, Case, Correction, Declaration
from escalation.actions import interests, mistakes, restrictions
from escalation.actions.restrictions import Wanted
from escalation.models import Dispute, Notification
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.factories import Cast, make_appointment
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db
WHY, KNOWN = "I took her for a neighbour of the same name.", "I asked both."


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return fresh(make_dispute(people, now=now))


def declared(dispute: Dispute, by: Appointment, now: datetime) -> Declaration:
    return interests.declare(dispute=fresh(dispute), has_conflict=True, what="A neighbour", by=by, now=now)


def shut_to(dispute: Dispute) -> list[int]:
    return Case.objects.get(pk=dispute.case_id).shut_to


def test_it_opens_again_when_a_second_person_says_so(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    by, other, page = people.health.practitioner, people.health.line_manager, f"/disputes/{dispute.reference}/"
    said, stays = declared(dispute, by, now), declared(dispute, other, now)
    client.force_login(by.user)
    assert client.get(page).status_code == 404
    assert "See what you declared" in client.get("/account/").content.decode()
    shown = client.get("/declarations/").content.decode()
    assert "A neighbour" in shown
    assert dispute.reference not in shown
    form = f"/declarations/{said.pk}/mistake/"
    assert "Say in a few words" in client.post(form, {"why": ""}).content.decode()
    assert client.post(form, {"why": WHY}).status_code == 302
    assert client.post(form, {"why": WHY}).status_code == 409
    assert client.get(page).status_code == 404  # nothing opens by that alone
    row = Correction.objects.get()
    told = Notification.objects.filter(key=f"{dispute.pk}:mistake:{row.pk}")
    assert {notice.recipient for notice in told} == {people.health.lead, people.board_manager}
    client.force_login(people.health.lead.user)
    assert f"/declarations/mistakes/{row.pk}/" in client.get("/").content.decode()
    assert WHY in client.get(f"/declarations/mistakes/{row.pk}/").content.decode()
    assert client.post(f"/declarations/mistakes/{row.pk}/", {"agrees": "yes", "reason": KNOWN}).status_code == 302
    assert shut_to(dispute) == [other.user_id]
    client.force_login(by.user)
    assert client.get(page).status_code == 200
    assert "Yes, it was a mistake" in client.get("/declarations/").content.decode()
    assert Notification.objects.filter(key=f"{dispute.pk}:mistake-agreed:{row.pk}").get().recipient == by
    assert set(Declaration.objects.filter(has_conflict=True)) == {said, stays}
    assert AuditEvent.objects.get(action="conflict_was_a_mistake").data == {"declaration": said.pk, "user": by.user_id}
    with pytest.raises(DatabaseError), transaction.atomic():
        Correction.objects.filter(pk=row.pk).update(reason="Other words.")


def test_nobody_confirms_their_own_and_nobody_else_than_their_lead_or_the_boards_office(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    lead = people.health.lead
    dispute.participants.create(appointment=lead, side="responding", joined_at=now, from_stage=1)
    row = mistakes.say_mistake(declaration=declared(dispute, lead, now), why=WHY, by=lead, now=now)
    office = make_appointment(people.board_manager.role, partnership=people.partnership, user=lead.user)  # type: ignore[arg-type]
    for who in (lead, office, people.council.lead, people.health.senior_manager, people.chair):
        with pytest.raises(Refused, match="takes a second person"):
            mistakes.decide_mistake(correction=row, agrees=True, reason=KNOWN, by=who, now=now)
        client.force_login(who.user)
        assert client.get(f"/declarations/mistakes/{row.pk}/").status_code == 404
    with pytest.raises(Refused, match="nothing of yours"):
        mistakes.say_mistake(declaration=row.declaration, why=WHY, by=people.health.practitioner, now=now)
    mistakes.decide_mistake(correction=row, agrees=False, reason=KNOWN, by=people.board_manager, now=now)
    assert shut_to(dispute) == [lead.user_id]
    assert AuditEvent.objects.filter(action="conflict_stays").count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Correction.objects.create(
            declaration=row.declaration, asked_by=lead, asked_at=now, why=WHY, decided_by=lead, decided_at=now,
            is_agreed=True, reason=KNOWN,
        )  # fmt: skip


def test_a_second_declaration_about_the_same_person_keeps_it_shut(people: Cast, dispute: Dispute, now: datetime) -> None:
    by = people.health.practitioner
    other = fresh(make_dispute(people, now=now, case=dispute.case))
    first = declared(dispute, by, now)
    Declaration.objects.create(case=other.case, user_id=by.user_id, by=by, has_conflict=True, what="Family", declared_at=now)
    row = mistakes.say_mistake(declaration=first, why=WHY, by=by, now=now)
    mistakes.decide_mistake(correction=row, agrees=True, reason=KNOWN, by=people.health.lead, now=now)
    assert shut_to(dispute) == [by.user_id]


def test_of_a_restricted_case_only_who_is_named_is_asked_and_decides(people: Cast, dispute: Dispute, now: datetime) -> None:
    named = [people.council.practitioner, people.council.senior_manager, people.health.lead]
    restrictions.restrict(dispute=fresh(dispute), wanted=Wanted(named[:2], "A neighbour."), by=named[1], now=now)
    row = mistakes.say_mistake(declaration=declared(dispute, named[0], now), why=WHY, by=named[0], now=now)
    assert not Notification.objects.filter(key=f"{dispute.pk}:mistake:{row.pk}").exists()
    for who in (people.council.lead, people.board_manager):
        assert mistakes.waiting(who) == []
        with pytest.raises(Refused, match="takes a second person"):
            mistakes.decide_mistake(correction=row, agrees=True, reason=KNOWN, by=who, now=now)


def test_the_api_says_lists_and_decides(people: Cast, dispute: Dispute, now: datetime) -> None:
    by, lead = signed_in(people.health.practitioner), signed_in(people.health.lead)
    said = declared(dispute, people.health.practitioner, now)
    assert by.get("/api/declarations/").data[0]["mistake"] == ""
    assert lead.post(f"/api/declarations/{said.pk}/mistake/", {"why": WHY}).status_code == 404
    assert by.post(f"/api/declarations/{said.pk}/mistake/", {"why": WHY}).status_code == 204
    assert [row["mistake"] for row in by.get("/api/declarations/").data] == ["waiting"]
    assert by.get("/api/declarations/mistakes/").data == []
    waits = lead.get("/api/declarations/mistakes/").data
    assert [row["dispute"] for row in waits] == [dispute.reference]
    decide = f"/api/declarations/mistakes/{waits[0]['id']}/decide/"
    assert by.post(decide, {"agrees": True, "reason": KNOWN}).status_code == 404
    assert lead.post(decide, {"agrees": True, "reason": KNOWN}).status_code == 204
    assert by.get(one(dispute)).status_code == 200
