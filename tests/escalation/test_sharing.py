"""Each sharing between agencies has a purpose and a lawful basis, given already unless somebody says otherwise (F54)."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from cases.errors import Refused
from cases.models import AuditEvent
from cases.roles import Role
from decisions.exports import assemble
from escalation import sharing
from escalation.actions.raising import raise_dispute
from escalation.actions.support import Asked, ask_support
from escalation.lawful import Basis, Consent, Lawful, bases, law_of, wrong_with
from escalation.models import Dispute, Sharing
from tests.calling import signed_in
from tests.clock import Clock
from tests.escalation.outside import steps as outside_steps
from tests.escalation.raising_pages import address, answers, begin, fill, text_of
from tests.factories import Cast, make_agency, make_appointment, make_case
from tests.factories_decisions import referred
from tests.factories_disputes import SAFE, fresh, make_dispute, people_under, raised
from tests.worlds import shared

pytestmark = pytest.mark.django_db
AGAINST = Lawful(Basis.CRIME, Consent.REFUSES, "He controls her money, and she is afraid of him.")


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


def raise_against_consent(people: Cast, now: datetime, lawful: Lawful = AGAINST) -> Dispute:
    return raise_dispute(
        case=make_case(people, now=now), responding=[people.health.agency], raised=raised(now, lawful=lawful), safety=SAFE,
        by=people.council.practitioner, now=now, addressee=people.health.practitioner,
    )  # fmt: skip


def test_raising_has_a_basis_without_being_asked(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    row = dispute.sharings.get()
    assert (row.shared_by, row.shared_with, row.by) == (people.council.agency, people.health.agency, people.council.practitioner)
    assert (row.basis, row.consent, row.occasion) == (Basis.PROTECT, Consent.NOT_ASKED, Sharing.Occasion.RAISED)
    assert "Schedule 1, paragraph 18" in row.law
    assert "Care Act 2014" in row.law
    event = AuditEvent.objects.get(action="sharing_begun", object_id=str(row.pk))
    assert event.data["basis"] == "protect"
    assert "Why it is shared" in dispute.chronology.earliest("pk").body


def test_a_basis_is_chosen_on_the_last_page_of_raising_and_can_be_left_as_it_is(client: Client, people: Cast) -> None:
    draft = begin(client, people.council.practitioner)
    here = fill(client, draft, answers(people))
    assert "To protect somebody who is at risk of harm" in text_of(client.get(here))
    refuses = {"addressee": "", "cannot_wait": "no", "sharing_basis": "care", "sharing_consent": "refuses"}
    page = text_of(client.post(address(draft, "recipient"), refuses))
    assert "Say why it is shared although the person does not agree" in page
    client.post(address(draft, "recipient"), refuses | {"sharing_why": "He is not safe."})
    client.post(here)
    row = Sharing.objects.get()
    assert (row.basis, row.consent, row.consent_why) == ("care", "refuses", "He is not safe.")


def test_against_somebodys_will_only_with_a_reason(people: Cast, now: datetime) -> None:
    with pytest.raises(Refused, match="although the person does not agree"):
        raise_against_consent(people, now, Lawful(Basis.PROTECT, Consent.REFUSES, " "))
    assert raise_against_consent(people, now).sharings.get().consent_why == AGAINST.consent_why


@pytest.mark.parametrize("how", ["update", "delete"])
def test_it_is_never_changed(people: Cast, now: datetime, how: str) -> None:
    rows = make_dispute(people, now=now).sharings.all()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(basis="care") if how == "update" else rows.delete()


def test_whoever_is_brought_in_from_elsewhere_and_whoever_has_the_last_word(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    charity = make_agency(people.partnership, "voluntary")
    lead = make_appointment(Role.SAFEGUARDING_LEAD, charity)
    ask_support(dispute=dispute, asked=Asked(lead, "support"), by=people.council.practitioner, now=now)
    assert dispute.sharings.latest("pk").shared_with == charity
    at_the_board = referred(dispute, now=now)
    row = at_the_board.sharings.get(occasion=Sharing.Occasion.REFERRED)
    assert row.shared_with is None
    assert row.by == at_the_board.referrals.get().submitted_by


def test_the_page_the_api_and_the_document_tell_those_whom_it_concerns(client: Client, people: Cast, now: datetime) -> None:
    dispute = raise_against_consent(people, now)
    for who in (people.council.practitioner, people.health.practitioner):
        client.force_login(who.user)
        page = client.get(reverse("dispute_sharings", args=[dispute.reference])).content.decode()
        assert "He controls her money" in page
        assert "To prevent or detect a crime" in page
        shown = signed_in(who).get(reverse("api_sharings", args=[dispute.reference])).json()
        assert [one["shared_with"] for one in shown] == [people.health.agency.key]
        assert shown[0]["consent"] == "refuses"
    outside_steps.invited(fresh(dispute), people.council.practitioner, now, lawful=Lawful(Basis.CARE, Consent.AGREES))
    client.force_login(people.council.practitioner.user)
    asked = client.get(reverse("dispute_sharings", args=[dispute.reference])).content.decode()
    assert "outside the partnership was asked" in asked
    for word in ("To give or arrange health or social care", "Schedule 1, paragraph 2", "Asked, and they agree"):
        assert word in asked, word
    bundle = assemble(fresh(dispute), kind="case_history", reason="Court", by=people.council.practitioner, now=now)
    assert "He controls her money" in str(bundle)
    client.force_login(people.council.lead.user)
    assert client.get(reverse("dispute_sharings", args=[dispute.reference])).status_code == 404
    assert not sharing.told_to(dispute, people.chair).exists()


def test_the_law_is_that_of_the_nation_and_of_whom_it_is_about() -> None:
    assert "Children Act 2004" in law_of(Basis.PROTECT, "england-and-wales", {"child"})
    assert "(Scotland) Act 2007" in law_of(Basis.PROTECT, "scotland", {"adult", "child"})
    assert "Care Act" not in law_of(Basis.PROTECT, "scotland", {"adult"})
    assert law_of(Basis.NOBODY, "scotland", {"adult"}) == ""
    assert bases(is_thematic=True) == [("nobody", "It is about nobody: no personal data are shared")]
    assert wrong_with(Lawful(), is_thematic=True)
    assert wrong_with(Lawful(), is_thematic=False) is None
