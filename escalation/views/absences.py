"""Away and stand-ins: one's own, those of the people one manages, and those one stands in for (F34)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.acting import roles_of
from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused, visible_or_404
from cases.models import Absence, Appointment
from cases.permissions import may_end_absence, may_record_absence
from escalation.actions.absences import Away, end_absence, may_stand_in_for, record_absence
from escalation.forms.absences import AbsenceForm


@require_safe
def away(request: ActingRequest) -> HttpResponse:
    """When one is away and who stands in, for whom one stands in, and the same of the people one manages."""
    now = acted_at()
    held = roles_of(request.user, day=timezone.localdate(now))
    own = [role for role in held if role.in_place_of_id is None and role.partnership_id == request.acting.partnership_id]
    managed = Appointment.objects.visible_to(request.acting).active_on(timezone.localdate(now)).filter(manager__in=own)
    context = {
        "own": [_entry(role, request.acting, now) for role in own],
        "managed": [_entry(who, request.acting, now) for who in managed.select_related("user").order_by("user__name", "pk")],
        "places": [role for role in held if role.in_place_of_id is not None],
        "covers": _covers(own, request.acting, now),
    }
    return render(request, "escalation/away.html", context)


def _entry(role: Appointment, acting: Appointment, now: datetime) -> dict[str, Any]:
    coming = Absence.objects.visible_to(acting).not_over(now).filter(person=role).with_people()
    return {"role": role, "absences": list(coming), "may_record": may_record_absence(acting, role)}


def _covers(own: list[Appointment], acting: Appointment, now: datetime) -> list[Absence]:
    """Where one is named as the stand-in, now or later."""
    return list(Absence.objects.visible_to(acting).not_over(now).filter(stand_in__in=own).with_people())


@require_http_methods(["GET", "POST"])
def absence_record(request: ActingRequest, pk: int) -> HttpResponse:
    """Say that somebody is away, and who stands in."""
    people = Appointment.objects.select_related("user", "agency", "partnership")
    person, status, now = visible_or_404(people, request.acting, pk=pk), 200, acted_at()
    if not may_record_absence(request.acting, person):
        raise Http404(NOT_FOUND)
    form = AbsenceForm(
        request.POST or None, colleagues=may_stand_in_for(person, now=now), initial={"from_on": timezone.localdate(now)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            record_absence(person=person, away=Away(**form.cleaned_data), by=request.acting, now=now)
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "It is recorded. Whoever stands in is told.")
            return redirect("away" if person.user_id == request.acting.user_id else "directory")
    context = {"form": form, "person": person, "is_own": person.user_id == request.acting.user_id}
    return render(request, "escalation/absence_record.html", context, status=status)


@require_POST
def absence_end(request: ActingRequest, pk: int) -> HttpResponse:
    """Back sooner, or no longer able to stand in."""
    absence = visible_or_404(Absence.objects.with_people(), request.acting, pk=pk)
    if not may_end_absence(request.acting, absence):
        raise Http404(NOT_FOUND)
    try:
        end_absence(absence=absence, by=request.acting, now=acted_at())
    except Refused as error:
        refused(request, None, error)
    else:
        messages.success(request, "It is over from now on. Those concerned are told.")
    return redirect("away")
