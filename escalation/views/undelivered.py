"""Pages of notices that did not arrive: what is known, sending again, and telling in another way (F37)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from cases.errors import Refused
from cases.http import ActingRequest, acted_at, refused, visible_or_404
from cases.permissions import may_change_appointment
from escalation.actions import undelivered as seeing_to
from escalation.forms.undelivered import ToldForm
from escalation.models import Undelivered


def _failure(request: ActingRequest, pk: int) -> Undelivered:
    rows = Undelivered.objects.select_related(
        "notice__dispute", "notice__recipient__user", "notice__recipient__agency", "notice__recipient__partnership",
        "done_by__user",
    )
    return visible_or_404(rows, request.acting, pk=pk)


def _shown(request: ActingRequest, failure: Undelivered, form: ToldForm, status: int = 200) -> HttpResponse:
    may_correct = may_change_appointment(request.acting, failure.notice.recipient)
    carried = failure.notice.carries.count()
    context = {"failure": failure, "form": form, "may_correct": may_correct, "carried": carried}
    return render(request, "escalation/undelivered.html", context, status=status)


@require_safe
def undelivered(request: ActingRequest, pk: int) -> HttpResponse:
    """Whose e-mail did not arrive, and what can be done; nothing of what the notice says."""
    return _shown(request, _failure(request, pk), ToldForm())


@require_POST
def try_again(request: ActingRequest, pk: int) -> HttpResponse:
    """Send it again."""
    failure = _failure(request, pk)
    try:
        seeing_to.try_again(failure=failure, by=request.acting, now=acted_at())
    except Refused as error:
        refused(request, None, error)
        return redirect("undelivered", pk)
    messages.success(request, "The e-mail is sent again. If it does not arrive, it comes back here.")
    return redirect("home")


@require_POST
def told_instead(request: ActingRequest, pk: int) -> HttpResponse:
    """The person was told in another way."""
    failure, form, status = _failure(request, pk), ToldForm(request.POST), 200
    if form.is_valid():
        try:
            seeing_to.told_instead(failure=failure, note=form.cleaned_data["note"], by=request.acting, now=acted_at())
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "It is recorded how they were told.")
            return redirect("home")
    return _shown(request, failure, form, status)
