"""Pages of what auditors read under: the list, approving one, and ending one early."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused, visible_or_404
from escalation.actions import engagements as actions
from escalation.forms.engagements import EngagementForm
from escalation.models import Engagement


@require_safe
def engagements(request: ActingRequest) -> HttpResponse:
    """Every engagement of the partnership; of an auditor their own."""
    acting, now = request.acting, acted_at()
    if not actions.may_list(acting):
        raise Http404(NOT_FOUND)
    rows = [
        {
            "row": row, "is_running": actions.is_running(row, now),
            "may_end": actions.may_end(row, acting, now=now),
        }
        for row in actions.listed(acting)
    ]  # fmt: skip
    return render(request, "escalation/engagements.html", {"rows": rows, "may_approve": actions.may_approve(acting)})


@require_http_methods(["GET", "POST"])
def engagement_new(request: ActingRequest) -> HttpResponse:
    """Who is to read what, for what purpose, from when until when."""
    acting, now = request.acting, acted_at()
    if not actions.may_approve(acting):
        raise Http404(NOT_FOUND)
    readers = actions.may_read_under_one(acting, on=timezone.localdate(now))
    form, status = EngagementForm(request.POST or None, readers=readers, acting=acting), 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.approve(wanted=form.wanted, by=acting, now=now)
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "It is approved, and they are told.")
            return redirect("engagements")
    return render(request, "escalation/engagement_new.html", {"form": form, "readers": readers}, status=status)


@require_POST
def engagement_end(request: ActingRequest, pk: int) -> HttpResponse:
    """It ends now."""
    acting = request.acting
    if not actions.may_approve(acting):
        raise Http404(NOT_FOUND)
    row = visible_or_404(Engagement.objects.all(), acting, pk=pk)
    try:
        actions.end(engagement=row, by=acting, now=acted_at())
    except Refused as error:
        refused(request, None, error)
    else:
        messages.success(request, "The engagement has ended.")
    return redirect("engagements")
