"""A protocol while it is written: a document that may be incomplete, changed place by place, and what is to be corrected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from escalation.protocol import (
    BoardFormField,
    Choice,
    Data,
    DutySpec,
    Finding,
    Ground,
    LeadRole,
    Limit,
    NoticeSpec,
    OnwardRoute,
    Protocol,
    ScopeQuestion,
    Stage,
    Track,
)
from escalation.protocol_errors import in_words
from escalation.protocol_questions import entry_called, question

Place = tuple[str | int, ...]
Document = dict[str, Any]

NOWHERE = "There is no such place in this protocol any more."
NEW: dict[type[Data], Document] = {
    Stage: {"name": "", "about": "", "leads": {"roles": [{"role": "line_manager"}]}},
    Limit: {"kind": "conclude", "number": 5, "unit": "days", "label": ""},
    DutySpec: {"kind": "safety_confirmed", "by": "raising", "gate": "leave"},
    NoticeSpec: {"on": "stage_opened", "role": "senior_manager", "of": "each"},
    LeadRole: {"role": "senior_manager"},
    Choice: {"label": ""},
    Ground: {"label": ""},
    ScopeQuestion: {"question": "", "signpost": ""},
    OnwardRoute: {"body": "", "when": "", "by_role": "chair"},
    BoardFormField: {"label": ""},
    Track: {"label": "", "when": ""},
}


def read(document: Mapping[str, Any]) -> tuple[Protocol | None, tuple[Finding, ...]]:
    """The protocol this document is, or what must be corrected before it is one, each with its place."""
    try:
        return Protocol.model_validate(document), ()
    except ValidationError as error:
        errors = error.errors(include_url=False)
    around = {item["loc"][:-1] for item in errors}
    found = [Finding(item["loc"], _said(item)) for item in errors]
    short = {item["loc"] for item in errors if item["type"] == "too_short" and item["loc"] in around}
    return None, tuple(finding for finding in found if finding.place not in short)


def _said(error: ErrorDetails) -> str:
    return "this is not answered yet" if error["type"] in ("missing", "string_too_short") else in_words(error)


def model_at(place: Place) -> type[Data]:
    """What kind of part stands at this place; LookupError when none can."""
    model: type[Data] = Protocol
    for part in place:
        if isinstance(part, str):
            inner = models_in(model.model_fields[part].annotation) if part in model.model_fields else []
            if not inner:
                raise LookupError(NOWHERE)
            model = inner[0]
    return model


def models_in(annotation: Any) -> list[type[Data]]:
    """The kinds of part an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, Data):
        return [annotation]
    if get_origin(annotation) in (tuple, Union, UnionType):
        return [model for inner in get_args(annotation) for model in models_in(inner)]
    return []


def is_list_of_parts(annotation: Any) -> bool:
    """Whether a setting holds several parts, such as stages or limits."""
    return get_origin(annotation) is tuple and bool(models_in(annotation))


def at(document: Document, place: Place) -> Any:
    """What stands at the place; LookupError when nothing does. A part that was never set is empty."""
    found: Any = document
    for index, part in enumerate(place):
        if isinstance(part, int):
            if not isinstance(found, list) or not 0 <= part < len(found):
                raise LookupError(NOWHERE)
            found = found[part]
        else:
            field = model_at(place[:index]).model_fields.get(part)
            if not isinstance(found, dict) or field is None:
                raise LookupError(NOWHERE)
            found = found.get(part, [] if is_list_of_parts(field.annotation) else {})
    return found


def changed(document: Document, place: Place, values: Mapping[str, Any]) -> Document:
    """The document with these settings of one part; None takes a setting out, so that its default holds."""
    document = deepcopy(document)
    part = _made(document, place)
    for name, value in values.items():
        if value is None:
            part.pop(name, None)
        else:
            part[name] = value
    if place and _was_left_empty(place, part):
        del at(document, place[:-1])[place[-1]]
    return document


def _was_left_empty(place: Place, part: Document) -> bool:
    """Whether a part that a protocol may do without has no answer to anything that it would need."""
    name, parent = place[-1], model_at(place[:-1])
    if not isinstance(name, str) or type(None) not in get_args(parent.model_fields[name].annotation):
        return False
    needed = [setting for setting, field in model_at(place).model_fields.items() if field.is_required()]
    return bool(needed) and not any(part.get(setting) for setting in needed)


def _made(document: Document, place: Place) -> Document:
    at(document, place)
    found: Any = document
    for name in place:
        if isinstance(name, str) and name not in found:
            found[name] = {}
        found = found[name]
    if not isinstance(found, dict):
        raise LookupError(NOWHERE)
    return found


def added(document: Document, place: Place) -> tuple[Document, Place]:
    """The document with one more entry in a list, and the place of that entry."""
    document = deepcopy(document)
    model = model_at(place)
    if not place or not is_list_of_parts(model_at(place[:-1]).model_fields[str(place[-1])].annotation):
        raise LookupError(NOWHERE)
    parent = _made(document, place[:-1])
    entries = parent.setdefault(str(place[-1]), [])
    entries.append(deepcopy(NEW.get(model, {})) | _named(model, document, entries, place))
    return _renumbered(document), (*place, len(entries) - 1)


def _named(model: type[Data], document: Document, entries: list[Any], place: Place) -> Document:
    """The name of a new entry, not used by another yet."""
    if model is Stage:
        return {"order": len(entries) + 1, "label": f"Stage {len(entries) + 1}"}
    if model is Limit:
        around = at(document, place[: place.index("stages")])
        keys = {limit.get("key") for stage in parts(around, "stages") for limit in parts(stage, "limits")}
        return {"key": _unused(f"s{int(place[-2]) + 1}-limit", keys)}
    if model is Track:
        return {"key": _unused("track", {entry.get("key") for entry in entries if isinstance(entry, dict)})}
    if "code" in model.model_fields:
        return {"code": _unused("entry", {entry.get("code") for entry in entries if isinstance(entry, dict)})}
    return {}


def _unused(stem: str, taken: set[Any]) -> str:
    return next(name for number in range(1, 1000) if (name := f"{stem}-{number}") not in taken)


def may_be_left_out(place: Place) -> bool:
    """Whether a part may be missing, so that what stands around it holds: a track's own clock, say."""
    if not place or not isinstance(place[-1], str):
        return False
    field = model_at(place[:-1]).model_fields.get(place[-1])
    return field is not None and bool(models_in(field.annotation)) and field.get_default() is None and not field.is_required()


def removed(document: Document, place: Place) -> Document:
    """The document without the entry at this place, or without the part where one may be missing."""
    document = deepcopy(document)
    if may_be_left_out(place):
        _made(document, place[:-1]).pop(str(place[-1]), None)
        return document
    entries, index = _entry(document, place)
    del entries[index]
    return _renumbered(document)


def moved(document: Document, place: Place, by: int) -> Document:
    """The document with an entry one place further up (-1) or down (1); at the end of its list it stays."""
    document = deepcopy(document)
    entries, index = _entry(document, place)
    if 0 <= index + by < len(entries):
        entries[index], entries[index + by] = entries[index + by], entries[index]
    return _renumbered(document)


def _entry(document: Document, place: Place) -> tuple[list[Any], int]:
    if not place or not isinstance(place[-1], int):
        raise LookupError(NOWHERE)
    at(document, place)
    entries: list[Any] = at(document, place[:-1])
    return entries, place[-1]


def _renumbered(document: Document) -> Document:
    for around in (document, *parts(document, "tracks")):
        for index, stage in enumerate(parts(around, "stages")):
            stage["order"] = index + 1
    return document


def parts(part: Mapping[str, Any], setting: str) -> list[Document]:
    """The entries of a list that are parts; whatever else stands there is left out."""
    entries = part.get(setting)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def shaped(
    document: Mapping[str, Any], model: type[Data] = Protocol, place: Place = ()
) -> tuple[Document, list[Place]]:
    """What of a file can be drafted on, and the places that were left out because nothing of the kind stands there."""
    kept, left_out = Document(), list[Place]()
    for name, value in document.items():
        here = (*place, name)
        field = model.model_fields.get(name)
        if field is None:
            left_out.append(here)
            continue
        inner = models_in(field.annotation)
        if value is None and may_be_left_out(here):
            continue
        shape = (
            _several(value, inner[0], here)
            if inner and is_list_of_parts(field.annotation)
            else _one(value, inner, here)
        )
        kept |= {} if shape[0] is None else {name: shape[0]}
        left_out += shape[1]
    return kept, left_out


def _several(value: Any, model: type[Data], place: Place) -> tuple[list[Document] | None, list[Place]]:
    if not isinstance(value, list):
        return None, [place]
    kept, left_out = list[Document](), list[Place]()
    for index, entry in enumerate(value):
        one, out = _one(entry, [model], (*place, index))
        kept += [one] if one is not None else []
        left_out += out
    return kept, left_out


def _one(value: Any, inner: list[type[Data]], place: Place) -> tuple[Any, list[Place]]:
    if inner:
        return shaped(value, inner[0], place) if isinstance(value, dict) else (None, [place])
    texts = value if isinstance(value, list) else [value]
    if any(isinstance(text, dict | list) for text in texts):
        return None, [place]
    return ([_storable(text) for text in value] if isinstance(value, list) else _storable(value)), []


def _storable(value: Any) -> Any:
    """A value without characters that no database keeps."""
    return value.encode("utf-8", "ignore").decode().replace("\0", "") if isinstance(value, str) else value


def written(place: Place) -> str:
    """A place as it stands in an address: ``stages.0.limits.2``."""
    return ".".join(str(part) for part in place)


def place_of(text: str) -> Place:
    """The place an address names."""
    return tuple(int(part) if part.isascii() and part.isdigit() and len(part) < 4 else part for part in text.split("."))


def place_in_words(place: Place) -> str:
    """A place as people say it: 'Stage 2, Limit 1, What is counted'."""
    words = list(_place_words(place))
    return ", ".join(words) if words else "The protocol"


def _place_words(place: Place) -> Iterator[str]:
    model: type[Data] | None = Protocol
    for index, part in enumerate(place):
        if isinstance(part, int) or model is None:
            continue
        entry = place[index + 1] if index + 1 < len(place) else None
        yield f"{entry_called(part)} {entry + 1}" if isinstance(entry, int) else question(model, part)[0].rstrip("?")
        field = model.model_fields.get(part)
        model = next(iter(models_in(field.annotation)), None) if field else None
