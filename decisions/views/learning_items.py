"""The lists of bodies: learning and policy issues without personal data, when they are looked at, and the result (F22, F24)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases.errors import Refused
from cases.http import ActingRequest, acted_at, page_of, refused, visible_or_404
from cases.models import Appointment
from cases.templatetags.dates import local_date
from decisions.actions.learning_items import answer_item, close_item
from decisions.forms.learning import ClosingForm, ItemForm
from decisions.learning_permissions import may_answer_item
from decisions.learning_states import item_stands
from decisions.models import LearningItem


@require_safe
def learning_items(request: ActingRequest) -> HttpResponse:
    """Everything on the lists that this role reads, and how much of what."""
    acting, today = request.acting, local_date(acted_at())
    rows = LearningItem.objects.visible_to(acting)
    if request.GET.get("state") == "open":
        rows = rows.filter(closed_on=None)
    page = page_of(rows, request, key="pk")
    lines = [{"item": item, "stands": item_stands(item, today)} for item in page.rows]
    context = {"page": page, "lines": lines, "numbers": numbers_of(acting), "only_open": request.GET.get("state") == "open"}
    return render(request, "decisions/learning_items.html", context)


def numbers_of(acting: Appointment) -> list[dict[str, Any]]:
    """How many of each kind and category, how many of them open, with a result, and closed."""
    found = LearningItem.objects.visible_to(acting).order_by("kind", "category").values("kind", "category")
    counted = found.annotate(
        all=Count("pk"), waiting=Count("pk", filter=Q(result_on=None)), closed=Count("pk", filter=Q(closed_on__isnull=False)),
        decided=Count("pk", filter=Q(result_on__isnull=False, closed_on=None)),
    )
    words = {"learning": "Learning", "policy_issue": "Policy issues"}
    return [{**row, "kind": words.get(row["kind"], row["kind"])} for row in counted]


@require_http_methods(["GET", "POST"])
def learning_item(request: ActingRequest, key: str) -> HttpResponse:
    """One item: its text, and what the body makes of it."""
    item, acting, status = visible_or_404(LearningItem.objects, request.acting, reference=key), request.acting, 200
    form = _form_of(item, acting, request.POST or None)
    if request.method == "POST" and form is None:
        messages.warning(request, "It is closed." if item.closed_on else "This list is kept by others.")
        status = 403 if not may_answer_item(item, acting) else 409
    elif request.method == "POST" and form is not None and form.is_valid():
        try:
            act = close_item if item.result_on else answer_item
            act(item=item, by=acting, now=acted_at(), **form.cleaned_data)
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "It is recorded, and those who wrote it are told.")
            return redirect("learning_items")
    context = {"item": item, "form": form, "stands": item_stands(item, local_date(acted_at()))}
    return render(request, "decisions/learning_item.html", context, status=status)


def _form_of(item: LearningItem, acting: Appointment, data: Any) -> ItemForm | ClosingForm | None:
    if item.closed_on is not None or not may_answer_item(item, acting):
        return None
    return ClosingForm(data) if item.result_on else ItemForm(data, initial={"meeting_on": item.meeting_on})
