"""What the pages of raising show beside the questions: dates that would follow, proposals, answers in words, who was told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from cases.models import Agency, Appointment
from cases.templatetags.dates import date_and_time, long_date
from escalation import leads
from escalation.clock import DateAhead, dates_ahead
from escalation.deadlines import ANCHOR_WORDS, anchor_of
from escalation.forms import raise_draft
from escalation.forms.steps import Setting, StepForm
from escalation.models import Dispute, Draft, Notification
from escalation.protocol import Anchor, Event

NOT_ANSWERED = "Not answered"


def dates_that_follow(draft: Draft, setting: Setting, *, explained: bool = False) -> list[dict[str, Any]]:
    """Every limit with its date as if it were raised now (F82)."""
    decision = raise_draft.again("decision", draft, setting, checked=True)
    decision.is_valid()
    answers = decision.cleaned_data
    events = {
        Anchor.CONCERN_AROSE: answers.get("concern_arose_at") or setting.began,
        Anchor.DISPUTE_RAISED: setting.now,
    }
    if told := answers.get("decision_received_at"):
        events[Anchor.DECISION_RECEIVED] = told
    first = draft.data.get("recipient", {})
    chosen = (first.get("entry_stage") or [""])[-1] if first.get("cannot_wait") == ["yes"] else ""
    entry = int(chosen) if chosen.isascii() and chosen.isdigit() else 1
    return [_date(one, setting, explained) for one in _dates(setting, events, entry)]


def _dates(setting: Setting, events: dict[Anchor, datetime], entry: int) -> list[DateAhead]:
    return dates_ahead(setting.rules, events, partnership_id=setting.acting.partnership_id, from_stage=entry)


def _date(one: DateAhead, setting: Setting, explained: bool) -> dict[str, Any]:
    stage, limit, due = one.stage, one.limit, one.due_at
    later = f"counted from when {ANCHOR_WORDS[anchor_of(limit, setting.rules.clock)]}"
    notes = [stage.label]
    if explained and one.worked_out:
        notes.append(one.worked_out.rule)
    if due and due < setting.now:
        notes.append("this date has already passed")
    return {
        "text": limit.label,
        "at": due or later,
        "note": ": ".join(notes),
        "is_past": bool(due and due < setting.now),
    }


def proposals(setting: Setting) -> list[dict[str, Any]]:
    """Whom the directory proposes at each stage, for every agency that was chosen."""
    found = []
    for stage in setting.rules.stages:
        if stage.leads.of_partnership or stage.single_agency:
            continue
        people = [(agency, leads.proposed_leads(stage, agency, on=setting.today)) for agency in setting.responding]
        found.append({"stage": stage, "people": people})
    return found


def answers_in_words(pages: Mapping[str, StepForm]) -> list[dict[str, Any]]:
    """Every question and its answer, page by page, for the last look before sending."""
    return [
        {"slug": slug, "short": form.short, "rows": [(str(form[name].label), text) for name, text in _answers(form)]}
        for slug, form in pages.items()
    ]


def _answers(form: StepForm) -> list[tuple[str, str]]:
    found = []
    for name, asked in form.fields.items():
        value = form.cleaned_data.get(name)
        if value in (None, "", False) or (name == "entry_stage" and not form.cleaned_data.get("immediate_risk_reason")):
            if name == "addressee":
                found.append((name, "Whoever the directory proposes"))
            elif asked.required or name in ("evidence", "aim"):
                found.append((name, NOT_ANSWERED))
            continue
        if not (name == "capacity" and value == "not_known"):
            found.append((name, in_words(asked, value)))
    return found


def in_words(asked: forms.Field, value: Any) -> str:
    """An answer as it is read."""
    if value is True:
        return "Yes"
    if isinstance(value, QuerySet):
        return ", ".join(str(one) for one in value)
    if isinstance(value, Appointment | Agency):
        return str(value)
    if isinstance(value, datetime):
        return date_and_time(value)
    if isinstance(value, date):
        return long_date(value)
    choices = {str(code): str(label) for code, label in getattr(asked, "choices", ())}
    return choices.get(str(value), str(value))


def draft_line(draft: Draft) -> dict[str, Any]:
    """A draft in a list: what it is about in its own first words, and the page to go on from."""
    pages = [slug for slug in (*raise_draft.BY_SLUG,) if draft.data.get(slug)]
    said = (draft.data.get("decision", {}).get("decision_disputed") or [""])[-1]
    words = " ".join(said.split())
    return {
        "draft": draft,
        "about": words if len(words) <= 100 else f"{words[:98].rsplit(' ', 1)[0]} …",
        "slug": pages[-1] if pages else "danger",
    }


def who_was_told(dispute: Dispute, acting: Appointment) -> list[Appointment]:
    """Everybody but oneself to whom a notice of the raising went."""
    told = Notification.objects.filter(dispute=dispute, event=Event.RAISED).exclude(recipient=acting).order_by("pk")
    return [
        notice.recipient
        for notice in told.select_related("recipient__user", "recipient__agency", "recipient__partnership")
    ]
