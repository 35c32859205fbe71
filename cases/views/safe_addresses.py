"""The safe address of a case: shown in one answer for a reason, and hidden again by itself (T6)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cases.actions.safe_addresses import Kept, show_safe_address, write_safe_address
from cases.errors import Refused
from cases.forms.safe_addresses import ShowSafeAddressForm, WriteSafeAddressForm
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused, visible_or_404
from cases.models import Case, SafeAddress
from cases.permissions import may_see_safe_address
from cases.reads import opened

SHOWN_FOR = 60  # seconds
KEPT = "It is kept apart from the case. Each time it is shown is recorded with the reason."
GONE = "No safe address is kept any more."


@require_http_methods(["GET", "POST"])
def safe_address(request: ActingRequest, reference: str) -> HttpResponse:
    """Ask why, and show it once: only the answer to what is sent holds it."""
    found, shown, status = _case(request, reference), None, 200
    form = ShowSafeAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            shown = show_safe_address(case=found, reason=form.cleaned_data["reason"], by=request.acting, now=acted_at())
        except Refused as error:
            status = refused(request, form, error)
    there = SafeAddress.objects.filter(case__in=Case.objects.visible_to(request.acting), case=found).first()
    context = {"case": found, "form": form, "shown": shown, "there": there, "seconds": SHOWN_FOR}
    answer = render(request, "cases/safe_address.html", context, status=status)
    if shown is not None:
        answer["Refresh"] = f"{SHOWN_FOR}; url={reverse('safe_address', args=[reference])}"
    return answer


@require_http_methods(["GET", "POST"])
def write(request: ActingRequest, reference: str) -> HttpResponse:
    """Put something in the place of what is kept; what is kept is not shown here."""
    found, status = _case(request, reference), 200
    form = WriteSafeAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        kept = None if said["keeps_nothing"] else Kept(said["safe_address"], said["safe_contact"])
        try:
            write_safe_address(case=found, kept=kept, by=request.acting, now=acted_at())
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, KEPT if kept else GONE)
            return redirect("safe_address", reference)
    return render(request, "cases/safe_address_write.html", {"case": found, "form": form}, status=status)


def _case(request: ActingRequest, reference: str) -> Case:
    found = visible_or_404(Case.objects.select_related("person", "partnership"), request.acting, reference=reference)
    if not may_see_safe_address(request.acting, found):
        raise Http404(NOT_FOUND)
    opened(request, found)
    return found
