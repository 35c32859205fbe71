"""What every page of a decision shares: its place in the dispute's frame, unsent text kept, what changed meanwhile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.clock import database_now
from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused
from escalation.actions import drafts
from escalation.models import Dispute, Draft
from escalation.views.asking import changed_since, draft_key
from escalation.views.frame import dispute_frame, dispute_to_read, page_data

KEPT = re.compile(r"^(decision_new|decision_edit-[0-9]{1,18}|record_agreement|give_outcome|referral)$")
KEY = re.compile(r"^[a-z][a-z0-9_-]{0,59}$")
MOST_KEYS = 150
NEVER_KEPT = ("csrfmiddlewaretoken", "seen", "instead_of")


@require_POST
def keep_decision(request: ActingRequest, reference: str, key: str) -> HttpResponse:
    """Keep what is being typed into a long form, so that it survives the end of the session (F51)."""
    dispute = dispute_to_read(request, reference)
    if not KEPT.match(key):
        raise Http404(NOT_FOUND)
    typed = [(name, value) for name, value in request.POST.items() if KEY.match(name) and name not in NEVER_KEPT]
    data = {name: str(value).replace("\x00", "")[:20_000] for name, value in typed[:MOST_KEYS]}
    drafts.keep_typed(user=request.user, form=draft_key(dispute, key), data=data, now=database_now())
    return HttpResponse(status=204)


def typed_before(request: ActingRequest, dispute: Dispute, key: str) -> Mapping[str, str]:
    """What the person typed here earlier and did not send; nothing when they send now."""
    if request.method != "GET":
        return {}
    kept = Draft.objects.visible_to(request.acting).filter(form=draft_key(dispute, key), became=None).first()
    return kept.data if kept else {}


def forget(request: ActingRequest, dispute: Dispute, key: str) -> None:
    """The form was sent: its unsent text is gone."""
    drafts.discard(user=request.user, form=draft_key(dispute, key))


def keep_url(dispute: Dispute, key: str) -> str:
    """Where a form saves itself."""
    return reverse("keep_decision", args=[dispute.reference, key])


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
