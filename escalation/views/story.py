"""The story of a dispute, and the positions of its sides stage by stage."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.http import ActingRequest, acted_at, page_of
from cases.models import Appointment
from escalation import permissions
from escalation.chronology import told_to
from escalation.models import ChronologyEntry, Dispute, ManagerReview
from escalation.verbs import may
from escalation.views.frame import dispute_frame, dispute_to_read
from escalation.views.points import map_of

ENTRIES = 50


@require_safe
def story(request: ActingRequest, reference: str) -> HttpResponse:
    """What happened in one order, newest first unless asked otherwise, as far as the reader may see it (E-04)."""
    dispute = dispute_to_read(request, reference)
    context = dispute_frame(dispute, request.acting, acted_at(), "dispute_story")
    oldest_first = request.GET.get("order") == "oldest"
    entries = told_to(dispute, request.acting)
    page = page_of(entries, request, "happened_at" if oldest_first else "-happened_at", size=ENTRIES)
    newer, older = (page.older, page.newer) if oldest_first else (page.newer, page.older)
    names = {stage.order: f"{stage.label}: {stage.name}" for stage in dispute.rules.stages}
    groups: list[dict[str, Any]] = []
    for entry in page.rows:
        if not groups or groups[-1]["stage"] != entry.stage:
            groups.append({"stage": entry.stage, "heading": names[entry.stage], "entries": []})
        stands_out = entry.kind == ChronologyEntry.Kind.DECISION
        groups[-1]["entries"].append({"row": entry, "stands_out": stands_out})
    context |= {"groups": groups, "oldest_first": oldest_first, "newer": newer, "older": older}
    return render(request, "escalation/dispute_story.html", context)


@require_safe
def positions(request: ActingRequest, reference: str) -> HttpResponse:
    """Side by side for each stage, the present one first; each agency's own stays editable until its stage ends (F10)."""
    dispute = dispute_to_read(request, reference)
    context = dispute_frame(dispute, request.acting, acted_at(), "dispute_positions")
    readable = context["here"]["readable_stages"]
    reviews = dispute.reviews.filter(stage__in=readable).select_related(
        "recorded_by__user", "recorded_by__agency", "recorded_by__partnership"
    )
    by_stage: dict[int, list[ManagerReview]] = {}
    for review in reviews:
        by_stage.setdefault(review.stage, []).append(review)
    context["stages"] = [
        _stage(dispute, row.order, by_stage.get(row.order, []), request.acting)
        for row in reversed(dispute.stages.all())
        if row.opened_at is not None and row.order in readable
    ]
    context["map"] = map_of(dispute, request.acting)
    return render(request, "escalation/dispute_positions.html", context)


def _stage(dispute: Dispute, order: int, reviews: list[ManagerReview], acting: Appointment) -> dict[str, Any]:
    stage, is_now = dispute.rules.stage(order), order == dispute.stage and not dispute.has_ended
    written = {row.agency_id: row for row in dispute.positions.all() if row.stage == order}
    own = permissions.standing(dispute, acting).agency_id
    parties = [party for party in dispute.parties.all() if not stage.single_agency or party.side == "raising"]
    return {
        "heading": f"{stage.label}: {stage.name}",
        "is_now": is_now,
        "reviews": reviews,
        "sides": [
            {
                "agency": party.agency,
                "position": written.get(party.agency_id),
                "may_write": is_now and party.agency_id == own and may("state_position", dispute, acting),
            }
            for party in parties
        ],
    }
