"""Pages of whoever asks somebody outside: what was asked and came of it, asking, sending the link again, taking it back (F55)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused
from cases.models import Appointment
from escalation import permissions
from escalation.actions import outside
from escalation.actions.notices import mark_answers_read
from escalation.forms.outside import InviteOutsideForm, TakeBackOutsideForm
from escalation.models import Dispute, OutsideInvitation, OutsideMail
from escalation.verbs import may
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_frame, dispute_to_read

PEOPLE = [f"{who}__{part}" for who in ("invited_by", "ended_by") for part in ("user", "agency", "partnership")]


@require_safe
def asked(request: ActingRequest, reference: str) -> HttpResponse:
    """Who outside was asked at the stages one may read, the latest first; what they answered is read then."""
    dispute = dispute_to_read(request, reference)
    rows = _readable(dispute, request.acting)
    mark_answers_read(rows, by=request.acting, now=acted_at())
    context = dispute_frame(dispute, request.acting, acted_at(), "dispute_people")
    context |= {
        "asked": [_shown(row, dispute, request.acting) for row in rows],
        "may_invite": may("invite_outside", dispute, request.acting),
    }
    return render(request, "escalation/dispute_outside.html", context)


def _readable(dispute: Dispute, acting: Appointment) -> list[OutsideInvitation]:
    stages = permissions.readable_stages(dispute, acting)
    rows = dispute.outside_invitations.filter(stage__in=stages).select_related(*PEOPLE)
    return list(rows.prefetch_related("questions", "shares__evidence", "mails", "entries").order_by("-pk"))


def _shown(row: OutsideInvitation, dispute: Dispute, acting: Appointment) -> dict[str, Any]:
    may_look_after = outside.may_look_after(row, dispute, acting)
    entered = [one.entered_at for one in row.entries.all() if one.entered_at]
    links = [one for one in row.mails.all() if one.kind == OutsideMail.Kind.LINK]
    return {
        "row": row,
        "state": _state(row),
        "may_look_after": may_look_after,
        "entered_at": max(entered, default=None),
        "mail": _mail(links[-1]) if links else "",
    }


def _state(row: OutsideInvitation) -> tuple[str, str]:
    if row.answered_at:
        return "Answered", "green"
    if row.ended_at:
        return str(row.get_ended_how_display()), "grey"
    return "No answer yet", "yellow"


def _mail(mail: OutsideMail) -> str:
    if mail.failed_at:
        return "It did not arrive"
    return "Sent" if mail.sent_at else "On its way"


@require_http_methods(["GET", "POST"])
def invite(request: ActingRequest, reference: str) -> HttpResponse:
    """Ask somebody outside."""
    dispute, acting, now = dispute_to_read(request, reference), request.acting, acted_at()
    form = InviteOutsideForm(
        request.POST or None, files=outside.may_be_shared(dispute, acting), usual=outside.usual_day(dispute, now=now),
        is_thematic=dispute.rules.is_thematic,
    )  # fmt: skip
    question = Question(
        "invite_outside", "Ask somebody outside the partnership", "Send the invitation", "The invitation is on its way.",
        hint="For an organisation that has no account here, such as a care home or a small charity. It gets a link by e-mail, and"
        " sees only what you write and choose below.",
        back="dispute_outside",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: outside.invite(dispute=dispute, wanted=form.wanted, by=acting, now=acted_at()),
        is_theirs=may("invite_outside", dispute, acting),
    )  # fmt: skip


def _invitation(request: ActingRequest, dispute: Dispute, pk: int) -> OutsideInvitation:
    readable = permissions.readable_stages(dispute, request.acting)
    rows = dispute.outside_invitations.filter(stage__in=readable).select_related(*PEOPLE)
    row: OutsideInvitation | None = rows.filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    row.dispute = dispute
    return row


@require_POST
def send_again(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """A new link."""
    dispute = dispute_to_read(request, reference)
    row = _invitation(request, dispute, pk)
    try:
        outside.send_again(invitation=row, by=request.acting, now=acted_at())
        messages.success(request, "A new link is on its way. The one before it opens nothing any more.")
    except Refused as error:
        refused(request, None, error)
    return redirect("dispute_outside", reference)


@require_http_methods(["GET", "POST"])
def take_back(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """They are not asked any more."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    row = _invitation(request, dispute, pk)
    form = TakeBackOutsideForm(request.POST or None)
    question = Question(
        "take_back_outside", "They are not asked any more", "Take it back", "It is taken back. The link opens nothing any more.",
        hint=f"{row.described}. Whoever has it open is out at once. What they have answered stays.",
        back="dispute_outside", kind="warning",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: outside.take_back(invitation=row, by=acting, now=acted_at(), **form.cleaned_data),
        is_theirs=outside.may_look_after(row, dispute, acting),
    )  # fmt: skip
