"""Pages that explain the service to anybody: privacy, accessibility, what reading leaves behind, first steps."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases import signing
from cases.models import Restore, SigningKey


@require_safe
@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, why, and whom to ask."""
    return render(request, "cases/privacy.html")


@require_safe
@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    """What works for whom, what does not yet, and how to tell us."""
    return render(request, "cases/accessibility.html")


@require_safe
@login_not_required
def recording(request: HttpRequest) -> HttpResponse:
    """What is recorded when somebody reads."""
    return render(request, "cases/recording.html")


@require_safe
@login_not_required
def guidance(request: HttpRequest) -> HttpResponse:
    """The first steps of each role."""
    return render(request, "cases/help.html")


@require_safe
@login_not_required
def audit_key(request: HttpRequest) -> HttpResponse:
    """The public key of the checkpoints, and how anybody checks the record with it."""
    public = signing.public_key()
    stated = {"restores": Restore.objects.all(), "keys": SigningKey.objects.all()}
    context = stated | {"id": signing.key_id(public), "public": public.hex(), "origin": settings.AUDIT_ORIGIN}
    return render(request, "cases/audit_key.html", context)
