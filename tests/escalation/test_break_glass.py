"""Break-glass: an hour to read what is of one's remit and not shared with one, and somebody else who looks at why (T16, R18)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment, AuditEvent, Case
from escalation.actions import break_glass as acts
from escalation.actions import interests, restrictions
from escalation.actions.break_glass import Asked
from escalation.actions.restrictions import Wanted
from escalation.models import BreakGlass, Dispute, Notification
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.factories import Cast, make_appointment
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.url_matrix_disputes import ENDPOINTS, PAGES
from tests.worlds import shared

pytestmark = pytest.mark.django_db
WHY = "The ambulance crew rang: she is on the floor and alone."
SAID = {"category": "risk", "reason": WHY}
TITLE = "Discharge home without a care package."


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return fresh(make_dispute(people, now=now))


def opened(dispute: Dispute, by: Appointment, now: datetime) -> BreakGlass:
    return acts.break_glass(asked=Asked(dispute.reference, "risk", WHY), by=by, now=now)


def page(dispute: Dispute, rest: str = "") -> str:
    return f"/disputes/{dispute.reference}/{rest}"


def test_it_opens_for_sixty_minutes_by_the_databases_clock(
    client: Client, people: Cast, dispute: Dispute, clock: Clock
) -> None:
    manager = people.health.line_manager
    client.force_login(manager.user)
    assert TITLE not in client.get(page(dispute)).content.decode()
    answer = client.post("/break-glass/", {"reference": f" {dispute.reference.lower()} ", **SAID})
    assert answer.status_code == 302
    assert answer["Location"] == page(dispute)
    shown = client.get(page(dispute)).content.decode()
    assert TITLE in shown
    assert "You read this until 11:00, and change nothing." in shown
    assert "You read this until 11:00" in client.get(page(dispute, "positions/")).content.decode()
    assert dispute.reference in client.get("/disputes/").content.decode()
    clock.advance(minutes=59)
    assert TITLE in client.get(page(dispute)).content.decode()
    clock.advance(minutes=1)
    assert TITLE not in client.get(page(dispute)).content.decode()
    assert client.get(page(dispute, "positions/")).status_code == 404


def test_every_page_read_says_so_in_the_audit_trail(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    row = opened(dispute, people.health.line_manager, now)
    client.force_login(people.health.line_manager.user)
    assert [client.get(page(dispute, rest)).status_code for rest in ("", "story/", "positions/")] == [200] * 3
    signed_in(people.health.line_manager).get(one(dispute))
    reads = AuditEvent.objects.filter(action="case_read", appointment=people.health.line_manager)
    assert [event.data for event in reads] == [{"break_glass": row.pk}] * 4
    client.force_login(people.health.lead.user)
    assert ", by break-glass" in client.get(page(dispute, "readers/")).content.decode()
    assert "4, the last on" in client.get(f"/break-glass/reviews/{row.pk}/").content.decode()
    assert AuditEvent.objects.filter(action="glass_broken", data__dispute=dispute.pk).count() == 1


def test_writes_are_refused_and_nothing_is_taken_out(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    """One in six of the addresses of a dispute, page and API: all of them stand behind the same two doors."""
    here = f"/{dispute.reference}/"
    rows = [row for row in (*PAGES, *ENDPOINTS) if row.url.count("{") == row.url.count("{dispute}") == 1]
    addresses = [row.url.format(dispute=dispute.reference) for row in rows if not row.name.endswith("interest")]
    addresses = [address for address in addresses if here in address and not address.endswith(here)]
    opened(dispute, people.health.line_manager, now)
    client.force_login(people.health.line_manager.user)
    caller, events = signed_in(people.health.line_manager), AuditEvent.objects.filter(action__in=("case_read", "refused"))
    before = AuditEvent.objects.count() - events.count(), dispute.chronology.count()
    assert len(addresses) > 60
    for address in addresses[::6]:
        answer = (caller if address.startswith("/api/") else client).post(address, {"text": "x", "reason": "y"})
        assert answer.status_code in (403, 404, 405), address
    assert (AuditEvent.objects.count() - events.count(), dispute.chronology.count()) == before
    forms = ("withdrawal/withdraw/", "people/bring-in/", "evidence/1/file/")
    assert [client.get(page(dispute, rest)).status_code for rest in forms] == [403] * 3


def test_unknown_and_known_references_look_the_same(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    """What does not exist, what is another agency's, another partnership's, restricted or shut by a conflict."""
    elsewhere = make_dispute(people_under("luton", now=now), now=now)
    shut, knows = make_dispute(people, now=now), make_dispute(people, now=now)
    named = [people.council.practitioner, people.council.senior_manager]
    restrictions.restrict(dispute=fresh(shut), wanted=Wanted(named, "A neighbour."), by=named[1], now=now)
    manager = make_appointment(people.health.line_manager.role, people.health.agency)  # type: ignore[arg-type]
    interests.declare(dispute=fresh(knows), has_conflict=True, what="Family", by=manager, now=now)
    client.force_login(manager.user)
    answers = set()
    for reference in ("HAL-2026-9999", elsewhere.reference, shut.reference, knows.reference):
        answer = client.post("/break-glass/", {"reference": reference, **SAID})
        answers.add((answer.status_code, acts.NOT_OPENED.split("’")[0] in answer.content.decode()))
    assert answers == {(200, True)}
    stranger = make_appointment(manager.role, people.charity.agency)  # type: ignore[arg-type]
    said = [
        signed_in(stranger).post("/api/break-glass/", {"reference": reference, **SAID}).json()
        for reference in ("HAL-2026-9999", dispute.reference, "nonsense")
    ]
    assert said == [{"message": acts.NOT_OPENED, "code": "invalid", "field": "reference"}] * 3
    assert not BreakGlass.objects.exists()
    refused = AuditEvent.objects.filter(action="refused", object_id=str(dispute.pk), appointment=stranger)
    assert refused.get().data["verb"] == "api_break_glass"


def test_restricted_cases_stay_shut_to_all_but_those_named(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    named = [people.council.practitioner, people.council.senior_manager, people.health.senior_manager]
    before = opened(dispute, people.health.lead, now)
    client.force_login(people.health.lead.user)
    assert TITLE in client.get(page(dispute)).content.decode()
    restrictions.restrict(dispute=fresh(dispute), wanted=Wanted(named, "A neighbour."), by=named[1], now=now)
    assert client.get(page(dispute)).status_code == 404  # also within the hour, and its opening is nobody's business then
    assert client.get("/break-glass/reviews/").content.decode().count(dispute.reference) == 0
    for who in (people.health.lead, people.board_manager, people.health.line_manager):
        with pytest.raises(Refused, match="Nothing is opened"):
            opened(dispute, who, now)
    row = opened(dispute, people.health.senior_manager, now)
    told = Notification.objects.filter(key=f"{dispute.pk}:break-glass:{row.pk}").values_list("recipient", flat=True)
    assert set(told) == {who.pk for who in named[:2]}
    assert acts.may_review(fresh_row(before), people.council.senior_manager) is False
    assert Case.objects.get(pk=dispute.case_id).is_restricted


def fresh_row(row: BreakGlass) -> BreakGlass:
    return BreakGlass.objects.select_related("by__user", "dispute__case").get(pk=row.pk)


def test_who_says_that_they_know_the_person_reads_no_further(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    opened(dispute, people.health.line_manager, now)
    client.force_login(people.health.line_manager.user)
    assert "Say whether you do" in client.get(page(dispute)).content.decode()
    assert client.post(page(dispute, "interest/declare/"), {"has_conflict": "yes", "what": "A neighbour"}).status_code == 302
    assert client.get(page(dispute)).status_code == 404


def test_their_lead_and_the_boards_office_are_told_at_once(people: Cast, dispute: Dispute, now: datetime) -> None:
    night = now.replace(hour=23)
    row = opened(dispute, people.health.line_manager, night)
    told = Notification.objects.filter(key=f"{dispute.pk}:break-glass:{row.pk}")
    assert {notice.recipient for notice in told} == {people.health.lead, people.board_manager}
    for notice in told:
        assert notice.is_immediate
        assert notice.next_attempt_at == night
        assert notice.mail_text == f"{dispute.reference}: something waits for you."
        assert WHY not in notice.text
        assert people.health.line_manager.user.name not in notice.text.split("What happens")[0]
    own = opened(dispute, people.health.lead, now)
    told = Notification.objects.filter(key=f"{dispute.pk}:break-glass:{own.pk}")
    assert {notice.recipient for notice in told} == {people.health.senior_manager, people.board_manager}
    office = opened(dispute, people.board_manager, now)
    told = Notification.objects.filter(key=f"{dispute.pk}:break-glass:{office.pk}")
    assert people.board_manager not in {notice.recipient for notice in told}
    assert told.exists()


def test_it_takes_a_reason_a_remit_and_is_not_for_what_one_reads_anyway(people: Cast, dispute: Dispute, now: datetime) -> None:
    manager = people.health.line_manager
    wrong = (("risk", "Too short.", "at least 30"), ("none", WHY, "what kind"), ("risk", " " * 40, "at least"))
    for category, reason, words in wrong:
        with pytest.raises(Refused, match=words):
            acts.break_glass(asked=Asked(dispute.reference, category, reason), by=manager, now=now)
    for who in (people.health.practitioner, people.health.board_representative, people.chair, people.auditor):
        with pytest.raises(Refused, match="not yours"):
            opened(dispute, who, now)
    reading = make_appointment(manager.role, people.council.agency)  # type: ignore[arg-type]
    dispute.participants.create(appointment=reading, side="raising", joined_at=now, from_stage=1)
    with pytest.raises(Refused, match="without this"):
        opened(dispute, reading, now)
    opened(dispute, manager, now)
    with pytest.raises(Refused, match="open to you until 11:00"):
        opened(dispute, manager, now)


def test_it_is_not_tried_more_than_five_times_in_an_hour(client: Client, people: Cast, dispute: Dispute, clock: Clock) -> None:
    client.force_login(people.health.line_manager.user)
    for number in range(acts.MOST_TRIES):
        assert client.post("/break-glass/", {"reference": f"HAL-2026-9{number:03}", **SAID}).status_code == 200
    assert client.post("/break-glass/", {"reference": dispute.reference, **SAID}).status_code == 409
    clock.advance(minutes=61)
    assert client.post("/break-glass/", {"reference": dispute.reference, **SAID}).status_code == 302


def test_the_api_opens_lists_and_takes_the_finding(people: Cast, dispute: Dispute, now: datetime) -> None:
    manager, lead = signed_in(people.health.line_manager), signed_in(people.health.lead)
    made = manager.post("/api/break-glass/", {"reference": dispute.reference, **SAID})
    assert made.status_code == 201
    assert made.data["dispute"] == dispute.reference
    assert manager.get(one(dispute)).data["title"] == TITLE
    assert manager.post(one(dispute, "withdraw/"), {"reason": "x"}).data["code"] == "forbidden"
    assert manager.get("/api/break-glass/").data == []
    assert [row["id"] for row in lead.get("/api/break-glass/").data] == [made.data["id"]]
    review = f"/api/break-glass/{made.data['id']}/review/"
    assert manager.post(review, {"is_justified": True, "finding": "Mine."}).status_code == 404
    assert lead.post(review, {"is_justified": True, "finding": "She rang me."}).data["is_justified"] is True


def test_the_database_holds_it_to_an_hour_and_a_reason(people: Cast, dispute: Dispute, now: datetime) -> None:
    given = {"dispute": dispute, "by": people.health.line_manager, "category": "risk", "opened_at": now, "review_by": now.date()}
    hour = now + timedelta(minutes=60)
    for wrong in ({"until": hour + timedelta(minutes=1), "reason": WHY}, {"until": hour, "reason": "Short."}):
        with pytest.raises(DatabaseError), transaction.atomic():
            BreakGlass.objects.create(**(given | wrong))
