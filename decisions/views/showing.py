"""What every page of a decision shares: its place in the dispute's frame, unsent text, what changed meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from cases.errors import Refused
from cases.http import ActingRequest, acted_at, refused
from cases.typed import typed_here
from escalation.models import Dispute
from escalation.views.asking import changed_since
from escalation.views.frame import dispute_frame, page_data


def typed_before(request: ActingRequest) -> Mapping[str, str]:
    """What the person typed on this page earlier and did not send; a form with rows needs it before it can be drawn."""
    return {name: values[-1] for name, values in typed_here(request).items() if values}


def show(
    request: ActingRequest, dispute: Dispute, template: str, *, tab: str = "", status: int = 200, **more: Any
) -> HttpResponse:
    """A page within the frame of its dispute."""
    context = dispute_frame(dispute, request.acting, acted_at(), tab)
    return render(request, f"decisions/{template}.html", context | more, status=status)


def told(request: ActingRequest, dispute: Dispute, form: Any, error: Refused) -> tuple[int, dict[str, Any]]:
    """A refusal at its field; a stale one with what changed meanwhile, and the form against where things stand now."""
    status = refused(request, form, error)
    if error.code != "stale":
        return status, {}
    changed = changed_since(dispute, str(form.cleaned_data.get("seen", "")), request)
    return status, {"changed": changed, "moved": page_data().get(pk=dispute.pk)}
