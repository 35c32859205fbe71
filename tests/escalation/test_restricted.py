"""Cases shut to others: a named list, the second person, the review after 90 days; and who stands back from a conflict."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from cases.errors import Refused
from cases.models import Appointment, AuditEvent, Case, Declaration, Restriction
from escalation.actions import interests, restrictions, support
from escalation.actions.people import bring_in
from escalation.actions.restrictions import Wanted
from escalation.models import Dispute, LeadGap, Notification
from tests.calling import one, signed_in
from tests.clock import Clock
from tests.factories import Cast, make_appointment
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db
WHY = "Somebody at the hospital is her neighbour."


@shared
def people(now: datetime, clock: Clock) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return fresh(make_dispute(people, now=now))


def restricted(dispute: Dispute, people: Cast, now: datetime) -> Restriction:
    """To the council's practitioner and senior manager."""
    named = [people.council.practitioner, people.council.senior_manager]
    return restrictions.restrict(dispute=dispute, wanted=Wanted(named, WHY), by=people.council.senior_manager, now=now)


def finds(client: Client, who: Appointment, dispute: Dispute) -> bool:
    """Whether any list, number, search, page or endpoint says that it exists; all of them or none."""
    client.force_login(who.user)
    caller, reference, case = signed_in(who), dispute.reference, dispute.case.reference
    found = client.get(f"/disputes/?reference={reference}").content.decode()
    assert (f'href="/disputes/{reference}/"' in found) == (client.get(f"/disputes/{reference}/").status_code == 200)
    pages = ["/", "/disputes/", "/notices/", "/cases/"]
    shown = [address for address in pages if {reference, case} & words_of(client.get(address).content.decode())]
    lists = ["/api/disputes/", "/api/notices/", "/api/cases/", "/api/directory/lead-gaps/"]
    shown += [address for address in lists if {reference, case} & words_of(str(caller.get(address).content))]
    there = client.get(f"/disputes/{reference}/").status_code, caller.get(one(dispute)).status_code
    assert there in ((200, 200), (404, 404))
    assert bool(shown) == (there == (200, 200)), shown
    return bool(shown)


def words_of(text: str) -> set[str]:
    return set(text.replace('"', " ").replace("/", " ").replace("<", " ").replace(">", " ").replace("'", " ").split())


def test_a_restricted_case_exists_for_those_named_alone(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    others = (people.health.practitioner, people.council.lead, people.auditor, people.board_manager)
    assert all(finds(client, who, dispute) for who in others)
    row = restricted(dispute, people, now)
    assert row.state == Restriction.State.IN_FORCE
    assert not any(finds(client, who, dispute) for who in others)
    assert all(finds(client, who, dispute) for who in (people.council.practitioner, people.council.senior_manager))
    client.force_login(people.board_manager.user)  # the board's office knows the number and nothing else
    assert "Restricted to named people" in client.get("/").content.decode()
    assert AuditEvent.objects.filter(action="case_restricted").count() == 1


def test_nobody_unnamed_is_told_and_whom_the_protocol_brings_in_is_named(people: Cast, dispute: Dispute, now: datetime) -> None:
    restricted(dispute, people, now)
    before = set(Notification.objects.values_list("recipient", flat=True))
    dispute = climb(fresh(dispute), now=now)
    named = set(Case.objects.get(pk=dispute.case_id).named or ())
    assert {people.council.line_manager.pk, people.health.lead.pk} & named
    told = Notification.objects.exclude(recipient__in=named).filter(created_at__gte=now, dispute=dispute)
    assert people.health.practitioner.pk not in named
    assert not told.exclude(recipient__in=before).exists()
    assert AuditEvent.objects.filter(action="named_besides").exists()


def test_the_list_holds_two_people_and_somebody_who_can_lift_it(people: Cast, dispute: Dispute, now: datetime) -> None:
    by = people.council.senior_manager
    for named, words in (
        ([by], "at least two"), ([people.council.practitioner, people.council.line_manager], "who can lift it"),
        ([by, people.stranger], "from the list"),
    ):
        with pytest.raises(Refused, match=words):
            restrictions.restrict(dispute=dispute, wanted=Wanted(named, WHY), by=by, now=now)
    with pytest.raises(Refused, match="Say why"):
        restrictions.restrict(dispute=dispute, wanted=Wanted([by, people.council.practitioner], " "), by=by, now=now)
    with pytest.raises(Refused, match="not yours"):
        restrictions.restrict(dispute=dispute, wanted=Wanted([by], WHY), by=people.stranger, now=now)


def test_a_lead_needs_a_second_person_and_who_asks_one_who_decides(people: Cast, dispute: Dispute, now: datetime) -> None:
    wanted = Wanted([people.council.practitioner, people.council.senior_manager], WHY)
    restrictions.restrict(dispute=dispute, wanted=wanted, by=people.council.lead, now=now)
    assert not Case.objects.get(pk=dispute.case_id).is_restricted
    with pytest.raises(Refused, match="not yours"):
        restrictions.decide(dispute=dispute, agrees=True, why="", by=people.council.lead, now=now)
    with pytest.raises(Refused, match="Say why"):
        restrictions.decide(dispute=dispute, agrees=False, why="", by=people.board_manager, now=now)
    restrictions.decide(dispute=dispute, agrees=False, why="It is too early.", by=people.board_manager, now=now)
    restrictions.restrict(dispute=dispute, wanted=wanted, by=people.council.practitioner, now=now)
    with pytest.raises(Refused, match="not yours"):
        restrictions.decide(dispute=dispute, agrees=True, why="", by=people.board_manager, now=now)
    restrictions.decide(dispute=dispute, agrees=True, why="", by=people.council.senior_manager, now=now)
    assert Case.objects.get(pk=dispute.case_id).is_restricted


def test_it_is_looked_at_again_after_90_days_and_lifted_when_its_reason_is_gone(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    restricted(dispute, people, now)
    by, later = people.council.senior_manager, now + timedelta(days=90)
    assert restrictions.warn_of_reviews(now=later - timedelta(days=1)) == 0
    assert [restrictions.warn_of_reviews(now=later) for _ in range(2)] == [1, 0]
    assert Notification.objects.filter(key__contains="restriction-due").get().recipient == by
    named = [people.council.line_manager, by]
    kept = restrictions.review(dispute=dispute, keeps=True, people=named, why="As before.", by=by, now=later)
    assert kept.review_on == later.date() + timedelta(days=90)
    assert not finds(client, people.council.practitioner, dispute)
    restrictions.review(dispute=dispute, keeps=False, people=[], why="The neighbour has moved.", by=by, now=later)
    assert finds(client, people.council.practitioner, dispute)


def test_pages_and_api_restrict_decide_and_look_again(client: Client, people: Cast, dispute: Dispute, now: datetime) -> None:
    here = f"/disputes/{dispute.reference}/restriction/"
    named = [people.council.practitioner.pk, people.council.senior_manager.pk]
    client.force_login(people.council.lead.user)
    assert "Restrict to named people" in client.get(f"/disputes/{dispute.reference}/").content.decode()
    assert client.post(f"{here}restrict/", {"people": named, "reason": WHY}).status_code == 302
    assert f"{here}decide/" not in client.get("/").content.decode()
    client.force_login(people.council.senior_manager.user)
    assert f"{here}decide/" in client.get("/").content.decode()
    assert WHY in client.get(f"{here}decide/").content.decode()
    assert client.post(f"{here}decide/", {"agrees": "yes"}).status_code == 302
    assert f"{here}decide/" not in client.get("/").content.decode()
    assert f"{here}review/" in client.get(f"/disputes/{dispute.reference}/").content.decode()
    assert client.get(f"{here}review/").status_code == 200
    assert client.post(f"{here}review/", {"keeps": "no", "reason": "Gone."}).status_code == 302
    caller = signed_in(people.council.senior_manager)
    assert caller.post(one(dispute, "restriction/"), {"people": named, "reason": WHY}).status_code == 204
    again = {"keeps": False, "people": [], "reason": "Gone."}
    assert caller.post(one(dispute, "restriction/review/"), again).status_code == 204


# --- conflict of interest ---------------------------------------------------------------------------------------------


def test_who_may_only_know_of_it_restricts_it_without_reading_it(client: Client, people: Cast, dispute: Dispute) -> None:
    for who, reads in ((people.council.lead, False), (people.council.practitioner, True)):
        client.force_login(who.user)
        pages = [client.get(f"/disputes/{dispute.reference}/{page}").content.decode() for page in ("", "restriction/restrict/")]
        assert [dispute.title in page for page in pages] == [reads, reads]


def test_everybody_is_asked_once_and_a_conflict_shuts_every_case_about_the_person(
    client: Client, people: Cast, dispute: Dispute, now: datetime
) -> None:
    client.force_login(people.health.practitioner.user)
    page, form = f"/disputes/{dispute.reference}/", f"/disputes/{dispute.reference}/interest/declare/"
    assert "Say whether you do" in client.get(page).content.decode()
    assert client.post(form, {"has_conflict": "no"}).status_code == 302
    assert "Say whether you do" not in client.get(page).content.decode()
    client.force_login(people.council.practitioner.user)
    assert "Say of what kind" in client.post(form, {"has_conflict": "yes"}).content.decode()
    assert client.post(form, {"has_conflict": "yes", "what": "A neighbour"}).status_code == 302
    assert not finds(client, people.council.practitioner, dispute)
    assert Declaration.objects.filter(has_conflict=True).get().what == "A neighbour"
    assert people.council.lead.pk in Notification.objects.filter(key__contains="stands-back").values_list("recipient", flat=True)


def test_the_part_of_who_stands_back_is_taken_or_the_alarm_goes_out(people: Cast, dispute: Dispute, now: datetime) -> None:
    dispute = climb(dispute, now=now)
    manager, lead = people.health.line_manager, people.health.lead
    theirs = [row.appointment for row in fresh(dispute).participants.all() if row.appointment_id in (manager.pk, lead.pk)]
    for who in theirs:
        interests.declare(dispute=fresh(dispute), has_conflict=True, what="Family", by=who, now=now)
    gap = LeadGap.objects.filter(dispute=dispute, agency=people.health.agency, ended_at=None)
    others = fresh(dispute).participants.filter(appointment__agency=people.health.agency).exclude(
        appointment__in=theirs
    )
    assert gap.exists() or others.filter(appointment__role__in=("line_manager", "safeguarding_lead")).exists()
    colleague = make_appointment(manager.role, people.health.agency, is_contact=True)  # type: ignore[arg-type]
    interests.declare(dispute=fresh(dispute), has_conflict=False, what="", by=people.health.practitioner, now=now)
    assert not Case.objects.get(pk=dispute.case_id).is_in_conflict_with(colleague.user_id)
    with pytest.raises(Refused, match="so already"):
        interests.declare(dispute=fresh(dispute), has_conflict=True, what="Family", by=theirs[0], now=now)


def test_the_api_takes_a_declaration(people: Cast, dispute: Dispute) -> None:
    caller = signed_in(people.health.practitioner)
    assert caller.post(one(dispute, "interest/"), {"has_conflict": True, "what": "Family"}).status_code == 204
    assert caller.get(one(dispute)).status_code == 404


def test_whoever_may_only_ask_for_a_restriction_puts_nobody_on_its_list(people: Cast, dispute: Dispute, now: datetime) -> None:
    team, other = people.council, make_appointment("practitioner", people.council.agency)  # type: ignore[arg-type]
    named = [team.practitioner, team.line_manager, team.senior_manager]
    restrictions.restrict(dispute=climb(dispute, now=now), wanted=Wanted(named, WHY), by=team.senior_manager, now=now)
    speak, case = support.Asked(other, "speak"), Case.objects.get(pk=dispute.case_id)
    with pytest.raises(Refused, match="on the list"):
        support.ask_support(dispute=fresh(dispute), asked=speak, by=team.practitioner, now=now)
    with pytest.raises(Refused, match="on its list"):
        bring_in(dispute=fresh(dispute), who=other, reason="She knows her.", by=team.line_manager, now=now)
    case.refresh_from_db()
    assert other.pk not in (case.named or ())
