"""Pages of evidence: what was handed in, handing in a file, taking one out, withdrawing it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from cases.errors import Refused
from cases.http import ActingRequest, acted_at, note_refusal
from cases.models import Appointment
from escalation.actions import evidence as acts
from escalation.forms.evidence import EvidenceForm, WithdrawEvidenceForm
from escalation.giving_out import found_evidence, given_out, readable
from escalation.models import Dispute, Evidence
from escalation.uploads import was_too_large
from escalation.verbs import may
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_frame, dispute_to_read


@require_safe
def evidence(request: ActingRequest, reference: str) -> HttpResponse:
    """What was handed in at the stages one may read, the latest first, with its state."""
    return _list(request, dispute_to_read(request, reference))


def _list(request: ActingRequest, dispute: Dispute, problem: str = "", status: int = 200) -> HttpResponse:
    context = dispute_frame(dispute, request.acting, acted_at(), "dispute_evidence")
    context |= {
        "files": [_shown(row, dispute, request.acting) for row in readable(dispute, request.acting)],
        "is_unscanned_accepted": not settings.CLAMAV_URL and settings.EVIDENCE_WITHOUT_SCANNER,
        "is_without_scanner": not settings.CLAMAV_URL and not settings.EVIDENCE_WITHOUT_SCANNER,
        "may_add": may("add_evidence", dispute, request.acting),
        "problem": problem,
    }
    return render(request, "escalation/dispute_evidence.html", context, status=status)


def _shown(row: Evidence, dispute: Dispute, acting: Appointment) -> dict[str, Any]:
    row.dispute = dispute
    return {
        "row": row,
        "why_not": acts.why_not_given_out(row),
        "is_unscanned": acts.is_given_out_unscanned(row),
        "may_withdraw": row.withdrawn_at is None and acts.may_withdraw_evidence(row, acting),
    }


@require_http_methods(["GET", "POST"])
def add_evidence(request: ActingRequest, reference: str) -> HttpResponse:
    """Hand in a file."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    form = EvidenceForm(
        request.POST or None, request.FILES or None, is_too_large=was_too_large(request, "file")
    )
    question = Question(
        "add_evidence", "Add evidence", "Hand it in", "The file was handed in.",
        hint="Everybody who may read this stage can take it out once it has been scanned. Hand in only what is needed here.",
        back="dispute_evidence", upload=True,
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: acts.add_evidence(dispute=dispute, handed_in=form.handed_in, by=acting, now=acted_at()),
        is_theirs=may("add_evidence", dispute, acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def withdraw_evidence(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """Say why a file is withdrawn."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    row = found_evidence(dispute, acting, pk)
    form = WithdrawEvidenceForm(request.POST or None)
    question = Question(
        "withdraw_evidence", f"Withdraw evidence {row.label}", "Withdraw it", "The file is withdrawn.",
        hint="It is given out to nobody from then on. That it was there, and what you say it showed, stays.",
        back="dispute_evidence", kind="warning",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: acts.withdraw_evidence(evidence=row, by=acting, now=acted_at(), **form.cleaned_data),
        is_theirs=row.withdrawn_at is None and acts.may_withdraw_evidence(row, acting),
    )  # fmt: skip


@require_safe
def evidence_file(request: ActingRequest, reference: str, pk: int) -> HttpResponseBase:
    """The file, as an attachment under a name that says nothing of anybody; that it was taken out is recorded."""
    dispute = dispute_to_read(request, reference)
    row = found_evidence(dispute, request.acting, pk)
    try:
        return given_out(row, request.acting)
    except Refused as error:
        note_refusal(request, error)
        return _list(request, dispute, error.message, status=409)
