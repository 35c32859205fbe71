"""Interim protection plans: opened, reviewed, handed on, ended; and told once when their day of review has passed (F14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cases import audit, parts
from cases.errors import Refused
from cases.models import Agency, Appointment
from cases.rows import one_act
from escalation import chronology, duties, leads, notifications, permissions
from escalation.deadlines import LONDON
from escalation.models import ChronologyEntry, Dispute, InterimPlan, PlanReview, SafetyConfirmation
from escalation.models.dispute import RUNNING
from escalation.protocol import DutyKind, Event, Side
from escalation.transitions import NOT_YOURS, lock

BATCH = 500
REPLACED = "Replaced by a newer plan of the same agency."


@dataclass(frozen=True)
class Plan:
    """What protects the person, who looks after it, and when it is looked at again."""

    measures: str
    owner: Appointment
    review_on: date


@dataclass(frozen=True)
class Looked:
    """What a review found; without a next day the plan ends."""

    note: str
    review_on: date | None
    owner: Appointment | None = None


def _agency_of(dispute: Dispute, by: Appointment) -> Agency:
    agency = leads.stands_for(dispute, by)
    if agency is None or not permissions.may_work_for_person(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    return agency


def _check_owner(dispute: Dispute, owner: Appointment) -> None:
    if not dispute.participants.filter(appointment=owner).exists():
        raise Refused("Choose somebody who is on this dispute.", field="owner")


def _check_day(day: date | None, now: datetime) -> None:
    if day is None or day < now.astimezone(LONDON).date():
        raise Refused("Give the day, today or later, on which the plan is looked at again.", field="review_on")


@one_act
def open_plan(*, dispute: Dispute, plan: Plan, by: Appointment, now: datetime) -> InterimPlan:
    """Agree what protects the person meanwhile; it takes the place of the same agency's earlier plan."""
    dispute = lock(dispute)
    agency = _agency_of(dispute, by)
    if not plan.measures.strip():
        raise Refused("Say which measures keep the person safe for now.", field="measures")
    _check_owner(dispute, plan.owner)
    _check_day(plan.review_on, now)
    return _open(dispute, plan, agency, by=by, now=now)


def open_from_safety(dispute: Dispute, confirmation: SafetyConfirmation, *, by: Appointment, now: datetime) -> None:
    """The measures of a safety confirmation become a plan: of whoever on the dispute is named, or else of who wrote it."""
    if confirmation.review_on is None:
        return
    named = confirmation.measures_owner.casefold()
    on_it = dispute.participants.filter(appointment__agency=confirmation.agency).select_related("appointment__user")
    owner = next((row.appointment for row in on_it if row.appointment.user.name.casefold() in named), by.seat)
    plan = Plan(confirmation.measures, owner, confirmation.review_on)
    _open(dispute, plan, confirmation.agency, by=by, now=now, safety=confirmation)


def _open(
    dispute: Dispute, plan: Plan, agency: Agency, *, by: Appointment, now: datetime,
    safety: SafetyConfirmation | None = None,
) -> InterimPlan:
    for earlier in dispute.plans.filter(agency=agency, ended_at__isnull=True):
        _write_review(dispute, earlier, Looked(REPLACED, None), by=by, now=now)
    opened = InterimPlan.objects.create(
        dispute=dispute, stage=dispute.stage, agency=agency, safety=safety, measures=plan.measures, owner=plan.owner,
        review_on=plan.review_on, recorded_by=by, recorded_at=now,
    )
    _fulfil(dispute, agency, by=by, now=now)
    if safety is None:
        chronology.tell(
            dispute, f"Interim protection plan, {plan.owner.user.name}", by=by, now=now,
            kind=ChronologyEntry.Kind.SAFETY, body=f"{plan.measures}\n\nLooked at again on {plan.review_on:%-d %B %Y}.",
        )
    audit.record("plan_opened", opened, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"stage": dispute.stage, "owner": plan.owner.pk})
    if plan.owner.pk != by.seat_id:
        _tell_owner(dispute, opened, now=now)
    return opened


def _tell_owner(dispute: Dispute, plan: InterimPlan, *, now: datetime) -> None:
    notifications.tell(
        dispute, Event.SAFETY_CHANGED, [plan.owner], now=now,
        key=f"{dispute.pk}:plan:{plan.pk}:owner:{plan.owner_id}:{plan.review_on:%Y%m%d}",
        text=f"{dispute.reference}: an interim protection plan is yours. It is looked at again on {plan.review_on:%-d %B %Y}.",
    )


def _fulfil(dispute: Dispute, agency: Agency, *, by: Appointment, now: datetime) -> None:
    for owing in {agency.pk: agency, dispute.raising_agency_id: dispute.raising_agency}.values():
        duties.fulfil(dispute, DutyKind.INTERIM_PLAN, agency=owing, by=by, now=now)


@one_act
def need_no_plan(*, dispute: Dispute, why: str, by: Appointment, now: datetime) -> None:
    """Say that the person needs no plan at this stage, and why."""
    dispute = lock(dispute)
    agency = _agency_of(dispute, by)
    if not why.strip():
        raise Refused("Say why no plan is needed.", field="why")
    _fulfil(dispute, agency, by=by, now=now)
    chronology.tell(dispute, "No interim protection plan is needed", by=by, now=now, body=why,
                    kind=ChronologyEntry.Kind.SAFETY)
    audit.record("plan_not_needed", dispute, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"stage": dispute.stage})


def may_review_plan(plan: InterimPlan, dispute: Dispute, by: Appointment) -> bool:
    """Whether ``by`` may look at the plan again: its owner, or anybody of its agency who works on the dispute."""
    if plan.ended_at is not None or not permissions.may_confirm_safety(dispute, by):
        return False
    return plan.owner_id == by.seat_id or plan.agency_id == permissions.standing(dispute, by).agency_id


@one_act
def review_plan(*, plan: InterimPlan, looked: Looked, by: Appointment, now: datetime) -> InterimPlan:
    """Look at the plan again: it goes on until another day, is handed to somebody else, or ends."""
    dispute = lock(plan.dispute)
    rows = InterimPlan.objects.select_for_update(no_key=True, of=("self",))
    plan = rows.select_related("agency", "owner__user").get(pk=plan.pk)
    if plan.ended_at is not None:
        raise Refused("This plan has ended already.", code="stale")
    if not may_review_plan(plan, dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not looked.note.strip():
        raise Refused("Say what you found.", field="note")
    if looked.review_on is not None:
        _check_day(looked.review_on, now)
        _fulfil(dispute, plan.agency, by=by, now=now)
    if looked.owner is not None:
        _check_owner(dispute, looked.owner)
    before = plan.owner_id
    _write_review(dispute, plan, looked, by=by, now=now)
    if plan.owner_id not in (before, by.seat_id):
        _tell_owner(dispute, plan, now=now)
    return plan


def _write_review(dispute: Dispute, plan: InterimPlan, looked: Looked, *, by: Appointment, now: datetime) -> None:
    owner = looked.owner or plan.owner
    PlanReview.objects.create(
        plan=plan, stage=dispute.stage, note=looked.note, review_on=looked.review_on, owner=owner, recorded_by=by,
        recorded_at=now,
    )
    if looked.review_on is None:
        plan.ended_at, headline = now, "Interim protection plan ended"
    else:
        plan.review_on, plan.owner, plan.warned_at = looked.review_on, owner, None
        headline = f"Interim protection plan reviewed; {owner.user.name} looks at it again on {looked.review_on:%-d %B %Y}"
    plan.save(update_fields=["review_on", "owner", "warned_at", "ended_at"])
    chronology.tell(dispute, headline, by=by, now=now, body=looked.note, kind=ChronologyEntry.Kind.SAFETY)
    audit.record("plan_reviewed", plan, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"ended": looked.review_on is None, "owner": owner.pk})


def warn_of_overdue(*, now: datetime) -> int:
    """Tell owners and leads, once, of plans whose day of review has passed; a second run finds nothing."""
    overdue = InterimPlan.objects.filter(
        ended_at__isnull=True, warned_at__isnull=True, review_on__lt=now.astimezone(LONDON).date(),
        dispute__status__in=RUNNING,
    )
    return parts.one_by_one(_warn, list(overdue.order_by("review_on", "pk").values_list("pk", flat=True)[:BATCH]), now=now)


@one_act
def _warn(pk: int, *, now: datetime) -> int:
    rows = InterimPlan.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(
        pk=pk, warned_at__isnull=True, ended_at__isnull=True, review_on__lt=now.astimezone(LONDON).date()
    )
    plan = rows.select_related("dispute__protocol", "dispute__case", "owner").first()
    if plan is None:
        return 0
    dispute = plan.dispute
    plan.warned_at = now
    plan.save(update_fields=["warned_at"])
    inside = dispute.rules.stage(plan.stage).single_agency
    on_it = dispute.participants.select_related("appointment__user", "appointment__agency")
    leads = [
        row.appointment
        for row in on_it
        if permissions.holds_one_of(row.appointment, dispute.rules_now.leads.roles)
        and not (inside and row.side == Side.RESPONDING)
    ]
    notifications.tell(
        dispute, Event.SAFETY_CHANGED, [plan.owner, *leads], now=now,
        key=f"{dispute.pk}:plan:{plan.pk}:overdue:{plan.review_on:%Y%m%d}",
        text=f"{dispute.reference}: the review of an interim protection plan is overdue since {plan.review_on:%-d %B %Y}.",
    )
    audit.record("plan_review_overdue", plan, scope=audit.scope_of_case(dispute.case_id), by=None, now=now)
    return 1
