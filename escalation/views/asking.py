"""How every verb's page asks and answers: a form, the act, what was typed kept, and what changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases.errors import Refused
from cases.forms.fields import DateParts
from cases.http import ActingRequest, acted_at, refused
from escalation import permissions
from escalation.actions.drafts import discard
from escalation.models import ChronologyEntry, Dispute, Draft
from escalation.views.frame import dispute_frame, page_data


@dataclass(frozen=True)
class Question:
    """What one verb's page says: ``name`` is its URL name and names its draft; ``back`` is the tab to return to."""

    name: str
    heading: str
    button: str
    done: str
    hint: str = ""
    back: str = "dispute"
    kind: str = ""
    template: str = "escalation/work/ask.html"
    upload: bool = False


def draft_key(dispute: Dispute, name: str) -> str:
    """The name under which the unsent text of one form about one dispute is kept."""
    return f"{dispute.reference}:{name}"


def typed_before(request: ActingRequest, dispute: Dispute, name: str, form: type[forms.Form]) -> dict[str, Any]:
    """What the person typed here earlier and did not send, as initial values (F51)."""
    if request.method != "GET":
        return {}
    kept = Draft.objects.filter(user=request.user, form=draft_key(dispute, name), became=None).first()
    if kept is None:
        return {}
    found: dict[str, Any] = {}
    for field_name, field in form.base_fields.items():
        if isinstance(field.widget, forms.HiddenInput):
            continue
        value = _kept_value(kept.data, field_name, field)
        if value:
            found[field_name] = value
    return found


def _kept_value(data: Mapping[str, Any], name: str, field: forms.Field) -> Any:
    if isinstance(field.widget, DateParts):
        boxes = [data.get(f"{name}_{part}", "") for part in field.widget.parts()]
        return boxes if any(boxes) else None
    return data.get(name)


def ask(
    request: ActingRequest,
    dispute: Dispute,
    question: Question,
    form: Any,
    act: Callable[[], object],
    *,
    is_theirs: bool,
    why_not: Sequence[object] = (),
    keep_as: str = "",
    **more: Any,
) -> HttpResponse:
    """Show the form, or do the act and go back; a refusal keeps what was typed, a stale one shows what changed (F50).

    ``is_theirs`` only decides whether the form or ``why_not`` is shown; a post that is well formed is judged by the act.
    """
    key, status, changed = keep_as or question.name, 200, list[ChronologyEntry]()
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except Refused as error:
            status = refused(request, form, error)
            if error.code == "stale" and hasattr(form, "show_again"):
                changed = changed_since(dispute, form.cleaned_data["seen"], request)
                dispute = page_data().get(pk=dispute.pk)
                form.show_again(more.pop("seen_now", None) or dispute.token)
        else:
            discard(user=request.user, form=draft_key(dispute, key))
            messages.success(request, question.done)
            return redirect(question.back, dispute.reference)
    elif not is_theirs:
        return not_now(request, dispute, question, why_not)
    context = dispute_frame(dispute, request.acting, acted_at()) | more | {
        "question": question, "form": form, "changed": changed,
        "has_draft": request.method == "GET" and bool(more.get("restored")),
        "can_discard": not keep_as,
        "keep_url": reverse("keep_typed", args=[dispute.reference, key]),
    }
    return render(request, question.template, context, status=status)


def not_now(request: ActingRequest, dispute: Dispute, question: Question, why: Sequence[object] = ()) -> HttpResponse:
    """Say that this is not theirs to do, whose turn it is, and what they can do."""
    context = dispute_frame(dispute, request.acting, acted_at()) | {"question": question, "why": why}
    return render(request, "escalation/work/not_now.html", context, status=403)


def changed_since(dispute: Dispute, seen: str, request: ActingRequest) -> list[ChronologyEntry]:
    """What was told in the story since the page was opened, as far as the reader may see it."""
    try:
        opened = datetime.fromtimestamp(float(seen.split(".", 2)[2]), UTC)
    except (IndexError, ValueError, OverflowError, OSError):
        return []
    readable = permissions.readable_stages(dispute, request.acting)
    return list(dispute.chronology.filter(recorded_at__gt=opened, stage__in=readable).order_by("-recorded_at", "-pk")[:5])
