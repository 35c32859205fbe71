"""Pages on which access to a dispute that has ended is given again, and ended early."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, note_refusal, refused
from cases.models import Appointment
from escalation.actions import grants
from escalation.forms.grants import GrantForm
from escalation.models import Dispute
from escalation.transitions import NOT_YOURS
from escalation.verbs import may
from escalation.views.acts import address
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_to_see


def access_of(dispute: Dispute, acting: Appointment) -> dict[str, Any]:
    """What dispute_access.html shows beside who has read it: access given again, and the ways to give and to end it."""
    given = list(grants.given_on(dispute))
    now = acted_at()
    in_force = grants.running(given, now)
    return {
        "grant_url": address("grant_access", dispute) if may("grant_access", dispute, acting) else "",
        "rows": [
            {
                "given": row, "last": grants.last_of(row), "is_running": row in in_force,
                "end_url": reverse("end_access", args=[dispute.reference, row.pk])
                if row in in_force and grants.may_end(dispute, row, acting) else "",
            }
            for row in given
        ],
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def grant_access(request: ActingRequest, reference: str) -> HttpResponse:
    """To whom, why, and until when."""
    dispute, now = dispute_to_see(request, reference), acted_at()
    is_theirs = may("grant_access", dispute, request.acting)
    if request.method == "POST" and not is_theirs:
        note_refusal(request, Refused(NOT_YOURS, code="forbidden"))
    offered = grants.may_be_granted(dispute, request.acting, now=now) if is_theirs else []
    form = GrantForm(request.POST or None, offered=offered, last=grants.last_day(now))
    question = Question(
        "grant_access", "Give access again", "Give access", "They have access again, and are told.", back="dispute_readers",
        hint="To one person, for at most 28 days. They read what they could read before, and every reading is recorded."
        if offered else "Everybody whose access you could give again has it now, or works here no more.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: grants.grant(dispute=dispute, again=form.again, by=request.acting, now=acted_at()),
        is_theirs=is_theirs,
    )  # fmt: skip


@require_POST
def end_access(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """It ends now."""
    dispute = dispute_to_see(request, reference)
    given = grants.given_on(dispute).filter(pk=pk).first() if pk < 2**63 else None
    if given is None or not grants.may_end(dispute, given, request.acting):
        raise Http404(NOT_FOUND)
    try:
        grants.end_grant(given=given, by=request.acting, now=acted_at())
    except Refused as error:
        refused(request, None, error)
    else:
        messages.success(request, "The access has ended.")
    return redirect("dispute_readers", reference)
