"""Pages on which two keepers of the directory let somebody back in who has lost their phone or key."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cases.actions import recoveries
from cases.errors import Refused
from cases.forms.directory import AnswerRecoveryForm, AskRecoveryForm
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused, visible_or_404
from cases.models import Appointment, Recovery
from cases.permissions import may_change_appointment

RECORDED = "It is recorded. Now a second person who keeps the directory has to agree, within 24 hours."


@require_http_methods(["GET", "POST"])
def ask_recovery(request: ActingRequest, pk: int) -> HttpResponse:
    """Record that somebody has lost their device."""
    held = visible_or_404(Appointment.objects.select_related("user", "agency", "partnership"), request.acting, pk=pk)
    if not may_change_appointment(request.acting, held):
        raise Http404(NOT_FOUND)
    form, status = AskRecoveryForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            recoveries.ask_recovery(held=held, **form.cleaned_data, by=request.acting, now=acted_at())
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, RECORDED)
            return redirect("directory")
    return render(request, "cases/ask_recovery.html", {"form": form, "held": held}, status=status)


@require_http_methods(["GET", "POST"])
def answer_recovery(request: ActingRequest, pk: int) -> HttpResponse:
    """Agree or refuse, as the second person."""
    related = Recovery.objects.select_related("user", "held__user", "held__agency", *recoveries.ASKER)
    asked = visible_or_404(related, request.acting, pk=pk)
    if not recoveries.may_answer(request.acting, asked):
        raise Http404(NOT_FOUND)
    form, status = AnswerRecoveryForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        agrees = form.cleaned_data["agrees"] == "yes"
        try:
            recoveries.answer_recovery(asked=asked, agrees=agrees, by=request.acting, now=acted_at())
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "Their second factor is taken away." if agrees else "Nothing is changed.")
            return redirect("directory")
    return render(request, "cases/answer_recovery.html", {"form": form, "asked": asked}, status=status)
