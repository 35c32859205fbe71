"""Pages of interim protection plans: a plan, or that none is needed, and each look at it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from cases.http import NOT_FOUND, ActingRequest, acted_at
from cases.models import Appointment
from escalation.actions import plans
from escalation.actions.meetings import may_be_invited
from escalation.forms.plans import PlanForm, PlanReviewForm
from escalation.models import Dispute
from escalation.reading import recorded
from escalation.verbs import works_for_agency
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_to_read


def plans_of(dispute: Dispute, acting: Appointment, today: date) -> list[dict[str, Any]]:
    """The plans that run, as the summary shows them, each with whether its review is overdue."""
    rows = recorded(dispute, acting, "plans").filter(ended_at__isnull=True).select_related(
        "agency", "owner__user", "owner__agency", "owner__partnership"
    )
    return [
        {
            "row": row, "is_overdue": row.review_on < today and not dispute.has_ended,
            "may_review": plans.may_review_plan(row, dispute, acting),
        }
        for row in rows
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
def open_plan(request: ActingRequest, reference: str) -> HttpResponse:
    """What protects the person meanwhile, or that nothing more is needed."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    form = PlanForm(request.POST or None, people=may_be_invited(dispute))
    question = Question(
        "open_plan", "Interim protection plan", "Save", "It is recorded.",
        hint="What protects the person until this is settled. A new plan takes the place of your agency’s earlier one.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form, lambda: _open(dispute, form, acting),
        is_theirs=works_for_agency(dispute, acting),
    )  # fmt: skip


def _open(dispute: Dispute, form: PlanForm, acting: Appointment) -> None:
    said = form.cleaned_data
    if said["needed"] == "no":
        plans.need_no_plan(dispute=dispute, why=said["why"], by=acting, now=acted_at())
        return
    plan = plans.Plan(said["measures"], form.people[said["owner"]], said["review_on"])
    plans.open_plan(dispute=dispute, plan=plan, by=acting, now=acted_at())


@require_http_methods(["GET", "POST"])
def review_plan(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """One look at a plan."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    row = recorded(dispute, acting, "plans").filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    row.dispute = dispute
    form = PlanReviewForm(request.POST or None, initial={"owner": str(row.owner_id)}, people=may_be_invited(dispute))
    question = Question(
        "review_plan", "Look at the plan again", "Save", "The review is recorded.", hint=row.measures,
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: plans.review_plan(
            plan=row, by=acting, now=acted_at(),
            looked=plans.Looked(form.cleaned_data["note"], form.next_day, form.people.get(form.cleaned_data["owner"])),
        ),
        is_theirs=plans.may_review_plan(row, dispute, acting),
    )  # fmt: skip
