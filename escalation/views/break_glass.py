"""Pages of break-glass: opening a dispute for an hour to read it, and looking at that afterwards."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases.access import relations_that_open
from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, page_of, refused, visible_or_404
from cases.roles import Permission
from cases.templatetags.dates import local_date
from escalation import glass
from escalation.actions import break_glass as acts
from escalation.forms.break_glass import BreakGlassForm, ReviewGlassForm
from escalation.models import BreakGlass

PEOPLE = (
    "dispute__case", "by__user", "by__agency", "by__partnership", "reviewed_by__user", "reviewed_by__agency",
    "reviewed_by__partnership",
)  # fmt: skip

LONGEST_REFERENCE = 30


@require_http_methods(["GET", "POST"])
def break_glass(request: ActingRequest) -> HttpResponse:
    """Which dispute and why; whatever is wrong with the reference gives the same answer."""
    if not request.acting.has(Permission.BREAK_GLASS):
        raise Http404(NOT_FOUND)
    known = {"reference": request.GET.get("reference", "")[:LONGEST_REFERENCE]}
    form, status = BreakGlassForm(request.POST or None, initial=known), 200
    if request.method == "POST" and form.is_valid():
        try:
            row = glass.opened(acts.Asked(**form.cleaned_data), request.acting)
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "It is open to you for an hour, to read. Somebody else will look at why.")
            return redirect("dispute", row.dispute.reference)
    own = acts.opened_by(request.acting)
    return render(request, "escalation/break_glass.html", {"form": form, "own": own}, status=status)


@require_safe
def glass_reviews(request: ActingRequest) -> HttpResponse:
    """Every opening that this person may look at, the latest first, and how often each person did it in each month."""
    if not relations_that_open("review_break_glass", request.acting.role):
        raise Http404(NOT_FOUND)
    rows = BreakGlass.objects.visible_to(request.acting).select_related(*PEOPLE)
    context = {
        "page": page_of(rows, request), "months": acts.by_month(request.acting), "today": local_date(acted_at()),
        "waiting": {row.pk for row in acts.to_review(request.acting)},
    }  # fmt: skip
    return render(request, "escalation/glass_reviews.html", context)


@require_http_methods(["GET", "POST"])
def review_glass(request: ActingRequest, pk: int) -> HttpResponse:
    """Why somebody read it, what they read, and whether that was justified."""
    row = visible_or_404(BreakGlass.objects.select_related(*PEOPLE), request.acting, pk=pk)
    form, status = ReviewGlassForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        said = {"is_justified": form.cleaned_data["is_justified"] == "yes", "finding": form.cleaned_data["finding"]}
        try:
            acts.review_break_glass(opening=row, by=request.acting, now=acted_at(), **said)
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "Your finding is recorded.")
            return redirect("glass_reviews")
    is_theirs = row.reviewed_at is None and acts.may_review(row, request.acting)
    context = {"row": row, "form": form, "is_theirs": is_theirs, "reads": glass.reads_of(row)}
    return render(request, "escalation/review_glass.html", context, status=status)
