"""Pages of disputes that belong together, and of a confidential word on a withdrawal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at
from cases.models import Appointment
from escalation import permissions
from escalation.actions import links
from escalation.forms.links import LinkForm, ReopenForm
from escalation.models import Dispute, DisputeLink, WithdrawalPressure
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_to_read

UNKNOWN = "There is no dispute with this reference that you can read."


def links_of(dispute: Dispute, acting: Appointment) -> list[dict[str, Any]]:
    """The disputes that belong to this one, as far as the reader may read them; of one taken up again its dates as well."""
    readable = Dispute.objects.visible_to(acting).with_page_data()
    rows = [(row, row.other_id, f"This {row.get_kind_display()}") for row in dispute.links.all()]
    rows += [(row, row.dispute_id, f"{row.get_kind_display()} this") for row in dispute.linked_from.all()]
    found = {one.pk: one for one in readable.filter(pk__in=[pk for _, pk, _ in rows])} if rows else {}
    return [
        {"row": row, "other": found[pk], "words": words, "shows_dates": _is_earlier(row, dispute)}
        for row, pk, words in rows
        if pk in found and permissions.may_read(found[pk], acting)
    ]


def _is_earlier(row: DisputeLink, dispute: Dispute) -> bool:
    return row.kind == DisputeLink.Kind.REOPENED and row.dispute_id == dispute.pk


@require_http_methods(["GET", "POST"])
def reopen(request: ActingRequest, reference: str) -> HttpResponse:
    """It did not hold: begin a new dispute that is linked to this one."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    form = ReopenForm(request.POST or None, is_theme=dispute.rules.is_thematic)
    question = Question(
        "reopen", "It did not hold", "Take it up again", "It is taken up again.",
        hint="A new dispute begins between the same agencies. This one, with its dates and its outcome, stays as it is.",
    )  # fmt: skip
    made: list[Dispute] = []
    answer = ask(
        request, dispute, question, form,
        lambda: made.append(
            links.reopen(dispute=dispute, held=form.held, safety=form.said_of_safety, by=acting, now=acted_at())
        ),
        is_theirs=links.may_reopen(dispute, acting, now=acted_at()),
    )  # fmt: skip
    return redirect("dispute", made[0].reference) if made else answer


@require_http_methods(["GET", "POST"])
def link(request: ActingRequest, reference: str) -> HttpResponse:
    """Link it to another one, or merge it into the other as its duplicate."""
    dispute = dispute_to_read(request, reference)
    form = LinkForm(request.POST or None)
    question = Question("link", "Link to another dispute", "Link them", "They are linked.")
    return ask(
        request, dispute, question, form, lambda: _link(request, dispute, form),
        is_theirs=links.may_link(dispute, request.acting),
    )  # fmt: skip


def _link(request: ActingRequest, dispute: Dispute, form: LinkForm) -> None:
    said = form.cleaned_data
    other = Dispute.objects.visible_to(request.acting).filter(reference=said["other"]).first()
    if other is None or not permissions.may_read(other, request.acting):
        raise Refused(UNKNOWN, field="other")
    act = links.merge_duplicate if said["kind"] == "duplicate" else links.link_related
    act(dispute=dispute, other=other, reason=said["reason"], by=request.acting, now=acted_at())
    if said["kind"] == "duplicate":
        messages.info(request, f"This one is withdrawn. It goes on as {other.reference}.")


@require_safe
def pressure(request: ActingRequest, reference: str) -> HttpResponse:
    """The confidential word on a withdrawal, for the agency's own safeguarding lead and the board manager alone."""
    rows = WithdrawalPressure.objects.visible_to(request.acting).select_related(
        "dispute", "agency", "said_by__user", "said_by__agency"
    )
    row = rows.filter(dispute__reference=reference).first()
    if row is None:
        raise Http404(NOT_FOUND)
    return render(request, "escalation/work/pressure.html", {"row": row})
