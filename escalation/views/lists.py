"""The list of disputes: filtered, found by reference, paged by keyset."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access import relations_that_open
from cases.http import ActingRequest, acted_at, page_of
from cases.models import Appointment
from cases.roles import Permission
from escalation import queues
from escalation.forms.filters import ENDED_HOW, DisputeFilterForm
from escalation.models import Dispute, DisputeStage, Participant, Party, ProtocolVersion
from escalation.models.dispute import ENDED, RUNNING, DisputeQuerySet

ENDING_WORDS = dict(ENDED_HOW)


@require_safe
def disputes(request: ActingRequest) -> HttpResponse:
    """Every dispute this person may know of, the latest first."""
    acting = request.acting
    version = ProtocolVersion.objects.current_for(acting.partnership, on=timezone.localdate())
    form = DisputeFilterForm(request.GET, acting=acting, rules=version.protocol if version else None)
    form.is_valid()
    found = filtered(Dispute.objects.visible_to(acting), form.cleaned_data, acting)
    page = page_of(queues.with_line_data(found), request)
    ending = form.cleaned_data.get("status") or ""
    context = {
        "how_many": found.count() if ending in ENDING_WORDS else None,
        "ending": ENDING_WORDS.get(ending, ""),
        "form": form,
        "page": page,
        "lines": queues.lines_of(page.rows, acting),
        "is_filtered": any(form.cleaned_data.values()) or bool(form.errors),
        "now": acted_at(),
        "may_raise": acting.has(Permission.RAISE_DISPUTE),
        "may_break_glass": acting.has(Permission.BREAK_GLASS),
        "may_review_glass": bool(relations_that_open("review_break_glass", acting.role)),
    }
    return render(request, "escalation/disputes.html", context)


def filtered(disputes: DisputeQuerySet, wanted: dict[str, Any], acting: Appointment) -> DisputeQuerySet:
    """Those that match every filter; a filter that could not be read is left out and shown with its error."""
    if reference := (wanted.get("reference") or "").strip():
        disputes = disputes.filter(reference__icontains=reference)
    if status := wanted.get("status"):
        disputes = disputes.filter(_waits_for(status))
    if stage := wanted.get("stage"):
        track, _, order = stage.rpartition(".")
        disputes = disputes.filter(stage=int(order), **({"track": track} if track else {}))
    if agency := wanted.get("agency"):
        disputes = disputes.filter(Exists(Party.objects.filter(dispute=OuterRef("pk"), agency=agency)))
    if wanted.get("time"):
        disputes = disputes.filter(queues.is_overdue())
    return _whose(disputes, wanted.get("whose") or "", acting)


def _waits_for(wanted: str) -> Q | Exists:
    """What a dispute waits for, or how it was taken back."""
    if wanted in ENDING_WORDS:
        return Exists(DisputeStage.objects.filter(dispute=OuterRef("pk"), closed_how=wanted))
    return Q(status__in={"running": RUNNING, "ended": ENDED}.get(wanted, (wanted,)))


def _whose(disputes: DisputeQuerySet, whose: str, acting: Appointment) -> DisputeQuerySet:
    if whose == "mine":
        return disputes.filter(Exists(Participant.objects.filter(dispute=OuterRef("pk"), appointment=acting.seat_id)))
    if whose == "raised":
        return disputes.filter(raised_by=acting.seat_id)
    if whose == "agency":
        return disputes.filter(Exists(Party.objects.filter(dispute=OuterRef("pk"), agency=acting.agency_id)))
    return disputes
