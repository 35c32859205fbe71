"""The dates of one dispute: each with its explanation and its changes, and more time asked for, answered, paused, resumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from cases.http import NOT_FOUND, ActingRequest, acted_at
from cases.models import Appointment
from escalation import permissions
from escalation.actions import extensions
from escalation.clock import date_in_words
from escalation.explained import explained
from escalation.forms.dates import AnswerForm, ExtendForm, PauseForm, ResumeForm, SoonerForm
from escalation.models import DateRequest, Deadline, Dispute
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_frame, dispute_to_read

TEMPLATE = "escalation/work/date.html"


@dataclass(frozen=True)
class DateShown:
    """One limit as its page shows it, with what the reader may do about it."""

    row: Deadline
    due: str
    state: str
    explained: str
    requests: tuple[tuple[DateRequest, bool], ...]
    may_extend: bool
    may_pause: bool
    may_resume: bool
    may_set_sooner: bool


@require_safe
def dates(request: ActingRequest, reference: str) -> HttpResponse:
    """Every limit of the dispute so far."""
    dispute, now = dispute_to_read(request, reference), acted_at()
    rows = _readable(dispute, request.acting).prefetch_related(
        "changes", "requests__asked_by__user", "requests__asked_by__agency", "requests__asked_by__partnership",
        "requests__answered_by__user", "requests__answered_by__agency", "requests__answered_by__partnership",
    )  # fmt: skip
    context = dispute_frame(dispute, request.acting, now)
    context["dates"] = [_shown(dispute, row, request.acting, now) for row in rows]
    return render(request, "escalation/dispute_dates.html", context)


@require_http_methods(["GET", "POST"])
def extend(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """A later day is asked for."""
    dispute, row = _limit_of(request, reference, pk)
    form = ExtendForm(request.POST or None)
    rules = dispute.rules.clock.extension
    agreed = "It counts only when the other side agrees. " if rules.both_agencies else ""
    question = _question(
        "date_extend", "Ask for a later date", "Ask for it" if rules.both_agencies else "Extend it",
        f"{agreed}At most {rules.longest_days} days after the first date. The old date stays on the record.",
    )  # fmt: skip
    return _ask(
        request, dispute, row, question, form,
        lambda: extensions.ask_for_extension(limit=row, **form.cleaned_data, by=request.acting, now=acted_at()),
        is_theirs=extensions.may_ask(dispute, row, request.acting) and extensions.is_ahead(row, acted_at()),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def sooner(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """A sooner date of one's own."""
    dispute, row = _limit_of(request, reference, pk)
    form = SoonerForm(request.POST or None)
    question = _question("date_sooner", "Set a sooner date", "Set it", "The protocol says “or sooner”: your date counts then.")
    return _ask(
        request, dispute, row, question, form,
        lambda: extensions.set_own_date(limit=row, **form.cleaned_data, by=request.acting, now=acted_at()),
        is_theirs=extensions.may_set_sooner(dispute, row, request.acting) and extensions.is_ahead(row, acted_at()),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def pause(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """The time of a limit is to stand still."""
    dispute, row = _limit_of(request, reference, pk)
    form = PauseForm(request.POST or None)
    days = dispute.rules.clock.extension.longest_days
    question = _question(
        "date_pause", "Pause the time", "Pause it",
        f"Nobody is reminded meanwhile, and nothing moves on by itself. After {days} days the time goes on by itself.",
    )  # fmt: skip
    return _ask(
        request, dispute, row, question, form,
        lambda: extensions.ask_for_pause(limit=row, **form.cleaned_data, by=request.acting, now=acted_at()),
        is_theirs=extensions.may_ask(dispute, row, request.acting, DateRequest.Kind.PAUSE)
        and extensions.is_ahead(row, acted_at()),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def resume(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """The time of a limit goes on."""
    dispute, row = _limit_of(request, reference, pk)
    form = ResumeForm(request.POST or None)
    question = _question("date_resume", "Let the time go on", "Let it go on", "The date moves by as long as it stood still.")
    return _ask(
        request, dispute, row, question, form,
        lambda: extensions.resume(limit=row, **form.cleaned_data, by=request.acting, now=acted_at()),
        is_theirs=extensions.may_resume(dispute, row, request.acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def answer(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """The other side agrees, or says why not."""
    dispute = dispute_to_read(request, reference)
    rows = DateRequest.objects.visible_to(request.acting).filter(pk=pk, deadline__in=_readable(dispute, request.acting))
    asked = rows.select_related("deadline", "asked_by__user", "asked_by__agency", "asked_by__partnership").first()
    if asked is None:
        raise Http404(NOT_FOUND)
    form = AnswerForm(request.POST or None)
    wish = f" until {date_in_words(asked.new_due_at).removeprefix('by ')}" if asked.new_due_at else ""
    question = _question(
        "date_answer", f"Asked for: {asked.get_kind_display()}{wish}", "Send the answer",
        f"{asked.asked_by.described}, asks for it. Why: {asked.reason}",
    )  # fmt: skip
    return _ask(
        request, dispute, asked.deadline, question, form,
        lambda: extensions.answer_request(
            asked=asked, agrees=form.cleaned_data["agrees"] == "yes", reason=form.cleaned_data["reason"],
            by=request.acting, now=acted_at(),
        ),
        is_theirs=extensions.may_answer(dispute, asked, request.acting),
    )  # fmt: skip


def _question(name: str, heading: str, button: str, hint: str) -> Question:
    return Question(name, heading, button, "It is recorded and told.", hint=hint, back="dispute_dates", template=TEMPLATE)


def _ask(
    request: ActingRequest, dispute: Dispute, row: Deadline, question: Question, form: Any,
    act: Callable[[], object], *, is_theirs: bool,
) -> HttpResponse:
    return ask(
        request, dispute, question, form, act, is_theirs=is_theirs,
        limit=row, due=date_in_words(row.due_at),
    )  # fmt: skip


def _readable(dispute: Dispute, acting: Appointment) -> Any:
    return dispute.deadlines.filter(stage__in=permissions.heard_stages(dispute, acting)).order_by("stage", "due_at", "pk")


def _limit_of(request: ActingRequest, reference: str, pk: int) -> tuple[Dispute, Deadline]:
    dispute = dispute_to_read(request, reference)
    row = _readable(dispute, request.acting).filter(pk=pk).first()
    if row is None:
        raise Http404(NOT_FOUND)
    return dispute, row


def _shown(dispute: Dispute, row: Deadline, acting: Appointment, now: datetime) -> DateShown:
    ahead = extensions.is_ahead(row, now) and not any(one.answer == "open" for one in row.requests.all())
    return DateShown(
        row, date_in_words(row.due_at).removeprefix("by "), state_of(row, now), explained(row),
        tuple((one, extensions.may_answer(dispute, one, acting)) for one in row.requests.all()),
        ahead and extensions.may_ask(dispute, row, acting),
        ahead and extensions.may_ask(dispute, row, acting, DateRequest.Kind.PAUSE),
        extensions.may_resume(dispute, row, acting),
        ahead and extensions.may_set_sooner(dispute, row, acting),
    )  # fmt: skip


def state_of(row: Deadline, now: datetime) -> str:
    """What became of a limit, in a word or two; passing a guide date blames nobody."""
    if row.met_at is not None:
        return "Done after its date" if row.missed_at and not row.is_indicative else "Done"
    if row.ended_at is not None:
        return "No longer awaited"
    if row.paused_at is not None:
        return "Paused"
    if row.due_at < now:
        return "The guide date has passed" if row.is_indicative else "Passed"
    return "Ahead"
