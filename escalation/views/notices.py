"""Notices: what somebody was told, whether they have read it, and the way from a notice to its dispute."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from cases.errors import Refused
from cases.http import ActingRequest, acted_at, page_of, refused, visible_or_404
from escalation.actions.notice_choice import choose_digest, digest_time_of
from escalation.actions.notices import mark_read
from escalation.forms.filters import NoticeFilterForm
from escalation.forms.notice_choice import NoticeChoiceForm
from escalation.models import Notification
from escalation.models.protocol_draft import APPROVERS
from escalation.notifications import (
    ABOUT_ABSENCES,
    ABOUT_BREAK_GLASS,
    ABOUT_DELIVERY,
    ABOUT_ENGAGEMENTS,
    ABOUT_LEARNING,
    ABOUT_THE_PROTOCOL,
)

NOW = "What happens now: "
LEADS_TO = {
    ABOUT_ABSENCES: "away", ABOUT_LEARNING: "learning_items", ABOUT_ENGAGEMENTS: "engagements", ABOUT_BREAK_GLASS: "break_glass",
}  # fmt: skip


@require_safe
def notices(request: ActingRequest) -> HttpResponse:
    """One's own notices, the latest first."""
    form = NoticeFilterForm(request.GET)
    wanted = form.cleaned_data.get("read") if form.is_valid() else ""
    mine = Notification.objects.visible_to(request.acting).select_related("dispute")
    if wanted:
        mine = mine.filter(read_at__isnull=wanted == "unread")
    has_unread = Notification.objects.visible_to(request.acting).filter(read_at__isnull=True).exists()
    page = page_of(mine, request)
    lines = [(notice, *_in_two(notice.text)) for notice in page.rows]
    context = {
        "form": form, "page": page, "lines": lines, "has_unread": has_unread, "wanted": wanted,
        "digest_at": digest_time_of(request.acting),
    }  # fmt: skip
    return render(request, "escalation/notices.html", context)


def _in_two(text: str) -> tuple[str, str]:
    """What happened, and what was to happen next as it stood then."""
    said, mark, following = text.partition(NOW)
    return said.strip(), f"Next, as it stood then: {following}" if mark else ""


@require_GET
def notice_open(request: ActingRequest, pk: int) -> HttpResponse:
    """Go to what the notice is about; whoever gets there has read it."""
    notice = visible_or_404(Notification.objects.select_related("dispute"), request.acting, pk=pk)
    mark_read(by=request.acting, now=acted_at(), notice=notice)
    if notice.dispute is not None and notice.recipient_id != request.acting.pk:  # it came for somebody one stands in for
        return redirect("take_place_in", notice.recipient_id, notice.dispute.reference)
    if notice.event == ABOUT_THE_PROTOCOL:
        return redirect("protocol" if request.acting.role in APPROVERS else "guidance")
    if notice.event == ABOUT_DELIVERY:
        return redirect("home")
    if notice.dispute is None:
        return redirect(LEADS_TO.get(notice.event, "notices"))
    return redirect("dispute", notice.dispute.reference)


@require_POST
def notices_read(request: ActingRequest) -> HttpResponse:
    """All of them are read."""
    if mark_read(by=request.acting, now=acted_at()):
        messages.success(request, "All notices are marked as read.")
    return redirect("notices")


@require_http_methods(["GET", "HEAD", "POST"])
def notice_choice(request: ActingRequest) -> HttpResponse:
    """Each notice at once, or one digest a working day at a time of one's own."""
    if request.method != "POST":
        return render(request, "escalation/notice_choice.html", {"form": NoticeChoiceForm.of(digest_time_of(request.acting))})
    form, status = NoticeChoiceForm(request.POST), 200
    if form.is_valid():
        try:
            choose_digest(digest_at=form.digest_at, by=request.acting, now=acted_at())
        except Refused as error:
            status = refused(request, form, error)
        else:
            at = form.digest_at
            said = f"You get one e-mail at {at:%H:%M} on working days." if at else "You get each e-mail at once."
            messages.success(request, said)
            return redirect("notices")
    return render(request, "escalation/notice_choice.html", {"form": form}, status=status)
