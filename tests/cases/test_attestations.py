"""The quarterly list: confirmed or ended role by role, by who keeps it, due after 28 days, told once."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.core import mail
from django.db import ProgrammingError, transaction
from django.test import Client

from cases import account_mail
from cases.actions.attestations import attest, lists_for, remind, to_attest
from cases.errors import Refused
from cases.models import AccountNotice, Attestation, AuditEvent
from cases.models.attestation import quarter_of
from tests import factories
from tests.clock import Clock
from tests.factories import Cast

pytestmark = pytest.mark.django_db
BEGUN, OVERDUE, NEXT = (datetime(2026, month, day, 9, tzinfo=UTC) for month, day in ((4, 2), (4, 30), (7, 1)))


@pytest.fixture
def people() -> Cast:
    return factories.cast()


@pytest.mark.parametrize(("day", "first"), [((1, 1), 1), ((3, 31), 1), ((4, 1), 4), ((8, 15), 7), ((12, 31), 10)])
def test_the_quarters_of_a_year(day: tuple[int, int], first: int) -> None:
    assert quarter_of(date(2026, *day)) == date(2026, first, 1)


def waiting(people: Cast, at: datetime = BEGUN) -> set[int]:
    return {held.pk for held in to_attest(people.partnership.pk, day=at.date()) if held.agency == people.council.agency}


def test_a_lead_goes_through_the_list_of_their_agency(client: Client, people: Cast, clock: Clock) -> None:
    clock.move_to(BEGUN)
    council, client_of_keeper = people.council, Client()
    factories.make_appointment(council.practitioner.role, council.agency, starts_on=date(2026, 4, 1))  # type: ignore[arg-type]
    client.force_login(council.lead.user)
    place = f"/directory/lists/{council.agency.pk}/"
    assert place in client.get("/directory/lists/").content.decode()
    page = client.get(place).content.decode()
    assert page.count('name="held"') == 3
    assert "For somebody else to confirm" in page
    refused = client.post(place).content.decode()
    assert "<title>Error: " in refused
    assert re.search(r'href="#(id_held)">Choose at least one.*id="\1-error".*id="\1" name="held"', refused, re.DOTALL)
    client.post(place, {"held": [council.practitioner.pk, council.line_manager.pk, council.lead.pk]})
    assert waiting(people) == {council.senior_manager.pk, council.lead.pk, council.board_representative.pk}
    assert AuditEvent.objects.filter(head__scope=f"agency:{council.agency.pk}", action="role_confirmed").count() == 2
    client_of_keeper.force_login(people.board_manager.user)
    held = [council.senior_manager.pk, council.lead.pk, council.board_representative.pk]
    client_of_keeper.post(place, {"held": held})
    assert "All confirmed" in client.get(place).content.decode()
    assert len(waiting(people, NEXT)) == 6


def test_nobody_confirms_what_they_do_not_keep(people: Cast) -> None:
    council = people.council
    for by in (council.practitioner, people.health.lead, council.line_manager):
        with pytest.raises(Refused):
            attest(chosen=[council.practitioner], by=by, now=BEGUN)
    attest(chosen=[council.practitioner], by=council.lead, now=BEGUN)
    assert attest(chosen=[council.practitioner], by=people.board_manager, now=BEGUN) == 0
    assert Attestation.objects.get().by == council.lead


def test_what_was_confirmed_stays(people: Cast) -> None:
    attest(chosen=[people.council.practitioner], by=people.council.lead, now=BEGUN)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Attestation.objects.update(by=people.board_manager)


def test_the_board_manager_sees_what_is_overdue(people: Cast) -> None:
    assert not any(one.is_overdue for one in lists_for(people.board_manager, day=date(2026, 4, 29)))
    attest(chosen=[people.stranger], by=people.board_manager, now=BEGUN)
    late = {one.agency for one in lists_for(people.board_manager, day=OVERDUE.date()) if one.is_overdue}
    assert people.council.agency in late
    assert None in late
    assert people.stranger.agency not in late
    assert [one.agency for one in lists_for(people.council.lead, day=OVERDUE.date())] == [people.council.agency]


def test_keepers_are_told_once_a_quarter(people: Cast) -> None:
    assert [remind(now=BEGUN) for _ in range(2)] == [3, 0]
    account_mail.deliver_owed(now=BEGUN)
    keepers = (people.council.lead, people.health.lead, people.board_manager)
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted(held.user.email for held in keepers)
    assert "/directory/lists/" in mail.outbox[0].body
    assert [remind(now=OVERDUE) for _ in range(2)] == [1, 0]
    assert AccountNotice.objects.get(kind="list_overdue").user == people.board_manager.user
    assert remind(now=NEXT) == 3
