"""Switching the role in which a person acts, and what one has read."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.acting import chosen_from, roles_of
from cases.http import NOT_FOUND, ActingRequest, page_of
from cases.middleware import SESSION_KEY
from cases.models import AuditEvent, Case


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
    request.session[SESSION_KEY] = chosen.pk
    messages.success(request, f"You now act as {chosen.described}.")
    return redirect("/")


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
