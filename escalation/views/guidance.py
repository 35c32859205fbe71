"""Guidance: the partnership's protocol as a timetable that anybody can read, its principles, and one's own agency's route."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.http import ActingRequest
from cases.models import Agency
from escalation.models import ProtocolVersion
from escalation.models.protocol_draft import APPROVERS
from escalation.protocol_reading import timetable_of
from escalation.stage_leads import who_leads


@require_safe
def guidance(request: ActingRequest) -> HttpResponse:
    """What the protocol in force says; it is open to everybody who acts in the partnership."""
    acting = request.acting
    version = ProtocolVersion.objects.current_for(acting.partnership, on=timezone.localdate())
    own = Agency.objects.visible_to(acting).filter(pk=acting.agency_id).first() if acting.agency_id else None
    context = {"version": version, "own": own, "may_manage": acting.role in APPROVERS}
    if version is not None:
        context |= timetable_of(version.protocol)
    return render(request, "escalation/guidance.html", context)


@require_safe
def stage_leads(request: ActingRequest) -> HttpResponse:
    """Who leads each stage in each agency, so that nobody has to ask around for a name (F58)."""
    today = timezone.localdate()
    version = ProtocolVersion.objects.current_for(request.acting.partnership, on=today)
    stages = who_leads(version.protocol, request.acting, on=today) if version else []
    return render(request, "escalation/stage_leads.html", {"version": version, "stages": stages})
