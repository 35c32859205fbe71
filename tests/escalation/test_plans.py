"""Interim protection plans: from measures to a plan with owner and day, looked at, ended, and told once when overdue (F14)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cases.errors import Refused
from cases.models import AuditEvent
from decisions.exports import assemble
from escalation import queues
from escalation.actions.plans import Looked, Plan, open_plan, review_plan, warn_of_overdue
from escalation.actions.safety import Safety, confirm_safety
from escalation.duties import closed_gates
from escalation.home import home_for
from escalation.models import Dispute, InterimPlan, Notification, PlanReview
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import climb, fresh, leader_of, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 7)
AFTER = timedelta(days=6)


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


@shared
def plan(dispute: Dispute, people: Cast, now: datetime) -> InterimPlan:
    by = people.council.practitioner
    return open_plan(dispute=dispute, plan=Plan("A night sitter.", people.health.practitioner, DAY), by=by, now=now)


def test_measures_of_a_safety_confirmation_become_a_plan(dispute: Dispute, people: Cast, now: datetime) -> None:
    by = people.council.practitioner
    measured = Safety("with_measures", "Seen today.", "A night sitter.", f"{by.user.name}, social worker", DAY)
    confirm_safety(dispute=dispute, safety=measured, by=by, now=now)
    first = dispute.plans.get()
    assert (first.owner_id, first.review_on, first.measures) == (by.pk, DAY, "A night sitter.")
    confirm_safety(dispute=dispute, safety=measured, by=by, now=now)
    first.refresh_from_db()
    assert first.ended_at == now
    assert dispute.plans.filter(ended_at__isnull=True).count() == 1


@pytest.mark.parametrize("answer", ["safe", "not_safe"])
@pytest.mark.parametrize("left", [{"measures": "A sitter."}, {"measures_owner": "A nurse"}, {"review_on": "2026-04-07"}], ids=str)
def test_measures_with_another_answer_are_neither_kept_nor_dropped_unsaid(
    answer: str, left: dict[str, str], dispute: Dispute, people: Cast, now: datetime
) -> None:
    program, said = signed_in(people.council.practitioner), {"answer": answer, "how": "Seen today.", **left}
    refused = program.post(f"/api/disputes/{dispute.reference}/safety/", said, format="json")
    assert (refused.status_code, refused.data["field"]) == (400, next(iter(left)))
    assert dispute.safety_confirmations.filter(how="Seen today.").count() == 0


def test_a_plan_is_looked_at_handed_on_and_ended(plan: InterimPlan, people: Cast, now: datetime) -> None:
    owner, other = people.health.practitioner, people.council.practitioner
    with pytest.raises(Refused, match="what you found"):
        review_plan(plan=plan, looked=Looked(" ", DAY), by=owner, now=now)
    review_plan(plan=plan, looked=Looked("It holds.", DAY + AFTER, other), by=owner, now=now)
    plan.refresh_from_db()
    assert (plan.owner_id, plan.review_on) == (other.pk, DAY + AFTER)
    review_plan(plan=plan, looked=Looked("The sitter is permanent.", None), by=other, now=now)
    with pytest.raises(Refused) as refusal:
        review_plan(plan=plan, looked=Looked("Again.", None), by=other, now=now)
    assert refusal.value.code == "stale"
    with pytest.raises(DatabaseError), transaction.atomic():
        InterimPlan.objects.filter(pk=plan.pk).update(ended_at=None)
    assert PlanReview.objects.count() == 2


def test_only_people_of_the_dispute_own_and_review(plan: InterimPlan, dispute: Dispute, people: Cast, now: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        review_plan(plan=plan, looked=Looked("x", None), by=people.stranger, now=now)
    assert refusal.value.code == "forbidden"
    with pytest.raises(Refused, match="on this dispute"):
        open_plan(dispute=dispute, plan=Plan("x", people.stranger, DAY), by=people.council.practitioner, now=now)


def test_an_overdue_review_is_told_once_and_waits_on_my_work(plan: InterimPlan, people: Cast, now: datetime) -> None:
    owner, late = people.health.practitioner, now + AFTER
    assert warn_of_overdue(now=now) == 0
    assert not queues.plans_overdue(owner, now.date())
    assert warn_of_overdue(now=late) == 1
    assert warn_of_overdue(now=late) == 0
    assert Notification.objects.filter(recipient=owner, key__contains=":overdue:").count() == 1
    assert AuditEvent.objects.filter(action="plan_review_overdue").count() == 1
    assert "plans" in {one.key for one in home_for(owner, late).blocks}
    review_plan(plan=plan, looked=Looked("It holds.", late.date()), by=owner, now=late)
    assert not queues.plans_overdue(owner, late.date())
    assert warn_of_overdue(now=late + AFTER) == 1


def test_where_the_protocol_asks_a_plan_is_owed_and_bars_nothing(now: datetime) -> None:
    people = people_under("luton", now=now)
    dispute = make_dispute(people, now=now)
    while not dispute.rules_now.interim_plan:
        dispute = climb(dispute, now=now)
    owed = dispute.duties.get(stage=dispute.stage, kind="interim_plan")
    assert owed.is_owed
    assert "interim_plan" not in {gate.duty.kind for gate in closed_gates(dispute, "escalate")}
    by = leader_of(dispute, "raising")
    open_plan(dispute=dispute, plan=Plan("A night sitter.", by, DAY), by=by, now=now)
    owed.refresh_from_db()
    assert not owed.is_owed


def test_pages(client: Client, dispute: Dispute, people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    client.force_login(people.council.practitioner.user)
    address = f"/disputes/{dispute.reference}/plans/"
    assert "Say why no plan is needed" in client.post(f"{address}open/", {"needed": "no"}).content.decode()
    given = {
        "needed": "yes", "measures": "A night sitter.", "owner": str(people.council.practitioner.pk),
        "review_on_day": "7", "review_on_month": "4", "review_on_year": "2026",
    }
    assert client.post(f"{address}open/", given).status_code == 302
    row = dispute.plans.get()
    assert "A night sitter." in client.get(f"/disputes/{dispute.reference}/").content.decode()
    clock.move_to(now + AFTER)
    client.force_login(people.council.practitioner.user)
    assert "Review overdue" in client.get(f"/disputes/{dispute.reference}/").content.decode()
    assert "Interim plans to look at again" in client.get("/").content.decode()
    assert client.get(f"{address}{row.pk}/review/").status_code == 200
    assert client.post(f"{address}{row.pk}/review/", {"note": "It ends.", "goes_on": "no"}).status_code == 302
    row.refresh_from_db()
    assert row.ended_at is not None


def test_api_and_document(plan: InterimPlan, dispute: Dispute, people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    api, address = signed_in(people.health.practitioner), f"/api/disputes/{dispute.reference}/"
    assert api.post(f"{address}plans/", {}).status_code == 400
    assert api.post(f"{address}plans/{plan.pk}/review/", {"note": "It holds.", "review_on": "2026-04-09"}).status_code == 200
    assert signed_in(people.stranger).post(f"{address}plans/{plan.pk}/review/", {"note": "x"}).status_code == 404
    (shown,) = api.get(f"{address}work/").json()["plans"]
    assert [one["note"] for one in shown["reviews"]] == ["It holds."]
    made = assemble(fresh(dispute), kind="case_history", reason="r", by=people.council.practitioner, now=now)
    assert "It holds." in str([one for one in made["sections"] if one["key"] == "plans"])
