"""A draft of the protocol as a whole: begun, imported, looked at, submitted, approved or returned, thrown away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.errors import Refused
from cases.http import ActingRequest, acted_at, refused, visible_or_404
from cases.models import Appointment
from escalation.actions import protocol_drafts as acts
from escalation.forms.protocol_acts import ApproveForm, BeginForm, ImportForm, ReturnForm, SubmitForm
from escalation.models import ProtocolDraft, ProtocolVersion
from escalation.protocol_differences import differences
from escalation.protocol_drafting import place_in_words, read, shaped
from escalation.protocol_files import Problem, ProtocolFileError, check_text, document_in, dumps_document, load
from escalation.protocol_reading import timetable_of
from escalation.views.protocol_home import as_file, refuse_strangers
from escalation.views.protocol_outline import outline_of, to_correct
from escalation.views.protocol_parts import draft_to_write

FILES = Path(__file__).resolve().parent.parent / "protocols"
TEMPLATES = {
    "one_stage": ("A plain protocol of one stage", FILES / "templates" / "one_stage.yaml"),
    "halton": ("Modelled on Halton: four stages with day limits, the chair recommends", FILES / "halton.yaml"),
    "dundee": (
        "Modelled on Dundee: a stage inside the agency, no limits, an officer determines",
        FILES / "dundee.yaml",
    ),
    "luton": ("Modelled on Luton: safety first at each stage, representatives agree", FILES / "luton.yaml"),
    "south_lanarkshire": (
        "Modelled on South Lanarkshire: two heads of service jointly",
        FILES / "south_lanarkshire.yaml",
    ),
}


@cache
def _template(key: str) -> dict[str, Any]:
    return load(TEMPLATES[key][1]).model_dump(mode="json", exclude_defaults=True)


@require_http_methods(["GET", "POST"])
def begin(request: ActingRequest) -> HttpResponse:
    """A new draft: a copy of a version, or a template."""
    refuse_strangers(request.acting, writes=True)
    versions = list(ProtocolVersion.objects.visible_to(request.acting).order_by("-version")[:5])
    templates = [(key, words) for key, (words, _) in TEMPLATES.items()]
    form, status = BeginForm(request.POST or None, versions=versions, templates=templates), 200
    if request.method == "POST" and form.is_valid():
        origin = form.cleaned_data["origin"]
        based_on = next((one for one in versions if f"v{one.version}" == origin), None)
        document = _copied(
            based_on.document if based_on else _template(origin), request.acting, is_copy=based_on is not None
        )
        try:
            draft = acts.start_protocol_draft(document=document, based_on=based_on, by=request.acting, now=acted_at())
            return redirect("protocol_draft", draft.pk)
        except Refused as error:
            status = refused(request, form, error)
    return render(request, "escalation/protocol/begin.html", {"form": form}, status=status)


def _copied(document: dict[str, Any], by: Appointment, *, is_copy: bool) -> dict[str, Any]:
    """What a draft begins with: the text as it is, with the next version's name and today's date."""
    version = str(document.get("version", ""))
    following = str(int(version) + 1) if version.isascii() and version.isdigit() else f"{version} revised".strip()
    new: dict[str, Any] = {"effective_from": timezone.localdate().isoformat(), "version": following if is_copy else "1"}
    new |= {"approved_by": "", "review_due": None}
    return document | new | ({} if is_copy else {"nation": by.partnership.nation, "key": by.partnership.key})


@require_http_methods(["GET", "POST"])
def import_file(request: ActingRequest) -> HttpResponse:
    """A file, uploaded or pasted: every error with its place and remedy; with or without errors it becomes a draft."""
    refuse_strangers(request.acting, writes=True)
    form, status = ImportForm(request.POST or None, request.FILES or None), 200
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["written"]
        problems = list(check_text(text))
        if not problems or request.POST.get("keep"):
            try:
                return _kept(request, text)
            except (Refused, ProtocolFileError) as error:
                said = error if isinstance(error, Refused) else Refused(str(error))
                status = refused(request, form, said)
    if problems:
        form = ImportForm(initial={"text": form.cleaned_data["written"]})
    context = {"form": form, "problems": problems, "keepable": bool(problems) and _is_keepable(problems)}
    return render(request, "escalation/protocol/import.html", context, status=status)


def _is_keepable(problems: list[Problem]) -> bool:
    """Whether anything can be drafted on: a text that cannot be read at all cannot."""
    return any(problem.path for problem in problems)


def _kept(request: ActingRequest, text: str) -> HttpResponse:
    document, left_out = shaped(document_in(text))
    newest = ProtocolVersion.objects.newest_for(request.acting.partnership)
    based_on = newest if newest is not None and newest.key == document.get("key") else None
    draft = acts.start_protocol_draft(document=document, based_on=based_on, by=request.acting, now=acted_at())
    if left_out:
        names = "; ".join(place_in_words(place) for place in left_out[:10])
        messages.warning(request, f"Left out, because nothing of the kind belongs there: {names}.")
    messages.success(request, "The file is a draft now.")
    return redirect("protocol_draft", draft.pk)


@require_safe
def draft(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The whole draft: to change while it is written, to read and approve once it is submitted."""
    refuse_strangers(request.acting)
    drafts = ProtocolDraft.objects.open().select_related(
        "partnership", "based_on", "edited_by__user", "submitted_by__user", "returned_by__user"
    )
    found = visible_or_404(drafts, request.acting, pk=pk)
    return _approval(request, found) if found.submitted_at else _writing(request, found)


def _writing(request: ActingRequest, found: ProtocolDraft) -> HttpResponse:
    now = acted_at()
    trial = acts.trial_of(found, now=now)
    context = {
        "draft": found,
        "outline": outline_of(found),
        "problems": to_correct(found, trial.problems),
        "warnings": to_correct(found, trial.warnings),
        "is_complete": trial.protocol is not None,
        "may_submit": trial.may_be_published,
    }
    return render(request, "escalation/protocol/draft.html", context)


def _approval(request: ActingRequest, found: ProtocolDraft, form: Any = None, status: int = 200) -> HttpResponse:
    """What the second person reads: the timetable, what is different, the warnings that were accepted."""
    protocol, _ = read(found.document)
    before = found.based_on or ProtocolVersion.objects.newest_for(found.partnership)
    context: dict[str, Any] = {
        "draft": found,
        "before": before,
        "found": differences(before.protocol, protocol) if before and protocol else [],
        "may_approve": acts.may_approve(found, request.acting),
        "may_take_back": request.acting.role == "board_manager",
        "approve": ApproveForm(initial={"seen": found.edits}),
        "form": form or ReturnForm(),
        "is_past": bool(protocol and protocol.effective_from < timezone.localdate()),
    }
    if protocol is not None:
        context |= timetable_of(protocol)
    return render(request, "escalation/protocol/approval.html", context, status=status)


@require_safe
def export_draft(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The draft as a file, complete or not."""
    refuse_strangers(request.acting)
    found = visible_or_404(ProtocolDraft.objects.open(), request.acting, pk=pk)
    return as_file(dumps_document(found.document), "protocol-draft.yaml")


@require_http_methods(["GET", "POST"])
def submit(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Tick what was found, and hand it to a second person."""
    found = draft_to_write(request, pk)
    trial = acts.trial_of(found, now=acted_at())
    if request.method == "GET" and (found.submitted_at or not trial.may_be_published):
        return redirect("protocol_draft", pk)
    warnings = [acts.warning_text(one.place, one.message) for one in trial.warnings]
    form, status = SubmitForm(request.POST or None, warnings=warnings, initial={"seen": found.edits}), 200
    if request.method == "POST" and form.is_valid():
        ticked = form.cleaned_data.get("acknowledged", [])
        try:
            acts.submit_protocol_draft(
                draft=found, acknowledged=ticked, seen=form.cleaned_data["seen"], by=request.acting, now=acted_at()
            )
            messages.success(
                request, "Submitted. The chair and the other board managers are told; one of them approves it."
            )
            return redirect("protocol_draft", pk)
        except Refused as error:
            status = refused(request, form, error)
    context = {"draft": found, "form": form, "warnings": warnings, "effective_from": _from(found)}
    return render(request, "escalation/protocol/submit.html", context, status=status)


def _from(found: ProtocolDraft) -> date | None:
    protocol, _ = read(found.document)
    return protocol.effective_from if protocol else None


@require_POST
def approve(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The second person publishes it."""
    found = _submitted(request, pk)
    form = ApproveForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else -1
    try:
        version = acts.approve_protocol_draft(draft=found, seen=seen, by=request.acting, now=acted_at())
    except Refused as error:
        status = refused(request, None, error)
        return _again(request, pk, status)
    messages.success(request, f"Version {version.version} is published. Running disputes keep theirs.")
    return redirect("protocol_version", version.version)


def _again(request: ActingRequest, pk: UUID, status: int) -> HttpResponse:
    """The page as it is now, after a refusal."""
    found = ProtocolDraft.objects.visible_to(request.acting).open().filter(pk=pk).first()
    if found is None or not found.submitted_at:
        return redirect("protocol")
    return _approval(request, found, status=status)


def _submitted(request: ActingRequest, pk: UUID) -> ProtocolDraft:
    refuse_strangers(request.acting)
    drafts = ProtocolDraft.objects.open().select_related(
        "partnership", "based_on", "edited_by__user", "submitted_by__user"
    )
    return visible_or_404(drafts, request.acting, pk=pk)


@require_POST
def send_back(request: ActingRequest, pk: UUID) -> HttpResponse:
    """The second person does not approve it, and says why."""
    found = _submitted(request, pk)
    if not found.submitted_at:
        messages.warning(request, "This draft does not wait for approval. Look at where it stands now.")
        return redirect("protocol")
    form, status = ReturnForm(request.POST), 200
    if form.is_valid():
        try:
            acts.return_protocol_draft(draft=found, why=form.cleaned_data["why"], by=request.acting, now=acted_at())
            messages.success(request, "The draft went back with your reasons.")
            return redirect("protocol")
        except Refused as error:
            status = refused(request, form, error)
    return _approval(request, found, form, status)


@require_POST
def take_back(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Take a submitted draft back, to change it again."""
    found = draft_to_write(request, pk)
    said = "The draft is yours again."
    return _then(
        request, lambda: acts.take_back_protocol_draft(draft=found, by=request.acting, now=acted_at()), said, pk
    )


@require_http_methods(["GET", "POST"])
def discard(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Throw a draft away, after a question."""
    found = draft_to_write(request, pk)
    if request.method == "GET":
        return render(request, "escalation/protocol/discard.html", {"draft": found})
    return _then(
        request,
        lambda: acts.discard_protocol_draft(draft=found, by=request.acting, now=acted_at()),
        "Thrown away.",
        None,
    )


def _then(request: ActingRequest, act: Callable[[], object], said: str, pk: UUID | None) -> HttpResponse:
    try:
        act()
        messages.success(request, said)
    except Refused as error:
        refused(request, None, error)
    return redirect(reverse("protocol_draft", args=[pk]) if pk else reverse("protocol"))
