"""Switching the role in which a person acts."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.acting import chosen_from, roles_of
from cases.http import NOT_FOUND, ActingRequest
from cases.middleware import SESSION_KEY


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
