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
from escalation.forms.raising import OF_A_PERSON, OF_A_THEME
from escalation.forms.raising_tracks import ThemeForm, TrackForm
from escalation.forms.steps import Setting, StepForm
from escalation.models import Draft

# In the order of the way, so that the last page with an answer is how far a draft has come.
EVERY_FORM: tuple[type[StepForm], ...] = (TrackForm, OF_A_PERSON[0], ThemeForm, *OF_A_PERSON[1:])
BY_SLUG: dict[str, type[StepForm]] = {form.slug: form for form in EVERY_FORM}
SCOPE, CHECK = "scope", "check"


class Unfinished(Exception):
    """A page of questions is not answered, or no longer holds; ``slug`` says which."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


def slugs(setting: Setting) -> list[str]:
    """The pages in order; the scope questions only where the protocol has some, after the danger if that is asked."""
    pages = [form.slug for form in forms_of(setting)]
    if setting.rules.out_of_scope and not setting.needs_track:
        asked_before = [slug for slug in pages if slug in (TrackForm.slug, "danger")]
        pages.insert(len(asked_before), SCOPE)
    return [*pages, CHECK]


def forms_of(setting: Setting) -> list[type[StepForm]]:
    """The pages of questions: first the track where there are several, then those that fit it."""
    track: list[type[StepForm]] = [TrackForm] if setting.tracks else []
    if setting.needs_track:
        return track
    return [*track, *(OF_A_THEME if setting.rules.is_thematic else OF_A_PERSON)]


def with_track(draft: Draft, setting: Setting) -> Setting:
    """The setting with the rules of the track that was chosen, once it is one of the protocol's."""
    tracks = setting.rules.tracks
    chosen = (draft.data.get(TrackForm.slug, {}).get("track") or [""])[-1]
    track = next((track for track in tracks if track.key == chosen), None)
    return replace(setting, tracks=tracks, rules=setting.rules.rules_of(track) if track else setting.rules)


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
    if setting.needs_track:
        raise Unfinished(TrackForm.slug)
    for form in forms_of(setting):
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
    danger = "in_danger" if answers.get("danger") == "yes" else "not_in_danger"
    safety = {name: answers[name] for name in Safety.__dataclass_fields__ if name in answers}
    return {
        "who": {"case": answers["case"]} if answers.get("case") else {"about": _new(answers)},
        "track": answers.get("track", ""),
        "responding": list(answers["responding"]),
        "raised": Raised(**said, danger_answer=danger),
        "safety": Safety(**safety) if safety else None,
        "addressee": answers.get("addressee"),
    }


def _new(answers: Mapping[str, Any]) -> NewPerson | str:
    """Somebody who is on no case yet, or the name of a new theme."""
    if "theme" in answers:
        return str(answers["theme"])
    return NewPerson(**{name: answers[name] for name in NewPerson.__dataclass_fields__ if answers.get(name)})


def page_of_field(error: Refused) -> str:
    """The page on which a refused answer can be mended; the last one when it is about no single answer."""
    for form in BY_SLUG.values():
        if error.field in form.base_fields:
            return form.slug
    return CHECK
