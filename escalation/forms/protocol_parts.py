"""The form of any part of a protocol, made from the model of its file: what can be written there can be answered here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from django import forms
from django.http import QueryDict
from pydantic.fields import FieldInfo

from cases.forms.base import GovukForm
from cases.forms.fields import Checkboxes, DateParts, GovukDateField, Radios
from escalation.protocol import Data
from escalation.protocol_drafting import models_in
from escalation.protocol_options import option
from escalation.protocol_questions import question

LONG = {"about", "text", "source", "earlier_forum", "reporting", "signpost", "debrief", "when", "board_address"}
NUMBERED = {"order", "format"}
UNSAID = {
    "anchor": "As the protocol’s clock says",
    "indicative": "As the protocol’s clock says",
    "role": "Nobody is named",
    "told": "Nobody is named",
}


class PartForm(GovukForm):
    """One part's settings; whatever is typed is kept, and what contradicts itself is told by the tester."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, model: type[Data], part: Mapping[str, Any], only: Sequence[str] = (), seen: int = 0
    ) -> None:
        self.model, self.only = model, only
        known = {name: shown(model.model_fields[name], part.get(name)) for name in settings_asked(model, only)}
        super().__init__(data, initial=known | {"seen": seen})
        for name in known:
            self.fields[name] = field_for(model, name)

    def values(self) -> dict[str, Any]:
        """The answers as the file writes them; None where nothing was answered and there is a default."""
        return {
            name: _stored(self.model.model_fields[name], self.cleaned_data[name])
            for name in settings_asked(self.model, self.only)
        }

    def mark(self, errors: Mapping[str, str]) -> None:
        """Show what is to be corrected at questions that were answered earlier."""
        self.is_bound, self.cleaned_data = True, {}
        self.data = _as_posted(self)
        self._errors = forms.utils.ErrorDict(renderer=self.renderer)
        for name, message in errors.items():
            self.add_error(name, message)

    def show_again(self, seen: int) -> None:
        """Keep what was typed, against the draft as it is now."""
        answers: Any = self.data
        self.data = answers.copy()
        self.data["seen"] = str(seen)  # type: ignore[index]


def _as_posted(form: forms.Form) -> QueryDict:
    """The form's initial values as a browser would post them."""
    posted = QueryDict(mutable=True)
    for bound in form:
        value = bound.initial
        widget = bound.field.widget
        if isinstance(widget, DateParts):
            for part, box in zip(widget.parts(), widget.decompress(value), strict=True):
                posted[f"{bound.name}_{part}"] = box or ""
        elif isinstance(value, list):
            posted.setlist(bound.name, value)
        elif value not in (None, False):
            posted[bound.name] = str(value)
    return posted


def settings_asked(model: type[Data], only: Sequence[str] = ()) -> list[str]:
    """The settings of a part that are answered directly and are no parts themselves."""
    return [
        name
        for name, info in model.model_fields.items()
        if not models_in(info.annotation) and name not in NUMBERED and (not only or name in only)
    ]


def field_for(model: type[Data], name: str) -> forms.Field:
    """The field that asks for one setting."""
    info = model.model_fields[name]
    label, hint = question(model, name)
    common: dict[str, Any] = {"label": label, "help_text": hint, "required": False}
    kind, is_many, is_optional = _kind(info.annotation)
    if kind is bool and not is_optional:
        return forms.BooleanField(**common)
    choices = choices_of(model, name)
    if choices and is_many:
        return forms.MultipleChoiceField(choices=choices, widget=Checkboxes(), **common)
    if choices:
        return forms.ChoiceField(choices=choices, widget=Radios() if len(choices) <= 16 else forms.Select(), **common)
    if kind is date:
        return GovukDateField(called=label.rstrip("?"), **common)
    if name in LONG or (is_many and kind is str):
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **common)
    is_short = kind in (int, time) or name in ("code", "key", "version", "remit")
    attrs = {"class": "govuk-input--width-10", "spellcheck": "false"} if is_short else {}
    return forms.CharField(widget=forms.TextInput(attrs=attrs), max_length=2000, **common)


def _kind(annotation: Any) -> tuple[Any, bool, bool]:
    """What one value is, whether there are many of it, and whether it may be missing."""
    if get_origin(annotation) is tuple:
        return _kind(get_args(annotation)[0])[0], True, False
    if get_origin(annotation) in (Union, UnionType):
        inner = [one for one in get_args(annotation) if one is not NoneType]
        return _kind(inner[0])[0], False, True
    if hasattr(annotation, "__metadata__"):
        return _kind(get_args(annotation)[0])
    return annotation, False, False


def _choices(kind: Any, *, is_many: bool, unsaid: str) -> list[tuple[str, str]]:
    first = [("", unsaid or "None")] if unsaid and not is_many else []
    if kind is bool:
        return [*first, ("true", "Yes"), ("false", "No")]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return first + [(one.value, option(kind, one.value)) for one in kind]
    if get_origin(kind) is Literal:
        return first + [(str(one), option(None, str(one))) for one in get_args(kind)]
    return []


def choices_of(model: type[Data], name: str) -> list[tuple[str, str]]:
    """The answers a setting may have, none when it is free text."""
    kind, is_many, is_optional = _kind(model.model_fields[name].annotation)
    return _choices(kind, is_many=is_many, unsaid=UNSAID.get(name, "") if is_optional else "")


def shown(info: FieldInfo, value: Any) -> Any:
    """A stored value as the field shows it; the default where nothing is stored."""
    if value is None:
        value = None if info.is_required() else info.get_default(call_default_factory=True)
    kind, is_many, is_optional = _kind(info.annotation)
    if kind is date:
        return _date(value)
    if is_many:
        return _shown_list(kind, value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, bool):
        return str(value).lower() if is_optional else value
    if kind is time and isinstance(value, str):
        return value[:5]
    return "" if value is None else str(value)


def _shown_list(kind: Any, value: Any) -> Any:
    entries = [str(one) for one in value] if isinstance(value, list | tuple) else []
    if _choices(kind, is_many=True, unsaid=""):
        return entries
    return (", " if kind is int else "\n").join(entries)


def _date(value: Any) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return None


def _stored(info: FieldInfo, value: Any) -> Any:
    kind, is_many, is_optional = _kind(info.annotation)
    if is_many:
        return _stored_list(kind, value)
    if kind is bool:
        return {"true": True, "false": False}.get(str(value)) if is_optional else bool(value)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value or "").strip()
    if kind is int:
        return _number(text) if text else None
    return text if text or (info.is_required() and kind is str) else None


def _stored_list(kind: Any, value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    split = str(value).replace(",", "\n") if kind is int else str(value)
    entries = [line.strip() for line in split.splitlines() if line.strip()]
    return [_number(entry) for entry in entries] if kind is int else entries


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) < 8 else text
