"""A safe address lies sealed and apart, and is shown in one answer to somebody on the case who says why (T6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from cases.actions.safe_addresses import Kept, show_safe_address, write_safe_address
from cases.errors import Refused
from cases.models import Appointment, AuditEvent, Case, SafeAddress, SafeAddressShown, Sent, Typed
from decisions.exports import assemble
from escalation.models import Dispute, Notification
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db
CANARY = "17 Kestrel-Mews-QZX"
WHY = "To visit her this afternoon with the police."


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    dispute = make_dispute(people, now=now)
    kept = Kept(CANARY, "Ring the refuge; never text.")
    write_safe_address(case=dispute.case, kept=kept, by=people.council.practitioner, now=now)
    return dispute


def page(dispute: Dispute, name: str = "safe_address") -> str:
    return reverse(name, args=[dispute.case.reference])


def test_the_database_has_no_words_of_it(dispute: Dispute) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM cases_safeaddress")
        assert CANARY not in cursor.fetchone()[0]
    assert CANARY not in str(list(AuditEvent.objects.values()))


def test_it_is_shown_once_for_a_reason_and_hidden_again(client: Client, dispute: Dispute, people: Cast) -> None:
    client.force_login(people.council.practitioner.user)
    assert CANARY not in client.get(page(dispute)).content.decode()
    assert CANARY not in client.post(page(dispute), {"reason": "  "}).content.decode()
    answer = client.post(page(dispute), {"reason": WHY, "once": "a-key-of-its-own"})
    assert CANARY in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert answer["Refresh"] == f"60; url={page(dispute)}"
    again = client.get(page(dispute)).content.decode()
    assert CANARY not in again
    assert WHY not in again  # asked anew each time
    assert not Typed.objects.exists()
    row = SafeAddressShown.objects.get()
    assert (row.by, row.reason) == (people.council.practitioner, WHY)
    event = AuditEvent.objects.get(action="safe_address_shown")
    assert event.object_id == str(row.pk)
    assert event.data == {}


def test_who_was_shown_it_stands_with_those_who_have_looked(
    client: Client, dispute: Dispute, people: Cast, now: datetime
) -> None:
    show_safe_address(case=dispute.case, reason=WHY, by=people.council.practitioner, now=now)
    readers = reverse("dispute_readers", args=[dispute.reference])
    client.force_login(people.council.lead.user)
    assert WHY in client.get(readers).content.decode()
    client.force_login(people.health.practitioner.user)  # sees when they themselves looked, and nobody else's reasons
    assert WHY not in client.get(readers).content.decode()


def test_it_is_written_without_being_shown_and_taken_away(client: Client, dispute: Dispute, people: Cast) -> None:
    client.force_login(people.council.practitioner.user)
    form = client.get(page(dispute, "safe_address_write")).content.decode()
    assert CANARY not in form
    assert "data-autosave" not in form
    client.post(page(dispute, "safe_address_write"), {"safe_address": "Elsewhere"})
    assert "Elsewhere" in client.post(page(dispute), {"reason": WHY}).content.decode()
    client.post(page(dispute, "safe_address_write"), {"safe_address": "", "safe_contact": ""})  # a slip takes nothing away
    assert SafeAddress.objects.exists()
    client.post(page(dispute, "safe_address_write"), {"keeps_nothing": "on"})
    assert not SafeAddress.objects.exists()
    assert client.post(page(dispute), {"reason": WHY}).status_code == 409
    assert AuditEvent.objects.filter(action="safe_address_removed").exists()


@pytest.mark.parametrize("who", ["senior_manager", "board_representative"])
def test_other_roles_on_the_case_do_not_find_it(
    client: Client, dispute: Dispute, people: Cast, now: datetime, who: str
) -> None:
    held: Appointment = getattr(people.council, who)
    dispute.case.members.get_or_create(appointment=held, defaults={"since": now})
    for one in (held, people.auditor, people.chair, people.board_manager):
        client.force_login(one.user)
        assert client.get(page(dispute)).status_code == 404
        assert client.post(page(dispute), {"reason": WHY}).status_code == 404
        api = signed_in(one).post(f"/api/cases/{dispute.case.reference}/safe-address/show/", {"reason": WHY})
        assert api.status_code == 404
        with pytest.raises(Refused):
            show_safe_address(case=dispute.case, reason=WHY, by=one, now=now)
    assert not SafeAddressShown.objects.exists()


def test_the_api_shows_it_once_and_keeps_no_copy(dispute: Dispute, people: Cast) -> None:
    caller, below = signed_in(people.council.practitioner), f"/api/cases/{dispute.case.reference}/safe-address/"
    key = {"Idempotency-Key": "shown-once"}
    assert caller.post(f"{below}show/", {}).status_code == 400
    assert caller.post(f"{below}show/", {"reason": WHY}, headers=key).json()["address"] == CANARY
    assert caller.post(f"{below}show/", {"reason": WHY}, headers=key).data is None
    assert Sent.objects.get(key="shown-once").body == ""
    assert SafeAddressShown.objects.count() == 1
    assert caller.put(below, {"contact": "Her sister."}).status_code == 204
    assert caller.delete(below).status_code == 204
    assert caller.delete(below).status_code == 409


def test_it_is_in_no_other_page_answer_notice_or_document(
    client: Client, dispute: Dispute, people: Cast, now: datetime
) -> None:
    client.force_login(people.council.practitioner.user)
    names = ("dispute", "dispute_story", "dispute_people", "dispute_readers", "dispute_sharings")
    there = [reverse(name, args=[dispute.reference]) for name in names]
    below = [f"/api/disputes/{dispute.reference}/{rest}" for rest in ("", "chronology/", "work/")]
    case = [page(dispute, "case"), page(dispute, "person"), f"/api/cases/{dispute.case.reference}/"]
    for address in ("/", "/cases/", "/disputes/", f"/disputes/?reference={CANARY[:2]}", *there, *below, *case):
        assert CANARY not in client.get(address).content.decode(), address
    assert CANARY not in str(list(Notification.objects.values()))
    for kind in ("case_history",):
        assert CANARY not in str(assemble(fresh(dispute), kind=kind, reason="Court", by=people.council.practitioner, now=now))


def test_what_showed_it_is_kept(people: Cast, dispute: Dispute, now: datetime) -> None:
    show_safe_address(case=dispute.case, reason=WHY, by=people.council.practitioner, now=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        SafeAddressShown.objects.all().delete()


def test_a_new_key_goes_on_reading_what_an_old_one_sealed(
    people: Cast, dispute: Dispute, now: datetime, settings: Any
) -> None:
    old, settings.SAFE_ADDRESS_KEY = settings.SAFE_ADDRESS_KEY, "YW5vdGhlci1rZXktaW4tdGhlc2UtdGVzdHMtMzJieXQ="
    case = Case.objects.get(pk=dispute.case_id)
    with pytest.raises(ImproperlyConfigured, match="SAFE_ADDRESS_KEY"):
        show_safe_address(case=case, reason=WHY, by=people.council.practitioner, now=now)
    settings.SAFE_ADDRESS_OLD_KEYS = [old]
    assert show_safe_address(case=case, reason=WHY, by=people.council.practitioner, now=now).address == CANARY
