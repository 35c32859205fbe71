"""The page that says what became of a debrief, and how each person on a dispute stands with theirs."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from cases.http import NOT_FOUND, ActingRequest, acted_at
from cases.models import Appointment
from escalation.actions import debriefs
from escalation.forms.debriefs import DebriefAnswerForm
from escalation.models import Dispute
from escalation.reading import recorded
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_to_read


def debriefs_of(dispute: Dispute, acting: Appointment) -> dict[int, dict[str, Any]]:
    """For each person on it, the latest offer of a debrief and what became of it."""
    rows = recorded(dispute, acting, "debriefs").select_related("participant").order_by("pk")
    return {
        row.participant_id: {
            "row": row,
            "words": f"{row.get_answer_display()}" if row.answer else "Offered",
            "at": row.answered_at or row.recorded_at,
            "may_answer": debriefs.may_answer_debrief(row, acting),
        }
        for row in rows
    }


@require_http_methods(["GET", "POST"])
def answer_debrief(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """Held or declined."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    rows = recorded(dispute, acting, "debriefs").select_related("participant__appointment__user")
    row = rows.filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    row.dispute = dispute
    form = DebriefAnswerForm(request.POST or None)
    question = Question(
        "answer_debrief", "What became of the debrief?", "Save", "It is recorded.", back="dispute_people",
        hint=f"It was offered to {row.participant.appointment.user.name}. What is said in it is not recorded here.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: debriefs.answer_debrief(debrief=row, answer=form.cleaned_data["answer"], by=acting, now=acted_at()),
        is_theirs=debriefs.may_answer_debrief(row, acting),
    )  # fmt: skip
