"""Pages on which advice is asked of a lead, given in their own name, and taken back; and what the dispute's page shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from cases.http import NOT_FOUND, ActingRequest, acted_at
from cases.models import Appointment
from escalation import permissions
from escalation.actions import advice
from escalation.forms.advice import AdviceForm, AskAdviceForm, TakeBackAdviceForm
from escalation.models import AdviceRequest, Dispute
from escalation.verbs import may
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_to_read

PEOPLE = [
    f"{who}__{part}"
    for who in ("adviser", "asked_by", "answered_by", "taken_back_by")
    for part in ("user", "agency", "partnership")
]


def advice_of(dispute: Dispute, acting: Appointment, readable: Sequence[int]) -> list[dict[str, Any]]:
    """What was asked of leads at the stages somebody may read: what waits first, of the rest the latest first."""
    rows = dispute.advice_requests.filter(stage__in=readable).select_related("agency", *PEOPLE).order_by("-pk")
    return [
        {
            "row": row,
            "may_answer": advice.may_answer_advice(row, dispute, acting),
            "may_take_back": advice.may_take_back(row, dispute, acting),
        }
        for row in sorted(rows, key=lambda row: not row.is_open)
    ]


@require_http_methods(["GET", "POST"])
def ask_advice(request: ActingRequest, reference: str) -> HttpResponse:
    """Ask a lead for advice."""
    dispute, acting, now = dispute_to_read(request, reference), request.acting, acted_at()
    people = advice.may_be_asked(dispute, acting, now=now)
    form = AskAdviceForm(request.POST or None, people=people)
    question = Question(
        "ask_advice", "Ask a lead for advice", "Ask them", "They are asked, and can read this until they have answered.",
        hint="They answer in their own name. Whoever can read this stage can read your question and their advice.",
        template="escalation/work/ask_advice.html",
    )  # fmt: skip
    asked = advice_of(dispute, acting, permissions.readable_stages(dispute, acting))
    waiting = [one["row"] for one in asked if one["may_take_back"]]
    return ask(
        request, dispute, question, form,
        lambda: advice.ask_advice(dispute=dispute, asked=form.asked, by=acting, now=acted_at()),
        is_theirs=may("ask_advice", dispute, acting), advisers=people, waiting=waiting,
    )  # fmt: skip


def _request(request: ActingRequest, dispute: Dispute, pk: int) -> AdviceRequest:
    readable = permissions.readable_stages(dispute, request.acting)
    rows = dispute.advice_requests.filter(stage__in=readable).select_related("agency", *PEOPLE)
    row: AdviceRequest | None = rows.filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    row.dispute = dispute
    return row


@require_http_methods(["GET", "POST"])
def answer_advice(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """The lead's own answer."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    row = _request(request, dispute, pk)
    form = AdviceForm(request.POST or None)
    question = Question(
        "answer_advice", "Your advice", "Give your advice", "Your advice is recorded, and those who asked are told.",
        hint="It is recorded in your own name. Whoever can read this stage can read it.",
        template="escalation/work/answer_advice.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: advice.answer_advice(request=row, by=acting, now=acted_at(), **form.cleaned_data),
        is_theirs=advice.may_answer_advice(row, dispute, acting), asked=row,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def take_back_advice(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """The question is not needed any more."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    row = _request(request, dispute, pk)
    form = TakeBackAdviceForm(request.POST or None)
    question = Question(
        "take_back_advice", "The advice is not needed any more", "Take the question back",
        "The question is taken back, and they are told.", template="escalation/work/answer_advice.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: advice.take_back_advice(request=row, by=acting, now=acted_at(), **form.cleaned_data),
        is_theirs=advice.may_take_back(row, dispute, acting), asked=row,
    )  # fmt: skip
