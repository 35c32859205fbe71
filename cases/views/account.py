"""Switching the role in which a person acts, and what one has read."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.acting import chosen_from, roles_of
from cases.actions.places import take_place
from cases.http import NOT_FOUND, ActingRequest, acted_at, page_of
from cases.middleware import SESSION_KEY
from cases.models import Appointment, AuditEvent, Case


@require_safe
def roles(request: ActingRequest) -> HttpResponse:
    """The roles this person holds today; each can be switched to."""
    held = roles_of(request.user, day=timezone.localdate())
    return render(request, "account/roles.html", {"roles": held})


@require_POST
def act_as(request: ActingRequest) -> HttpResponse:
    """Act in another of one's own roles from now on."""
    chosen = chosen_from(roles_of(request.user, day=timezone.localdate()), request.POST.get("role", ""))
    if chosen is None:
        raise Http404(NOT_FOUND)
    _act_as(request, chosen)
    return redirect("/")


def _act_as(request: ActingRequest, chosen: Appointment) -> None:
    request.session[SESSION_KEY] = chosen.pk
    if chosen.in_place_of is not None:
        take_place(place=chosen, now=acted_at())
    messages.success(request, f"You now act as {chosen.described}.")


@require_http_methods(["GET", "POST"])
def take_place_of(request: ActingRequest, pk: int, reference: str = "") -> HttpResponse:
    """Stand in for somebody who is away, from their work or straight from one dispute of theirs."""
    place = chosen_from(roles_of(request.user, day=timezone.localdate()), pk)
    if place is None or place.in_place_of is None:
        raise Http404(NOT_FOUND)
    if request.method == "POST":
        _act_as(request, place)
        return redirect("dispute", reference) if reference else redirect("/")
    label = f"Stand in, and open {reference}" if reference else "Stand in, and open their work"
    return render(request, "account/take_place.html", {"place": place, "label": label})


@require_safe
def reading(request: ActingRequest) -> HttpResponse:
    """Which cases this person has read, in which role and when; of cases they no longer see, only that and when."""
    mine = AuditEvent.objects.filter(user=request.user, action="case_read")
    page = page_of(mine.select_related("appointment__agency", "appointment__partnership"), request)
    ids = {event.object_id for event in page.rows}
    known = Case.objects.visible_to(request.acting).filter(pk__in=ids)
    references = {str(pk): reference for pk, reference in known.values_list("pk", "reference")}
    reads = [(event, references.get(event.object_id)) for event in page.rows]
    return render(request, "account/reading.html", {"page": page, "reads": reads})
