"""Support for the person who raised a dispute: they see this dispute and no other, and nobody else sees why (F72)."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Role
from decisions.exports import assemble
from escalation.actions.support import Asked, ask_support, end_support
from escalation.actions.talks import log_discussion
from escalation.models import Dispute, Support
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast, make_appointment
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db
WHY = "I am new and they outrank me."


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


@shared
def colleague(people: Cast) -> Appointment:
    return make_appointment(Role.PRACTITIONER, people.council.agency)


@shared
def support(dispute: Dispute, people: Cast, colleague: Appointment, now: datetime) -> Support:
    asked = Asked(colleague, "support", WHY, is_status_difference=True)
    return ask_support(dispute=dispute, asked=asked, by=people.council.practitioner, now=now)


def test_a_supporter_sees_this_dispute_and_no_other(
    client: Client, support: Support, dispute: Dispute, people: Cast, colleague: Appointment, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    other = make_dispute(people, now=now)
    client.force_login(colleague.user)
    assert "Discharge home" in client.get(f"/disputes/{dispute.reference}/").content.decode()
    assert WHY in client.get(f"/disputes/{dispute.reference}/people/").content.decode()
    assert client.get(f"/disputes/{other.reference}/").status_code == 404
    assert client.get(f"/cases/{dispute.case.reference}/").status_code == 404


def test_a_supporter_reads_and_does_not_act(support: Support, dispute: Dispute, colleague: Appointment, now: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        log_discussion(
            dispute=dispute, kind="talk", mode="phone", happened_at=now, with_whom="x", result="y", by=colleague, now=now
        )
    assert refusal.value.code == "forbidden"


def test_nobody_else_learns_why(
    client: Client, support: Support, dispute: Dispute, people: Cast, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    client.force_login(people.health.practitioner.user)
    for tab in ("", "people/", "story/"):
        page = client.get(f"/disputes/{dispute.reference}/{tab}").content.decode()
        assert WHY not in page
        assert "difference of standing" not in page
    (shown,) = signed_in(people.health.practitioner).get(f"/api/disputes/{dispute.reference}/support/").json()
    assert (shown["reason"], shown["is_status_difference"]) == ("", False)
    made = assemble(fresh(dispute), kind="case_history", reason="r", by=people.health.practitioner, now=now)
    assert WHY not in str(made)
    assert "supporters" in {one["key"] for one in made["sections"]}


def test_only_the_originator_asks_and_not_the_other_side(
    dispute: Dispute, people: Cast, colleague: Appointment, now: datetime
) -> None:
    with pytest.raises(Refused) as refusal:
        ask_support(dispute=dispute, asked=Asked(colleague, "support"), by=people.health.practitioner, now=now)
    assert refusal.value.code == "forbidden"
    for wrong in (people.health.line_manager, people.stranger):
        with pytest.raises(Refused, match="on the list"):
            ask_support(dispute=dispute, asked=Asked(wrong, "support"), by=people.council.practitioner, now=now)


def test_a_manager_who_speaks_is_on_it(dispute: Dispute, people: Cast, now: datetime) -> None:
    manager = people.council.line_manager
    ask_support(dispute=dispute, asked=Asked(manager, "speak"), by=people.council.practitioner, now=now)
    assert dispute.participants.filter(appointment=manager, side="raising").exists()
    lead = make_appointment(Role.SAFEGUARDING_LEAD, people.stranger.agency)
    with pytest.raises(Refused, match="own agency"):
        ask_support(dispute=dispute, asked=Asked(lead, "speak"), by=people.council.practitioner, now=now)
    ask_support(dispute=dispute, asked=Asked(lead, "support"), by=people.council.practitioner, now=now)


def test_when_it_ends_they_read_no_more(
    client: Client, support: Support, dispute: Dispute, people: Cast, colleague: Appointment, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    client.force_login(people.health.practitioner.user)
    client.post(f"/disputes/{dispute.reference}/support/{support.pk}/end/")
    support.refresh_from_db()
    assert support.ended_at is None
    end_support(support=support, by=people.council.practitioner, now=now)
    client.force_login(colleague.user)
    assert "Discharge home" not in client.get(f"/disputes/{dispute.reference}/").content.decode()


def test_page_and_api(
    client: Client, dispute: Dispute, people: Cast, colleague: Appointment, now: datetime, clock: Clock
) -> None:
    clock.move_to(now)
    client.force_login(people.council.practitioner.user)
    address = f"/disputes/{dispute.reference}/support/ask/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"supporter": str(colleague.pk), "kind": "support", "reason": WHY}).status_code == 302
    row = dispute.supports.get()
    api = signed_in(colleague)
    assert api.get(f"/api/disputes/{dispute.reference}/support/").json()[0]["reason"] == WHY
    assert api.post(f"/api/disputes/{dispute.reference}/support/{row.pk}/end/").status_code == 204
    own = signed_in(people.council.practitioner)
    given = {"supporter": colleague.pk, "kind": "support"}
    assert own.post(f"/api/disputes/{dispute.reference}/support/", given).status_code == 201
    assert signed_in(people.health.practitioner).post(f"/api/disputes/{dispute.reference}/support/", given).status_code == 403
