"""Decision records: the tab of all that was decided, writing a record, handing it in, signing it off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused
from decisions import permissions
from decisions.actions import records
from decisions.forms.records import ReasonsForm, RecordPage
from decisions.models import DecisionRecord
from decisions.views.overview import overview_of, record_line
from decisions.views.showing import show, typed_before
from escalation.models import Dispute
from escalation.views.asking import Question, ask, not_now
from escalation.views.frame import dispute_to_read

WRITE = Question("decision_new", "Write a decision record", "Save", "The decision record is saved.")


def record_or_404(dispute: Dispute, request: ActingRequest, pk: int) -> DecisionRecord:
    """The record if the reader may see it; what is unknown and what is hidden give the same 404."""
    rows = dispute.decision_records.select_related(
        "author__user", "author__agency", "author__partnership", "agency", "supersedes", "superseded_by"
    )
    found: DecisionRecord | None = rows.filter(pk=pk).prefetch_related("options", "consulted", "sign_offs").first()
    if found is not None:
        found.dispute = dispute
        if permissions.may_read_record(found, request.acting):
            return found
    raise Http404(NOT_FOUND)


@require_safe
def decisions(request: ActingRequest, reference: str) -> HttpResponse:
    """Everything that was decided: records, referrals, outcomes, confirmations, what is still open."""
    dispute = dispute_to_read(request, reference)
    return show(
        request, dispute, "decisions", tab="dispute_decisions", **overview_of(dispute, request.acting, now=acted_at())
    )


@require_http_methods(["GET", "POST"])
def new(request: ActingRequest, reference: str) -> HttpResponse:
    """Begin a record."""
    dispute = dispute_to_read(request, reference)
    if request.method == "GET" and not permissions.may_draft(dispute, request.acting):
        return not_now(request, dispute, WRITE)
    page = RecordPage(
        request.POST or None, kept=typed_before(request), is_theme=dispute.case.is_theme
    )
    status = 200
    if request.method == "POST" and not page.wants_a_row and page.is_valid():
        try:
            record = records.draft_record(dispute=dispute, content=page.content, by=request.acting, now=acted_at())
        except Refused as error:
            status = refused(request, page.form, error)
        else:
            messages.success(request, "The decision record is saved. Hand it in for sign-off when you are ready.")
            return redirect("decision", reference, record.pk)
    return show(request, dispute, "record_form", page=page, status=status)


@require_safe
def record(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """One record as it stands, its sign-offs and what can be done with it."""
    dispute = dispute_to_read(request, reference)
    found = record_or_404(dispute, request, pk)
    return show(request, dispute, "record", **_of(found, request))


def _of(found: DecisionRecord, request: ActingRequest) -> dict[str, Any]:
    acting = request.acting
    return {
        "record": found,
        "later": getattr(found, "superseded_by", None),
        "line": record_line(found),
        "sign_offs": found.sign_offs.all(),
        "may_edit": permissions.may_edit(found, acting),
        "may_sign": permissions.may_sign(found, acting),
        "may_correct": permissions.may_correct(found, acting) and not hasattr(found, "superseded_by"),
    }


@require_http_methods(["GET", "POST"])
def edit(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """Go on writing a record; what somebody else saved meanwhile is shown and nothing typed is lost."""
    dispute = dispute_to_read(request, reference)
    found, status = record_or_404(dispute, request, pk), 200
    if request.method == "GET" and not permissions.may_edit(found, request.acting):
        return not_now(request, dispute, WRITE)
    page = RecordPage(
        request.POST or None, content=found.content, seen=str(found.edits), kept=typed_before(request),
        is_theme=dispute.case.is_theme,
    )
    theirs: DecisionRecord | None = None
    if request.method == "POST" and not page.wants_a_row and page.is_valid():
        try:
            records.edit_record(
                record=found, content=page.content, seen_edits=page.seen, by=request.acting, now=acted_at()
            )
        except Refused as error:
            status = refused(request, page.form, error)
            if error.code == "stale":
                theirs = record_or_404(dispute, request, pk)
                page.form.show_again(str(theirs.edits))
        else:
            messages.success(request, "The decision record is saved.")
            return redirect("decision", reference, pk)
    return show(
        request, dispute, "record_form", page=page, record=found, theirs=theirs, status=status
    )


@require_POST
def submit(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """Hand it in for sign-off."""
    dispute = dispute_to_read(request, reference)
    found = record_or_404(dispute, request, pk)
    try:
        records.submit_record(record=found, by=request.acting, now=acted_at())
    except Refused as error:
        refused(request, None, error)
    else:
        messages.success(request, "It waits for sign-off. A manager of your agency is told.")
    return redirect("decision", reference, pk)


@require_http_methods(["GET", "POST"])
def sign(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """Sign it off, with one's own reasons."""
    dispute = dispute_to_read(request, reference)
    found = record_or_404(dispute, request, pk)
    form = ReasonsForm(
        request.POST or None, label="Why do you sign this off?",
        missing="Give your own reasons for signing this off",
        hint="Your own reasons, not the author’s: what you read, what you weighed, why you stand behind it",
    )  # fmt: skip
    question = Question(
        "decision_sign", "Sign off a decision", "Sign it off", "The decision is signed off and can no longer be changed.",
        back="dispute_decisions", template="decisions/sign.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: records.sign_record(record=found, rationale=form.cleaned_data["rationale"], by=request.acting, now=acted_at()),
        is_theirs=permissions.may_sign(found, request.acting), **_of(found, request),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def send_back(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """Return it to its author for more."""
    dispute = dispute_to_read(request, reference)
    found = record_or_404(dispute, request, pk)
    form = ReasonsForm(
        request.POST or None,
        label="What do you want added or looked at again?",
        missing="Say what you want the author to add or look at again", hint="The author is told and can change it again",
    )  # fmt: skip
    question = Question(
        "decision_return", "Return a decision for more", "Return it", "The decision went back to its author.",
        back="dispute_decisions", template="decisions/sign.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: records.return_record(record=found, rationale=form.cleaned_data["rationale"], by=request.acting, now=acted_at()),
        is_theirs=permissions.may_sign(found, request.acting), **_of(found, request),
    )  # fmt: skip


@require_POST
def correct(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """Begin the next version of a signed record."""
    dispute = dispute_to_read(request, reference)
    found = record_or_404(dispute, request, pk)
    try:
        version = records.correct_record(record=found, by=request.acting, now=acted_at())
    except Refused as error:
        refused(request, None, error)
        return redirect("decision", reference, pk)
    messages.success(request, "This is the next version. The signed one stays as it is, and holds until this is signed.")
    return redirect("decision_edit", reference, version.pk)
