"""The page on which everything that somebody has open is handed over to a colleague (F57)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused, visible_or_404
from cases.models import Appointment
from cases.permissions import may_change_appointment
from escalation.actions import handover
from escalation.forms.handover import HandOverForm


@require_http_methods(["GET", "POST"])
def hand_over(request: ActingRequest, pk: int) -> HttpResponse:
    """What is open, and who takes it; for those who keep this entry of the directory."""
    people = Appointment.objects.select_related("user", "agency", "partnership")
    held, status, now = visible_or_404(people, request.acting, pk=pk), 200, acted_at()
    if not may_change_appointment(request.acting, held):
        raise Http404(NOT_FOUND)
    form = HandOverForm(request.POST or None, colleagues=handover.may_take_over(held, now=now))
    if request.method == "POST" and form.is_valid():
        try:
            handover.hand_over(held=held, **form.cleaned_data, by=request.acting, now=now)
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, f"{form.cleaned_data['to'].user.name} has taken everything over.")
            return redirect("directory")
    context = {"form": form, "held": held, "found": handover.open_items(held, by=request.acting, now=now)}
    return render(request, "escalation/handover.html", context, status=status)
