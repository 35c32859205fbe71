"""Taken up again when it did not hold, linked, merged; and a word on pressure that only two roles can read (F25, F26)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from cases.errors import Refused
from cases.models import AuditEvent
from decisions.exports import assemble
from escalation.actions import restrictions
from escalation.actions.links import NotHeld, link_related, may_reopen, merge_duplicate, reopen
from escalation.actions.moves import withdraw
from escalation.actions.restrictions import Wanted
from escalation.models import Dispute, DisputeLink, DisputeStage, WithdrawalPressure
from escalation.models.dispute import Status
from escalation.queues import pressed_to_withdraw
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_decisions import confirm_all, with_last_word
from tests.factories_disputes import SAFE, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db
WORD = "My manager told me to drop it."


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


@shared
def closed(dispute: Dispute, now: datetime) -> Dispute:
    found = confirm_all(with_last_word(dispute, now=now), now=now)
    assert found.status == Status.CLOSED
    return found


def held(now: datetime) -> NotHeld:
    return NotHeld("The sitter stopped coming.", "A new sitter by tonight.", now)


def test_what_did_not_hold_is_taken_up_again_and_the_first_stays(closed: Dispute, people: Cast, now: datetime) -> None:
    by, before = people.council.practitioner, list(closed.deadlines.values("key", "met_at", "missed_at").order_by("pk"))
    made = reopen(dispute=closed, held=held(now), safety=SAFE, by=by, now=now)
    assert (made.stage, made.case_id, made.raising_agency_id) == (1, closed.case_id, by.agency_id)
    assert {row.agency_id for row in made.parties.all()} == {row.agency_id for row in closed.parties.all()}
    link = DisputeLink.objects.get()
    assert (link.dispute_id, link.other_id, link.kind) == (made.pk, closed.pk, "reopened")
    assert fresh(closed).status == Status.CLOSED
    assert list(closed.deadlines.values("key", "met_at", "missed_at").order_by("pk")) == before
    with pytest.raises(Refused, match="running"):
        reopen(dispute=closed, held=held(now), safety=SAFE, by=by, now=now)


def test_only_within_the_days_of_the_protocol_and_by_those_who_were_on_it(closed: Dispute, people: Cast, now: datetime) -> None:
    days = timedelta(days=closed.rules.closure.reopen_within_days)
    by = people.council.practitioner
    assert may_reopen(closed, by, now=now + days)
    assert not may_reopen(closed, by, now=now + days + timedelta(days=1))
    with pytest.raises(Refused) as refusal:
        reopen(dispute=closed, held=held(now + days), safety=SAFE, by=by, now=now + days + timedelta(days=1))
    assert refusal.value.code == "shut"
    with pytest.raises(Refused) as refusal:
        reopen(dispute=closed, held=held(now), safety=SAFE, by=people.stranger, now=now)
    assert refusal.value.code == "forbidden"


def test_a_running_dispute_is_not_taken_up_again(dispute: Dispute, people: Cast, now: datetime) -> None:
    with pytest.raises(Refused):
        reopen(dispute=dispute, held=held(now), safety=SAFE, by=people.council.practitioner, now=now)


def test_related_disputes_show_each_other_to_those_who_read_both(
    client: Client, dispute: Dispute, people: Cast, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    other = make_dispute(people, now=now)
    by = people.council.practitioner
    link_related(dispute=dispute, other=other, reason="The same ward.", by=by, now=now)
    with pytest.raises(Refused, match="linked already"):
        link_related(dispute=dispute, other=other, reason="Again.", by=by, now=now)
    with pytest.raises(Refused):
        link_related(dispute=dispute, other=dispute, reason="Itself.", by=by, now=now)
    client.force_login(by.user)
    for one, two in ((dispute, other), (other, dispute)):
        assert f"/disputes/{two.reference}/" in client.get(f"/disputes/{one.reference}/").content.decode()
    made = assemble(fresh(dispute), kind="case_history", reason="r", by=by, now=now)
    assert other.reference in str([one for one in made["sections"] if one["key"] == "links"])


def test_a_duplicate_is_withdrawn_and_both_histories_stay(dispute: Dispute, people: Cast, now: datetime) -> None:
    other = make_dispute(people, now=now, case=dispute.case)
    story = dispute.chronology.count()
    merge_duplicate(dispute=dispute, other=other, reason="Raised twice.", by=people.council.practitioner, now=now)
    assert fresh(dispute).status == Status.WITHDRAWN
    assert fresh(other).status == Status.AWAITING_REPLY
    assert fresh(dispute).stages.get().closed_how == DisputeStage.ClosedHow.DUPLICATE
    assert dispute.chronology.count() > story
    assert other.chronology.filter(headline__contains=dispute.reference).exists()
    strange = make_dispute(people, now=now)
    with pytest.raises(Refused, match="same person"):
        merge_duplicate(dispute=strange, other=other, reason="No.", by=people.council.practitioner, now=now)


def test_a_word_on_pressure_is_read_by_two_roles_only(
    client: Client, dispute: Dispute, people: Cast, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    client.force_login(people.council.practitioner.user)
    given = {"ending": "raised_in_error", "reason": "Settled.", "was_pressed": "yes", "pressure": WORD, "seen": dispute.token}
    assert client.post(f"/disputes/{dispute.reference}/withdrawal/withdraw/", given).status_code == 302
    assert WithdrawalPressure.objects.get().text == WORD
    address = f"/disputes/{dispute.reference}/withdrawal/word/"
    for who, sees in (
        (people.council.lead, True), (people.board_manager, True), (people.council.practitioner, False),
        (people.council.line_manager, False), (people.council.senior_manager, False), (people.health.lead, False),
        (people.auditor, False), (people.chair, False),
    ):  # fmt: skip
        client.force_login(who.user)
        answer = client.get(address)
        assert answer.status_code == (200 if sees else 404), who.role
        assert (WORD in answer.content.decode()) is sees
        assert signed_in(who).get(f"/api{address}").status_code == (200 if sees else 404)
        assert bool(pressed_to_withdraw(who, now)) is sees
        made = assemble(fresh(dispute), kind="case_history", reason="r", by=who, now=now)
        assert "pressed" not in str(made)
    clock.advance(days=28, hours=1)  # access has ended for the lead as well
    for who, status in ((people.council.lead, 404), (people.board_manager, 200)):
        client.force_login(who.user)
        assert client.get(address).status_code == status
    assert not dispute.chronology.filter(body__contains=WORD).exists()
    assert not AuditEvent.objects.filter(action="withdrawal_word_kept", head__scope__startswith="case:").exists()


def test_withdrawing_without_a_word_keeps_none(dispute: Dispute, people: Cast, now: datetime) -> None:
    withdraw(dispute=dispute, reason="Settled.", by=people.council.practitioner, now=now)
    assert not WithdrawalPressure.objects.exists()


def test_pages_and_api(client: Client, closed: Dispute, people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    client.force_login(people.council.practitioner.user)
    assert "It did not hold" in client.get(f"/disputes/{closed.reference}/").content.decode()
    address = f"/disputes/{closed.reference}/reopening/reopen/"
    assert client.get(address).status_code == 200
    given = {
        "answer": "safe", "how": "Seen today.", "reason": "The sitter stopped.", "proposed_resolution": "A new one.",
        "noticed_at_day": "2", "noticed_at_month": "4", "noticed_at_year": "2026", "noticed_at_time": "08:00",
    }
    answer = client.post(address, given)
    made = Dispute.objects.latest("pk")
    assert answer.headers["Location"] == f"/disputes/{made.reference}/"
    page = client.get(f"/disputes/{made.reference}/").content.decode()
    assert closed.reference in page
    assert "The dates of the first time" in page
    api = signed_in(people.council.practitioner)
    (shown,) = api.get(f"/api/disputes/{made.reference}/links/").json()
    assert (shown["other"], shown["kind"]) == (closed.reference, "reopened")
    safe = {"answer": "safe", "how": "Seen."}
    body = {"reason": "Again.", "proposed_resolution": "x", "noticed_at": now.isoformat(), "safety": safe}
    assert api.post(f"/api/disputes/{closed.reference}/reopen/", body).status_code == 409
    third = make_dispute(people, now=now, case=closed.case)
    client.force_login(people.council.practitioner.user)
    merged = {"kind": "duplicate", "other": made.reference, "reason": "The same."}
    assert client.post(f"/disputes/{third.reference}/links/link/", merged | {"other": "HAL-2026-9999"}).status_code == 200
    assert client.post(f"/disputes/{third.reference}/links/link/", merged).status_code == 302
    assert fresh(third).status == Status.WITHDRAWN


def test_no_story_tells_of_a_dispute_on_another_case(client: Client, dispute: Dispute, people: Cast, now: datetime) -> None:
    other, by = make_dispute(people, now=now), people.council.practitioner
    link_related(dispute=dispute, other=other, reason="The same ward sister.", by=by, now=now)
    named = [by, people.council.senior_manager]
    restrictions.restrict(dispute=fresh(other), wanted=Wanted(named, "A neighbour."), by=named[1], now=now)
    for who, sees in ((people.health.practitioner, False), (by, True)):
        client.force_login(who.user)
        texts = [client.get(f"/disputes/{dispute.reference}/{tab}").content.decode() for tab in ("", "story/")]
        assert "Linked to another dispute" in texts[1]
        assert [other.reference in "".join(texts), "The same ward sister." in "".join(texts)] == [sees] * 2
