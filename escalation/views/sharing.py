"""With whom a dispute is shared, and on what basis (F54)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.http import ActingRequest, acted_at
from escalation import sharing
from escalation.reading import recorded
from escalation.views.frame import dispute_frame, dispute_to_read


@require_safe
def sharings(request: ActingRequest, reference: str) -> HttpResponse:
    """Every sharing that is for the reader, from the first; then who was asked outside the partnership."""
    dispute = dispute_to_read(request, reference)
    context = dispute_frame(dispute, request.acting, acted_at())
    context["sharings"] = sharing.told_to(dispute, request.acting)
    asked = recorded(dispute, request.acting, "outside_invitations")
    context["outside"] = asked.select_related("invited_by__user", "invited_by__agency", "invited_by__partnership")
    return render(request, "escalation/dispute_sharings.html", context)
