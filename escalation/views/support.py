"""Pages on which the person who raised a dispute asks for support, and ends it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused
from cases.models import Appointment
from escalation.actions import support
from escalation.forms.support import SupportForm
from escalation.models import Dispute
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_to_read


def supports_of(dispute: Dispute, acting: Appointment) -> list[dict[str, Any]]:
    """Who supports the person who raised it; the reason only for the two of them."""
    rows = dispute.supports.filter(ended_at=None).select_related(
        "supporter__user", "supporter__agency", "supporter__partnership"
    )
    return [{"row": row, "is_between_us": acting.pk in (row.asked_by_id, row.supporter_id)} for row in rows]


@require_http_methods(["GET", "POST"])
def ask_support(request: ActingRequest, reference: str) -> HttpResponse:
    """Ask somebody to read along, or to speak."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    form = SupportForm(request.POST or None, people=support.may_be_asked(dispute, acting, now=acted_at()))
    question = Question(
        "ask_support", "Ask for support", "Ask them", "They are asked, and can read this dispute and no other.",
        hint="You need not do this alone. The other agency sees that somebody supports you, and never why.",
        back="dispute_people",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: support.ask_support(
            dispute=dispute, by=acting, now=acted_at(),
            asked=support.Asked(**form.cleaned_data | {"supporter": form.people[form.cleaned_data["supporter"]]}),
        ),
        is_theirs=support.may_ask_support(dispute, acting),
    )  # fmt: skip


@require_POST
def end_support(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """It ends."""
    dispute = dispute_to_read(request, reference)
    row = dispute.supports.filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    own = row.supporter_id == request.acting.pk and not dispute.participants.filter(appointment=request.acting).exists()
    try:
        support.end_support(support=row, by=request.acting, now=acted_at())
    except Refused as error:
        refused(request, None, error)
        return redirect("dispute_people", reference)
    messages.success(request, "The support has ended.")
    return redirect("home") if own else redirect("dispute_people", reference)
