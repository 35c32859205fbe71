"""My work: what waits for the person who has just signed in, in the role in which they act."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.http import ActingRequest, acted_at
from escalation.actions.engagements import may_approve
from escalation.home import home_for
from escalation.views.raise_panels import draft_line


@require_safe
def home(request: ActingRequest) -> HttpResponse:
    """What waits for me first, then what I follow; home_for starts every read from visible_to(acting)."""
    now = acted_at()
    found = home_for(request.acting, now)
    context = {"home": found, "drafts": [draft_line(draft) for draft in found.drafts], "now": now}
    context["approves_audit"] = may_approve(request.acting) and not found.shows_overview
    return render(request, "escalation/home.html", context)
