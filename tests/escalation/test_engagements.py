"""An auditor reads under an engagement alone: as far as it goes, for as long as it runs, and every reading says which."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment, AuditEvent, Case
from cases.roles import Role
from decisions.models import LearningItem
from escalation import permissions
from escalation.actions import engagements
from escalation.actions.engagements import Wanted
from escalation.models import Dispute, Engagement, Notification
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.decisions.documents import asked, bundle_of, section
from tests.escalation.test_restricted import finds, restricted
from tests.factories import Cast, make_agency, make_appointment, make_engagement, make_place, make_team
from tests.factories_disputes import fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db
WHY = "The yearly audit of missed limits."


@shared
def people(now: datetime, clock: Clock) -> Cast:
    """Nobody has approved anything yet."""
    clock.move_to(now)
    found = people_under("halton", now=now)
    for row in Engagement.objects.filter(ended_at=None):
        engagements.end(engagement=row, by=found.chair, now=now)
    Notification.objects.filter(dispute=None).delete()
    return found


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return fresh(make_dispute(people, now=now))


def wanted(people: Cast, now: datetime, **changes: Any) -> Wanted:
    given: dict[str, Any] = {
        "reader": people.auditor, "scope": "partnership", "purpose": WHY, "from_on": now.date(),
        "until_on": now.date() + timedelta(days=30),
    }  # fmt: skip
    return Wanted(**(given | changes))


def reads(dispute: Dispute, who: Appointment) -> bool:
    there = Dispute.objects.visible_to(who).filter(pk=dispute.pk).exists()
    reads_case = Case.objects.visible_to(who).filter(pk=dispute.case_id).exists()
    may_read = permissions.may_read(fresh(dispute), who)
    assert there == reads_case == may_read
    return there


def test_without_one_an_auditor_finds_nothing_and_reads_how_to_get_one(
    client: Client, people: Cast, dispute: Dispute, now: datetime, clock: Clock
) -> None:
    who = people.auditor
    assert not finds(client, who, dispute)
    client.force_login(who.user)
    assert "No engagement runs" in client.get("/").content.decode()
    assert LearningItem.objects.visible_to(who).count() == 0
    engagements.approve(wanted=wanted(people, now, from_on=now.date() + timedelta(days=2)), by=people.chair, now=now)
    assert not reads(dispute, who)
    clock.advance(days=2)
    assert finds(client, who, dispute)
    client.force_login(who.user)
    assert WHY in client.get("/").content.decode()
    assert not reads(dispute, make_place(who, make_appointment(Role.AUDITOR, partnership=people.partnership)))
    clock.advance(days=29)
    assert not finds(client, who, dispute)


def test_it_goes_as_far_as_its_scope(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    who, third = people.auditor, make_team(make_agency(people.partnership, "police"))
    other = fresh(make_dispute(people, now=now, responding=[third.agency], addressee=third.practitioner))
    for changes, reached in (
        ({"scope": "agency", "agency": third.agency}, [False, True]),
        ({"scope": "disputes", "references": dispute.reference.lower()}, [True, False]),
        ({"scope": "partnership"}, [True, True]),
    ):
        made = engagements.approve(wanted=wanted(people, now, **changes), by=people.board_manager, now=now)
        assert [reads(one, who) for one in (dispute, other)] == reached
        client.force_login(who.user)
        page = client.get("/disputes/").content.decode()
        assert [one.reference in page for one in (dispute, other)] == reached
        assert [signed_in(who).get(one(row)).status_code == 200 for row in (dispute, other)] == reached
        engagements.end(engagement=made, by=people.chair, now=now)
        assert not reads(dispute, who)
    engagements.approve(wanted=wanted(people, now), by=people.chair, now=now)
    restricted(dispute, people, now)
    assert not reads(dispute, who)


def test_a_scrutineer_sees_under_one_where_it_stands_and_no_word_of_it(people: Cast, dispute: Dispute, now: datetime) -> None:
    who = make_appointment(Role.INDEPENDENT_SCRUTINEER, partnership=people.partnership)
    assert signed_in(who).get(one(dispute)).status_code == 404
    engagements.approve(wanted=wanted(people, now, reader=who), by=people.chair, now=now)
    shown = signed_in(who).get(one(dispute))
    assert shown.status_code == 200
    assert dispute.worry not in shown.content.decode()
    assert not permissions.may_read(fresh(dispute), who)
    assert signed_in(who).get(one(dispute, "work/")).status_code == 404


def test_who_approves_it_and_what_it_must_say(people: Cast, dispute: Dispute, now: datetime) -> None:
    own = make_appointment(Role.AUDITOR, partnership=people.partnership, user=people.chair.user)
    for by in (people.auditor, people.council.lead, people.council.senior_manager, people.chief_social_work_officer):
        with pytest.raises(Refused, match="office or the chair"):
            engagements.approve(wanted=wanted(people, now), by=by, now=now)
    yesterday, in_a_year = now.date() - timedelta(days=1), now.date() + timedelta(days=366)
    for changes, words in (
        ({"reader": own}, "nobody approves their own"), ({"reader": people.council.lead}, "from the list"),
        ({"purpose": " "}, "what it is for"), ({"scope": "all"}, "how far"), ({"scope": "agency"}, "Choose the agency"),
        ({"agency": people.council.agency}, "only where"), ({"scope": "disputes"}, "Give the references"),
        ({"scope": "disputes", "references": "HAL-2026-9999"}, "You know of no dispute"),
        ({"from_on": yesterday}, "first day"), ({"until_on": yesterday}, "last day"), ({"until_on": in_a_year}, "last day"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=words):
            engagements.approve(wanted=wanted(people, now, **changes), by=people.chair, now=now)
    made = engagements.approve(wanted=wanted(people, now), by=people.chair, now=now)
    assert Notification.objects.get(key=f"engagement:{made.pk}:approved").recipient == people.auditor
    with pytest.raises(Refused, match="office or the chair"):
        engagements.end(engagement=made, by=people.auditor, now=now)
    engagements.end(engagement=made, by=people.board_manager, now=now)
    with pytest.raises(Refused, match="ended already"):
        engagements.end(engagement=made, by=people.board_manager, now=now)


def test_every_reading_and_document_says_under_which(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    made = engagements.approve(wanted=wanted(people, now), by=people.chair, now=now)
    client.force_login(people.auditor.user)
    for page in (f"/disputes/{dispute.reference}/", f"/cases/{dispute.case.reference}/"):
        assert client.get(page).status_code == 200
    read = AuditEvent.objects.filter(action="case_read", user=people.auditor.user)
    assert [event.data for event in read] == [{"engagement": made.pk}] * 2
    export = asked(fresh(dispute), people.auditor, now)
    assert AuditEvent.objects.get(action="export_requested", object_id=str(export.pk)).data["engagement"] == made.pk
    bundle = bundle_of(dispute, people.auditor, now)
    assert f"{people.auditor.described}, engagement {made.pk}" in section(bundle, "about")
    assert bundle["made_for"].startswith(f"Confidential. Made for {people.auditor.described}, engagement {made.pk}, ")
    client.force_login(people.council.lead.user)
    assert f"engagement {made.pk}" in client.get(f"/disputes/{dispute.reference}/readers/").content.decode()


def test_pages_approve_list_and_end_it(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    last = now.date() + timedelta(days=30)
    days = {"from_on_day": now.day, "from_on_month": now.month, "from_on_year": now.year}
    days |= {"until_on_day": last.day, "until_on_month": last.month, "until_on_year": last.year}
    said = {"reader": people.auditor.pk, "scope": "disputes", "references": dispute.reference, "purpose": WHY} | days
    client.force_login(people.board_manager.user)
    assert client.get("/engagements/new/").status_code == 200
    assert "You know of no dispute" in client.post("/engagements/new/", said | {"references": "HAL-2026-9999"}).content.decode()
    assert client.post("/engagements/new/", said).status_code == 302
    made = Engagement.objects.latest("pk")
    for who in (people.auditor, people.council.lead, people.chair):
        client.force_login(who.user)
        page = client.get("/engagements/").content.decode()
        assert WHY in page
        assert ("End it now" in page) == (who == people.chair)
    client.force_login(people.council.practitioner.user)
    assert client.get("/engagements/").status_code == 404
    assert client.post(f"/engagements/{made.pk}/end/").status_code == 404
    client.force_login(people.chair.user)
    assert client.post(f"/engagements/{made.pk}/end/").status_code == 302
    assert not reads(dispute, people.auditor)


def test_the_oldest_of_two_that_cover_it_is_named_no_more_once_it_ends(people: Cast, dispute: Dispute, now: datetime) -> None:
    first, second = make_engagement(people), make_engagement(people)
    assert fresh(dispute).engagement_of(people.auditor) == second.pk
    engagements.end(engagement=second, by=people.chair, now=now)
    assert fresh(dispute).engagement_of(people.auditor) == first.pk
