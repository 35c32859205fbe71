"""Who raised a dispute is known to safeguarding leads only, where they ask for that: nobody else reads the name anywhere (T9)."""

from __future__ import annotations

import os
import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from decisions.exports import assemble
from escalation.actions import raiser
from escalation.actions.agreed import add_action
from escalation.actions.raising import raise_dispute
from escalation.models import ChronologyEntry, Dispute, Notification, RaiserProtection
from escalation.permissions import may_know_raiser
from escalation.raisers import Cover, covered
from tests.calling import signed_in
from tests.clock import Clock
from tests.escalation.raising_pages import address, answers, begin, fill, text_of
from tests.factories import Cast, make_case
from tests.factories_disputes import SAFE, climb, fresh, make_dispute, people_under, raised
from tests.url_matrix_disputes import API, ENDPOINTS, ONE, PAGES
from tests.worlds import shared

pytestmark = pytest.mark.django_db
CANARY, MAIL, WHY = "Quillon O’Canary-Bird", "quillon.canarybird@example.org", "My manager shouts at whoever disagrees."

# Where the most names stand; the others are tried with LONG=1.
LOOKED_AT = {
    "dispute", "dispute_story", "dispute_positions", "dispute_people", "dispute_readers", "dispute_actions", "add_action",
    "api_dispute", "api_chronology", "api_work",
}  # fmt: skip


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    people = people_under("halton", now=now)
    call(people.council.practitioner)
    return people


def call(who: Appointment) -> None:
    who.user.name, who.user.email = CANARY, MAIL
    who.user.save()


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    """Raised with the name kept, discussed, and taken a stage further."""
    dispute = raise_dispute(
        case=make_case(people, now=now), responding=[people.health.agency], raised=raised(now, protect_reason=WHY), safety=SAFE,
        by=people.council.practitioner, now=now, addressee=people.health.practitioner,
    )  # fmt: skip
    return climb(dispute, now=now)


def tells(content: str) -> bool:
    return any(word in content for word in (CANARY, "O&#x27;Canary", "Canary-Bird", MAIL, WHY))


def test_who_knows_the_name_and_who_does_not(dispute: Dispute, people: Cast) -> None:
    dispute = fresh(dispute)
    knows = [people.council.practitioner, people.council.lead, people.health.lead]
    others = [
        people.council.line_manager, people.council.senior_manager, people.health.practitioner, people.health.line_manager,
        people.health.senior_manager, people.board_manager, people.council.board_representative,
    ]  # fmt: skip
    assert all(may_know_raiser(dispute, who) for who in knows)
    assert not any(may_know_raiser(dispute, who) for who in others)


def test_nobody_else_reads_the_name_on_any_page_or_answer(dispute: Dispute, people: Cast, now: datetime) -> None:
    by = people.council.practitioner
    ChronologyEntry.objects.create(
        dispute=dispute, stage=1, kind="event", happened_at=now, recorded_at=now, by=by, by_words=by.described,
        headline=f"Rang {CANARY}", body=f"Write to {MAIL} or {CANARY.upper()}.",
    )  # fmt: skip
    add_action(dispute=dispute, what=f"{CANARY} rings.", owner=by, due_on=now.date(), by=people.council.line_manager, now=now)
    readers = (people.health.practitioner, people.council.line_manager)
    if "LONG" not in os.environ:
        assert told_to(readers, {"dispute": dispute.reference}, LOOKED_AT) == []
        return
    for who in (*readers, people.health.senior_manager, people.board_manager):
        assert told_to((who,), {"dispute": dispute.reference}, {row.name for row in (*PAGES, *ENDPOINTS)}) == []


def told_to(readers: tuple[Appointment, ...], names: dict[str, Any], wanted: set[str]) -> list[str]:
    """The addresses that tell the name to one of those who look at them by turns."""
    clients = [signed_in(who) for who in readers]
    urls = ["/", "/disputes/", "/notices/", "/cases/"]
    for row in (*PAGES, *ENDPOINTS):
        known = set(re.findall(r"{(\w+)}", row.url)) <= set(names)
        if row.name in wanted and known and row.url.startswith((ONE, API)) and row.answer != 405:
            urls.append(row.url.format(**names))
    found = []
    for number, url in enumerate(urls):
        answer: Any = clients[number % len(clients)].get(url)
        if not answer.streaming and tells(answer.content.decode()):
            found.append(url)
    assert len(urls) > 10
    return found


@pytest.mark.parametrize("who", ["council.line_manager", "health.practitioner"])
def test_what_they_read_instead(client: Client, dispute: Dispute, people: Cast, now: datetime, who: str) -> None:
    side, role = who.split(".")
    reader: Appointment = getattr(getattr(people, side), role)
    client.force_login(reader.user)
    instead = f"A practitioner of {people.council.agency.short_name}"
    for name in ("dispute", "dispute_story", "dispute_people"):
        page = client.get(reverse(name, args=[dispute.reference])).content.decode()
        assert not tells(page), name
        assert instead in page, name
    shown = signed_in(reader).get(f"/api/disputes/{dispute.reference}/").json()
    assert instead in [one["described"] for one in shown["content"]["people"]]
    document = str(assemble(fresh(dispute), kind="case_history", reason="Court", by=reader, now=now))
    assert not tells(document)
    assert instead in document
    assert "This copy names who raised it" not in document


def test_safeguarding_leads_and_the_person_read_the_name(client: Client, dispute: Dispute, people: Cast, now: datetime) -> None:
    for who in (people.council.practitioner, people.council.lead):
        client.force_login(who.user)
        page = client.get(reverse("dispute", args=[dispute.reference])).content.decode()
        assert CANARY in page
        assert "Name kept" in page
        document = str(assemble(fresh(dispute), kind="case_history", reason="Court", by=who, now=now))
        assert CANARY in document
        assert "This copy names who raised it" in document
    assert not Notification.objects.filter(text__contains="Canary").exists()
    assert "Canary" not in str(list(AuditEvent.objects.values("data")))


def test_only_the_person_themselves_lets_it_be_known(client: Client, dispute: Dispute, people: Cast, now: datetime) -> None:
    for who in (people.council.lead, people.council.line_manager):
        with pytest.raises(Refused):
            raiser.name_raiser(dispute=dispute, by=who, now=now)
    client.force_login(people.council.practitioner.user)
    here = reverse("name_raiser", args=[dispute.reference])
    assert "Tick the box" in client.post(here, {"once": "a-key"}).content.decode()
    client.post(here, {"is_sure": "on"})
    assert AuditEvent.objects.filter(action="raiser_named").exists()
    client.force_login(people.health.practitioner.user)
    assert CANARY in client.get(reverse("dispute", args=[dispute.reference])).content.decode()


def test_a_lead_asks_on_their_behalf_and_once(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    with pytest.raises(Refused, match="Say why"):
        raiser.protect_raiser(dispute=dispute, reason=" ", by=people.council.lead, now=now)
    raiser.protect_raiser(dispute=dispute, reason=WHY, by=people.council.lead, now=now)
    with pytest.raises(Refused, match="already"):
        raiser.protect_raiser(dispute=dispute, reason=WHY, by=people.council.practitioner, now=now)
    with pytest.raises(Refused):
        raiser.protect_raiser(dispute=make_dispute(people, now=now), reason=WHY, by=people.health.lead, now=now)


def test_it_is_asked_for_when_raising(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    here = fill(client, draft, answers(people))
    said = {"addressee": "", "cannot_wait": "no", "keeps_name": "on"}
    assert "Say why the name should be kept" in text_of(client.post(address(draft, "recipient"), said))
    client.post(address(draft, "recipient"), said | {"protect_reason": WHY})
    client.post(here)
    assert RaiserProtection.objects.get().reason == WHY


def test_a_name_is_found_in_every_form_and_in_no_other_name(dispute: Dispute, people: Cast) -> None:
    who = people.council.practitioner
    who.user.name = "Ann O'Lee"
    dispute.raised_by = who
    cover = [Cover.of(dispute)]
    instead = f"A practitioner of {people.council.agency.short_name}"
    for text in (who.described, "ann  o'lee", "Ann O&#x27;Lee", who.user.email):
        assert covered(text, cover) == instead
    assert covered("Joann O'Leeds", cover) == "Joann O'Leeds"
