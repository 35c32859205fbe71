"""The answers of a dispute being raised, between the draft that keeps them as typed and the forms that check them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django import forms

from cases.errors import Refused
from cases.forms.fields import DateParts
from escalation.actions.raising import NewPerson, Raised
from escalation.actions.safety import Safety
from escalation.forms.raising import FORMS
from escalation.forms.steps import Setting, StepForm
from escalation.models import Draft

BY_SLUG: dict[str, type[StepForm]] = {form.slug: form for form in FORMS}
SCOPE, CHECK = "scope", "check"


class Unfinished(Exception):
    """A page of questions is not answered, or no longer holds; ``slug`` says which."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


def slugs(setting: Setting) -> list[str]:
    """The pages in order; the scope questions only where the protocol has some."""
    pages = [form.slug for form in FORMS]
    return [pages[0], *([SCOPE] if setting.rules.out_of_scope else []), *pages[1:], CHECK]


def page_after(slug: str, setting: Setting) -> str:
    """The next page."""
    pages = slugs(setting)
    return pages[min(pages.index(slug) + 1, len(pages) - 1)]


def page_before(slug: str, setting: Setting) -> str | None:
    """The page before, None at the first."""
    pages = slugs(setting)
    place = pages.index(slug)
    return pages[place - 1] if place else None


def names_of(form: forms.BaseForm) -> Iterator[tuple[str, list[str]]]:
    """Each question and the names of its controls."""
    for name, asked in form.fields.items():
        parts = asked.widget.parts() if isinstance(asked.widget, DateParts) else None
        yield name, [f"{name}_{part}" for part in parts] if parts else [name]


def typed_in(form: StepForm) -> dict[str, list[str]]:
    """What was typed into a bound form, as it was typed."""
    controls = [control for _, names in names_of(form) for control in names]
    typed: Any = form.data
    return {control: list(typed.getlist(control)) for control in controls if control in typed}


def again(slug: str, draft: Draft, setting: Setting, *, checked: bool = False) -> StepForm:
    """A page of questions with what was typed before; ``checked`` shows what is wrong with it."""
    kept: Mapping[str, list[str]] = draft.data.get(slug) or {}
    cls = BY_SLUG[slug]
    if checked:
        return cls(dict(kept), setting=setting)
    empty = cls(setting=setting)
    initial: dict[str, Any] = {}
    for name, controls in names_of(empty):
        if not any(kept.get(control) for control in controls):
            continue
        several = isinstance(empty.fields[name], forms.ModelMultipleChoiceField)
        boxes = [(kept.get(control) or [""])[-1] for control in controls]
        initial[name] = kept[name] if several else boxes if len(controls) > 1 else boxes[0]
    typed = frozenset(name for name, value in initial.items() if any(value))
    return cls(initial=initial, setting=setting, typed=typed)


def with_agencies(draft: Draft, setting: Setting) -> Setting:
    """The setting with the agencies that were chosen, once they hold."""
    form = again("decision", draft, setting, checked=True)
    form.is_valid()
    return replace(setting, responding=tuple(form.cleaned_data.get("responding") or ()))


def checked_answers(draft: Draft, setting: Setting) -> dict[str, StepForm]:
    """Every page of questions, valid; ``Unfinished`` names the first that is not."""
    if setting.rules.out_of_scope and not draft.data.get(SCOPE):
        raise Unfinished(SCOPE)
    found = {}
    for form in FORMS:
        found[form.slug] = again(form.slug, draft, setting, checked=True)
        if not found[form.slug].is_valid():
            raise Unfinished(form.slug)
    return found


def raised_from(pages: Mapping[str, StepForm]) -> dict[str, Any]:
    """What the act of raising takes, from valid pages: the case or the new person, the agencies, what is said, the safety."""
    answers: dict[str, Any] = {}
    for page in pages.values():
        answers |= page.cleaned_data
    said = {name: answers[name] for name in Raised.__dataclass_fields__ if name in answers}
    danger = "in_danger" if answers["danger"] == "yes" else "not_in_danger"
    about = {name: answers[name] for name in NewPerson.__dataclass_fields__ if answers.get(name)}
    return {
        "who": {"case": answers["case"]} if answers.get("case") else {"about": NewPerson(**about)},
        "responding": list(answers["responding"]),
        "raised": Raised(**said, danger_answer=danger),
        "safety": Safety(**{name: answers[name] for name in Safety.__dataclass_fields__}),
        "addressee": answers.get("addressee"),
    }


def page_of_field(error: Refused) -> str:
    """The page on which a refused answer can be mended; the last one when it is about no single answer."""
    for form in FORMS:
        if error.field in form.base_fields:
            return form.slug
    return CHECK
