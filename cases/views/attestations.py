"""Pages of the quarterly list: who still works here in which role."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from cases.actions import attestations
from cases.errors import Refused
from cases.forms.directory import StillHereForm
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused, visible_or_404
from cases.models import Agency, Appointment
from cases.permissions import may_change_appointment, may_keep_agency, may_manage_directory
from cases.templatetags.dates import long_date


@require_safe
def attestation_lists(request: ActingRequest) -> HttpResponse:
    """How far each list is, for those who keep the directory."""
    if not may_manage_directory(request.acting):
        raise Http404(NOT_FOUND)
    lists = attestations.lists_for(request.acting, day=timezone.localdate(acted_at()))
    return render(request, "cases/attestation_lists.html", {"lists": lists})


@require_http_methods(["GET", "POST"])
def attestation_list(request: ActingRequest, pk: int = 0) -> HttpResponse:
    """One agency's list, or without a number that of the board: confirm who still works there, or go and end a role."""
    agency = visible_or_404(Agency.objects.all(), request.acting, pk=pk) if pk else None
    may_keep = may_keep_agency(request.acting, agency) if agency else may_manage_directory(request.acting)
    if not may_keep or (agency is None and request.acting.agency_id is not None):
        raise Http404(NOT_FOUND)
    now = acted_at()
    day = timezone.localdate(now)
    waiting = [held for held in attestations.to_attest(request.acting.partnership_id, day=day) if held.agency_id == (pk or None)]
    theirs = [held for held in waiting if may_change_appointment(request.acting, held)]
    hints = {str(held.pk): _since(held) for held in theirs}
    form = StillHereForm(request.POST if request.method == "POST" else None, theirs=theirs, hints=hints)
    if form.is_valid():
        return _confirmed(request, [held for held in theirs if str(held.pk) in form.cleaned_data["held"]], now)
    context = {
        "agency": agency, "form": form if theirs else None, "others": [held for held in waiting if held not in theirs],
        "due_on": attestations.due_on(day), "is_overdue": bool(waiting) and day > attestations.due_on(day),
    }  # fmt: skip
    return render(request, "cases/attestation_list.html", context)


def _confirmed(request: ActingRequest, chosen: list[Appointment], now: datetime) -> HttpResponse:
    try:
        done = attestations.attest(chosen=chosen, by=request.acting, now=now)
    except Refused as error:
        refused(request, None, error)
    else:
        if done:
            messages.success(request, f"{done} {'role is' if done == 1 else 'roles are'} confirmed for this quarter.")
        else:
            messages.success(request, "Somebody else has confirmed those you chose meanwhile.")
    return redirect(request.path)

def _since(held: Appointment) -> SafeString:
    return format_html(
        'Since {}. No longer? <a class="govuk-link" href="{}">Record the last day'
        '<span class="govuk-visually-hidden"> of {}</span></a>',
        long_date(held.starts_on), reverse("end_appointment", args=[held.pk]), held.user.name,
    )  # fmt: skip
