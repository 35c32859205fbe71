"""The page on which somebody who is asked says: I have it."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from cases.forms.base import GovukForm
from cases.http import ActingRequest, acted_at
from escalation.actions.acknowledge import acknowledge as say_so
from escalation.actions.acknowledge import may_acknowledge
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_to_read


class HaveItForm(GovukForm):
    """Nothing is asked: the button says it."""


@require_http_methods(["GET", "POST"])
def acknowledge(request: ActingRequest, reference: str) -> HttpResponse:
    """It has arrived and is looked at; the reply follows."""
    dispute = dispute_to_read(request, reference)
    hours = dispute.rules.clock.remind_after_hours
    back = f" If there is no reply, you are reminded after {hours} hours." if hours else ""
    question = Question(
        "acknowledge", "Say that you have it", "I have it", "The other side is told that you have it.",
        hint=f"This is not the reply, and takes nothing off its time.{back}", template="escalation/work/acknowledge.html",
    )  # fmt: skip
    form = HaveItForm(request.POST if request.method == "POST" else None)
    return ask(
        request, dispute, question, form, lambda: say_so(dispute=dispute, by=request.acting, now=acted_at()),
        is_theirs=may_acknowledge(dispute, request.acting),
    )  # fmt: skip
