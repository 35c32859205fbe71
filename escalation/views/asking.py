"""How every verb's page asks and answers: a form, the act, and what changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from cases.errors import Refused
from cases.http import ActingRequest, acted_at, refused
from escalation.chronology import told_to
from escalation.models import ChronologyEntry, Dispute
from escalation.views.frame import dispute_frame, page_data


@dataclass(frozen=True)
class Question:
    """What one verb's page says: ``name`` is its URL name; ``back`` is the tab to return to."""

    name: str
    heading: str
    button: str
    done: str
    hint: str = ""
    back: str = "dispute"
    kind: str = ""
    template: str = "escalation/work/ask.html"
    upload: bool = False


def ask(
    request: ActingRequest,
    dispute: Dispute,
    question: Question,
    form: Any,
    act: Callable[[], object],
    *,
    is_theirs: bool,
    why_not: Sequence[object] = (),
    **more: Any,
) -> HttpResponse:
    """Show the form, or do the act and go back; a refusal keeps what was typed, a stale one shows what changed (F50).

    ``is_theirs`` only decides whether the form or ``why_not`` is shown; a post that is well formed is judged by the act.
    """
    if dispute.rules.is_thematic:
        speak_of_theme(form)
    status, changed = 200, list[ChronologyEntry]()
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
            messages.success(request, question.done)
            return redirect(question.back, dispute.reference)
    elif not is_theirs:
        return not_now(request, dispute, question, why_not)
    context = dispute_frame(dispute, request.acting, acted_at()) | more | {
        "question": question, "form": form, "changed": changed,
    }
    return render(request, question.template, context, status=status)


def speak_of_theme(form: Any) -> None:
    """The hints and choices that a form has for a theme, instead of those with a person in them (F78)."""
    for name, hint in getattr(form, "of_a_theme", {}).items():
        if name in form.fields:
            form.fields[name].help_text = hint
    for name, choices in getattr(form, "choices_of_a_theme", {}).items():
        form.fields[name].choices = choices


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
    return list(told_to(dispute, request.acting).filter(recorded_at__gt=opened).order_by("-recorded_at", "-pk")[:5])
