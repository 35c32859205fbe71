"""Writing a draft part by part: one page for each, one more or one less of anything, and up or down in its list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, refused, visible_or_404
from escalation.actions import protocol_drafts as acts
from escalation.forms.protocol_parts import PartForm, settings_asked
from escalation.models import ProtocolDraft
from escalation.protocol import Data
from escalation.protocol_drafting import (
    Place,
    at,
    is_list_of_parts,
    may_be_left_out,
    model_at,
    place_in_words,
    place_of,
    read,
    written,
)
from escalation.protocol_questions import entry_called, in_form_words, question
from escalation.views.protocol_home import refuse_strangers
from escalation.views.protocol_outline import SECTIONS, entries_below, part_url, parts_below, section_settings


def draft_to_write(request: ActingRequest, pk: UUID) -> ProtocolDraft:
    """The draft, for somebody who writes the protocol of its partnership."""
    refuse_strangers(request.acting, writes=True)
    drafts = ProtocolDraft.objects.open().select_related(
        "partnership", "based_on", "edited_by__user", "submitted_by__user"
    )
    return visible_or_404(drafts, request.acting, pk=pk)


@require_http_methods(["GET", "POST"])
def part(request: ActingRequest, pk: UUID, place: str) -> HttpResponse:
    """One part of the draft: its questions with what is to be corrected, and the lists inside it."""
    draft = draft_to_write(request, pk)
    where, only = _asked(place)
    model, standing = _standing(draft, where)
    form = PartForm(request.POST or None, model=model, part=standing, only=only, seen=draft.edits)
    status, stale = 200, False
    if request.method == "POST" and form.is_valid():
        try:
            saved = acts.save_part(
                draft=draft,
                place=where,
                values=form.values(),
                seen=form.cleaned_data["seen"],
                by=request.acting,
                now=acted_at(),
            )
            return _after(request, saved, place, where, settings_asked(model, only))
        except Refused as error:
            status, stale = refused(request, form, error), error.code == "stale"
            draft = draft_to_write(request, pk)
            form.show_again(draft.edits)
    elif request.method == "GET" and "new" not in request.GET and not draft.submitted_at:
        _mark(form, draft, where)
    context = _context(draft, place, where, form) | {
        "stale": stale,
        "stored": _stored_now(draft, where) if stale else {},
    }
    return render(request, "escalation/protocol/part.html", context, status=status)


def _asked(place: str) -> tuple[Place, tuple[str, ...]]:
    return ((), section_settings(place)) if place in SECTIONS else (place_of(place), ())


def _standing(draft: ProtocolDraft, where: Place) -> tuple[type[Data], dict[str, Any]]:
    try:
        model, found = model_at(where), at(draft.document, where)
    except LookupError as error:
        raise Http404(NOT_FOUND) from error
    if not isinstance(found, dict):
        raise Http404(NOT_FOUND)
    return model, found


def _stored_now(draft: ProtocolDraft, where: Place) -> dict[str, Any]:
    """What the part says now, after somebody else changed it."""
    try:
        model, found = model_at(where), at(draft.document, where)
    except LookupError:
        return {}
    return {question(model, name)[0]: value for name, value in found.items() if name in settings_asked(model)}


def _mark(form: PartForm, draft: ProtocolDraft, where: Place) -> None:
    """Show at each question what is to be corrected there."""
    findings = {
        one.place[len(where) :]: one.message for one in read(draft.document)[1] if one.place[: len(where)] == where
    }
    own = {str(rest[0]): message for rest, message in findings.items() if rest and str(rest[0]) in form.fields}
    if own:
        form.mark({name: in_form_words(message) for name, message in own.items()})


def _after(request: ActingRequest, draft: ProtocolDraft, place: str, where: Place, asked: list[str]) -> HttpResponse:
    """Back to the whole draft; or to the same page when something on it is to be corrected."""
    here = [one for one in read(draft.document)[1] if one.place[: len(where)] == where]
    mine = [one for one in here if len(one.place) > len(where) and str(one.place[len(where)]) in asked]
    if mine:
        messages.warning(request, "Saved. Something on this page is still to be corrected.")
        return redirect(part_url(draft, place))
    messages.success(request, "Saved.")
    return redirect(_back(draft, where))


def _back(draft: ProtocolDraft, where: Place) -> str:
    """The page from which one came to a part: that of the part around it, or the whole draft."""
    overview = reverse("protocol_draft", args=[draft.pk])
    if where and where[0] == "tracks" and len(where) > 2:
        return part_url(draft, written(where[:-2] if isinstance(where[-1], int) else where[:-1]))
    if len(where) > 3 and "leads" in where[:-1]:
        return part_url(draft, written(where[:-2]))
    if len(where) > 1 and isinstance(where[-1], str) and where[-1] != "leads":
        return part_url(draft, written(where[:-1]))
    if where and where[0] == "stages" and len(where) > 1:
        return f"{overview}#stage-{int(where[1]) + 1}"
    return f"{overview}#{where[0]}" if where else overview


def _context(draft: ProtocolDraft, place: str, where: Place, form: PartForm) -> dict[str, Any]:
    is_entry = bool(where) and isinstance(where[-1], int)
    is_stage = len(where) == 2 and where[0] == "stages"
    standing = _standing(draft, where)[1]
    return {
        "draft": draft,
        "form": form,
        "place": place,
        "heading": _heading(place, where),
        "around": place_in_words(where[:-2]) if is_entry and len(where) > 2 else "",
        "back": _back(draft, where),
        "lists": [] if is_stage or not where else entries_below(draft, where, standing),
        "parts": parts_below(draft, where) if where else [],
        "is_entry": is_entry,
        "one": entry_called(str(where[-2])).lower() if is_entry else "",
        "stage": place_in_words(where[:2]) if where and where[0] in ("stages", "tracks") and len(where) > 2 else "",
        "may_leave_out": may_be_left_out(where) and bool(standing),
    }


def _heading(place: str, where: Place) -> str:
    if place in SECTIONS:
        return SECTIONS[place][0]
    return place_in_words(where).rpartition(", ")[2]


@require_POST
def add(request: ActingRequest, pk: UUID, place: str) -> HttpResponse:
    """One more entry in a list, and to its page."""
    draft, where = draft_to_write(request, pk), place_of(place)
    _refuse_no_list(where)
    try:
        draft, there = acts.add_entry(draft=draft, place=where, seen=_seen(request), by=request.acting, now=acted_at())
    except Refused as error:
        refused(request, None, error)
        return redirect("protocol_draft", pk)
    return redirect(f"{part_url(draft, written(there))}?new=1")


@require_POST
def remove(request: ActingRequest, pk: UUID, place: str) -> HttpResponse:
    """One entry less."""
    where = place_of(place)
    return _act(request, pk, where, lambda draft: acts.remove_entry(
        draft=draft, place=where, seen=_seen(request), by=request.acting, now=acted_at()
    ), "Removed.")  # fmt: skip


@require_POST
def move(request: ActingRequest, pk: UUID, place: str) -> HttpResponse:
    """One place up or down."""
    where, way = place_of(place), -1 if request.POST.get("way") == "up" else 1
    return _act(request, pk, where, lambda draft: acts.move_entry(
        draft=draft, place=where, way=way, seen=_seen(request), by=request.acting, now=acted_at()
    ), "Moved.")  # fmt: skip


def _act(
    request: ActingRequest, pk: UUID, where: Place, act: Callable[[ProtocolDraft], ProtocolDraft], done: str
) -> HttpResponse:
    draft = draft_to_write(request, pk)
    _standing(draft, where)
    try:
        draft = act(draft)
        messages.success(request, done)
    except Refused as error:
        refused(request, None, error)
    return redirect(_back(draft, where))


def _refuse_no_list(where: Place) -> None:
    try:
        model_at(where)
        info = model_at(where[:-1]).model_fields[str(where[-1])]
    except (LookupError, IndexError) as error:
        raise Http404(NOT_FOUND) from error
    if not is_list_of_parts(info.annotation):
        raise Http404(NOT_FOUND)


def _seen(request: ActingRequest) -> int:
    given = request.POST.get("seen", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else -1
