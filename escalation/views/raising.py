"""Raising a dispute: one question a page, danger first, kept at every step, sent once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.actions.typed import forget_below
from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, visible_or_404
from cases.models import Appointment
from cases.roles import Permission
from escalation import queues
from escalation.actions.drafts import discard_one, save_draft, start_draft
from escalation.actions.raising import raise_dispute, raise_for_new_person
from escalation.forms import raise_draft
from escalation.forms.raise_draft import BY_SLUG, CHECK, SCOPE, Unfinished
from escalation.forms.steps import Setting, StepForm
from escalation.models import Dispute, Draft, ProtocolVersion
from escalation.protocol import Protocol
from escalation.turn import turn_of
from escalation.views import raise_panels

EMERGENCY, DONE = "emergency", "done"
NO_DATES = ("track", "danger", SCOPE)


@require_http_methods(["GET", "POST"])
def start(request: ActingRequest) -> HttpResponse:
    """What raising is, what is kept of one's own, and the way in."""
    acting = request.acting
    _refuse_who_cannot_raise(acting)
    rules = _rules(acting)
    if request.method == "POST" and rules is not None:
        now = acted_at()
        kept = {"began": now.replace(second=0, microsecond=0).isoformat()}
        about = request.POST.get("case", "")[:30].replace("\x00", "")
        draft = start_draft(
            user=request.user,
            form=_form_of(acting),
            now=now,
            data=kept | ({"person": {"who": [about]}, "theme": {"who": [about]}} if about else {}),
        )
        return redirect("raise_step", draft.pk, raise_draft.slugs(_setting(request, draft))[0])
    drafts = [raise_panels.draft_line(draft) for draft in queues.drafts_of(acting)]
    context = {"rules": rules, "drafts": drafts, "case": request.GET.get("case", "")[:30], "now": acted_at()}
    return render(request, "escalation/raise/start.html", context)


@require_safe
def elsewhere(request: ActingRequest, code: str) -> HttpResponse:
    """Where a matter of another procedure goes; nothing of it is kept here."""
    rules = _rules(request.acting)
    found = next((question for question in rules.out_of_scope if question.code == code), None) if rules else None
    if found is None:
        raise Http404(NOT_FOUND)
    return render(request, "escalation/raise/elsewhere.html", {"question": found, "own": request.acting.agency})


@require_POST
def discard(request: ActingRequest, draft: UUID) -> HttpResponse:
    """Throw a draft away."""
    kept = _draft(request, draft)
    if kept.became_id is not None:
        return redirect("raise_step", kept.pk, DONE)
    discard_one(draft=kept)
    forget_below(user_id=request.user.pk, address=reverse("raise_step", args=[kept.pk, CHECK]).removesuffix(f"{CHECK}/"))
    return redirect("raise")


@require_http_methods(["GET", "POST"])
def step(request: ActingRequest, draft: UUID, step: str) -> HttpResponse:
    """One page of the way, from danger to the confirmation."""
    kept = _draft(request, draft)
    if kept.became_id is not None:
        return _done(request, kept) if step == DONE else redirect("raise_step", kept.pk, DONE)
    setting = _setting(request, kept)
    pages: dict[str, Callable[[ActingRequest, Draft, Setting], HttpResponse]] = {
        EMERGENCY: _emergency, SCOPE: _scope, CHECK: _check,
    }  # fmt: skip
    if _is_of_another_way(step, setting):
        return _go(kept, raise_draft.slugs(setting)[0])
    if step in pages:
        return pages[step](request, kept, setting)
    if step not in BY_SLUG:
        raise Http404(NOT_FOUND)
    return _questions(request, kept, raise_draft.with_agencies(kept, setting) if step == "recipient" else setting, step)


def _is_of_another_way(step: str, setting: Setting) -> bool:
    """Whether this page belongs to another track, or comes before one is chosen."""
    there = raise_draft.slugs(setting)
    if step == SCOPE and not setting.needs_track:
        return "danger" not in there and SCOPE not in there
    return step in (EMERGENCY, SCOPE, *BY_SLUG) and ("danger" if step == EMERGENCY else step) not in there


def _questions(request: ActingRequest, draft: Draft, setting: Setting, slug: str) -> HttpResponse:
    if slug == "recipient" and not setting.responding:
        return _go(draft, "decision", check=True)
    if request.method == "POST":
        form = BY_SLUG[slug](request.POST, setting=setting)
        draft = save_draft(draft=draft, data={slug: raise_draft.typed_in(form), "refused": None}, now=setting.now)
        if form.is_valid():
            return _onward(request, draft, form, _setting(request, draft) if slug == "track" else setting)
    else:
        form = raise_draft.again(slug, draft, setting, checked="check" in request.GET)
        _show_refusal(form, draft)
    draft.refresh_from_db(fields=["data"])
    return render(request, "escalation/raise/questions.html", _context(draft, setting, slug) | {"form": form})


def _onward(request: ActingRequest, draft: Draft, form: StepForm, setting: Setting) -> HttpResponse:
    if form.slug == "danger" and form.cleaned_data["danger"] == "yes":
        return _go(draft, EMERGENCY)
    if "change" in request.GET:
        return _go(draft, CHECK)
    return _go(draft, raise_draft.page_after(form.slug, setting))


def _show_refusal(form: StepForm, draft: Draft) -> None:
    """The act said no because of an answer of this page: say so at the answer."""
    told = draft.data.get("refused") or {}
    if told.get("slug") == form.slug and form.is_bound:
        form.add_error(told["field"] if told["field"] in form.fields else None, told["message"])


def _emergency(request: ActingRequest, draft: Draft, setting: Setting) -> HttpResponse:
    after = raise_draft.page_after("danger", setting)
    context = {"draft": draft, "partnership": setting.acting.partnership, "after": after}
    return render(request, "escalation/raise/emergency.html", context)


def _scope(request: ActingRequest, draft: Draft, setting: Setting) -> HttpResponse:
    if request.method == "POST":
        about = request.POST.get("about", "")
        if about in {question.code for question in setting.rules.out_of_scope}:
            discard_one(draft=draft)
            return redirect("raise_elsewhere", about)
        if about == "none":
            save_draft(draft=draft, data={SCOPE: "none"}, now=setting.now)
            return _go(draft, raise_draft.page_after(SCOPE, setting))
    if not setting.rules.out_of_scope:
        return _go(draft, raise_draft.page_after("danger", setting))
    context = _context(draft, setting, SCOPE) | {"missing": request.method == "POST"}
    return render(request, "escalation/raise/scope.html", context)


def _check(request: ActingRequest, draft: Draft, setting: Setting) -> HttpResponse:
    setting = raise_draft.with_agencies(draft, setting)
    refusal = ""
    try:
        pages = raise_draft.checked_answers(draft, setting)
        if request.method == "POST":
            _send(pages, draft, setting)
            return redirect("raise_step", draft.pk, DONE)
    except Unfinished as error:
        return _go(draft, error.slug, check=error.slug != SCOPE)
    except Refused as error:
        slug = raise_draft.page_of_field(error)
        if slug != CHECK:
            told = {"slug": slug, "field": error.field, "message": error.message}
            save_draft(draft=draft, data={"refused": told}, now=setting.now)
            return _go(draft, slug, check=True)
        refusal = error.message
    context = _context(draft, setting, CHECK) | {
        "answers": raise_panels.answers_in_words(pages),
        "dates": raise_panels.dates_that_follow(draft, setting, explained=True),
        "refusal": refusal,
    }
    return render(request, "escalation/raise/check.html", context, status=409 if refusal else 200)


def _send(pages: dict[str, StepForm], draft: Draft, setting: Setting) -> Dispute:
    given = raise_draft.raised_from(pages)
    who: dict[str, Any] = given.pop("who")
    if "case" in who:
        return raise_dispute(case=who["case"], draft=draft, by=setting.acting, now=setting.now, **given)
    return raise_for_new_person(about=who["about"], draft=draft, by=setting.acting, now=setting.now, **given)


def _done(request: ActingRequest, draft: Draft) -> HttpResponse:
    related = queues.with_line_data(Dispute.objects.all())
    dispute = visible_or_404(related, request.acting, pk=draft.became_id)
    turn = turn_of(dispute)
    context = {"dispute": dispute, "turn": turn, "told": raise_panels.who_was_told(dispute, request.acting)}
    return render(request, "escalation/raise/done.html", context)


def _context(draft: Draft, setting: Setting, slug: str) -> dict[str, Any]:
    """What every page of the way shows."""
    pages = raise_draft.slugs(setting)
    return {
        "draft": draft,
        "slug": slug,
        "number": pages.index(slug) + 1,
        "of": len(pages),
        "before": raise_draft.page_before(slug, setting),
        "rules": setting.rules,
        "dates": raise_panels.dates_that_follow(draft, setting) if slug not in NO_DATES else [],
        "proposals": raise_panels.proposals(setting) if slug == "recipient" else [],
    }


def _draft(request: ActingRequest, draft: UUID) -> Draft:
    _refuse_who_cannot_raise(request.acting)
    return visible_or_404(Draft.objects, request.acting, pk=draft, form=_form_of(request.acting))


def _form_of(acting: Appointment) -> str:
    return f"{queues.RAISE_FORM}:{acting.pk}"


def _refuse_who_cannot_raise(acting: Appointment) -> None:
    if not acting.has(Permission.RAISE_DISPUTE) or acting.agency_id is None:
        raise Http404("In this role you cannot raise a disagreement. Switch to a role at your agency.")


def _rules(acting: Appointment) -> Protocol | None:
    version = ProtocolVersion.objects.current_for(acting.partnership, on=timezone.localdate())
    return version.protocol if version else None


def _setting(request: ActingRequest, draft: Draft) -> Setting:
    rules, now = _rules(request.acting), acted_at()
    if rules is None:
        raise Http404("Your partnership has not published its protocol yet. Ask the board manager.")
    began = datetime.fromisoformat(draft.data["began"]) if "began" in draft.data else now
    return raise_draft.with_track(draft, Setting(request.acting, rules, began, now))


def _go(draft: Draft, slug: str, *, check: bool = False) -> HttpResponse:
    answer = redirect("raise_step", draft.pk, slug)
    if check:
        answer["Location"] += "?check=1"
    return answer
