"""A draft as a page shows it: every part with what it says, where to change it, and what is to be corrected there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from django.urls import reverse
from pydantic import ValidationError

from escalation.forms.protocol_parts import choices_of, settings_asked, shown
from escalation.models import ProtocolDraft
from escalation.protocol import Clock, Data, DutySpec, Finding, Limit, NoticeSpec, Protocol
from escalation.protocol_differences import entry_in_words, in_words
from escalation.protocol_drafting import (
    Document,
    Place,
    at,
    is_list_of_parts,
    model_at,
    models_in,
    parts,
    place_in_words,
    written,
)
from escalation.protocol_questions import entry_called, in_form_words, question
from escalation.protocol_reading import duty_in_words, limit_in_words, notice_in_words

SECTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "policy": (
        "The policy",
        ("key", "name", "version", "effective_from", "approved_by", "review_due", "source", "nation", "populations", "about"),
    ),
    "words": ("What it says", ("principles", "earlier_forum", "board_address", "reporting")),
}
PARTS = ("terminology", "clock", "immediate_risk", "final_authority", "closure")
STAGE_LISTS = ("limits", "duties", "notices", "triggers", "advice_from", "referred_by")
EVERY_STAGE = ("limits", "duties", "notices")
NOT_COMPLETE = "Not complete yet"


@dataclass(frozen=True)
class Entries:
    """A list of parts: each with its words and its address, and the address for one more."""

    label: str
    key: str
    entries: Sequence[tuple[str, str]]
    add_url: str
    one: str


@dataclass(frozen=True)
class Group:
    """One part of the draft: its settings in rows, and its lists."""

    key: str
    heading: str
    rows: Sequence[tuple[str, str, str]] = ()
    lists: Sequence[Entries] = ()
    place: str = ""
    rare: Sequence[Entries] = ()


@dataclass(frozen=True)
class ToCorrect:
    """One finding with the way to its place."""

    where: str
    message: str
    url: str


@dataclass(frozen=True)
class Outline:
    """The whole draft."""

    policy: Sequence[Group]
    stages: Sequence[Group]
    rest: Sequence[Group] = field(default_factory=list)


def outline_of(draft: ProtocolDraft) -> Outline:
    """Every part of a draft, complete or not."""
    document = draft.document
    policy = [_section(draft, key) for key in SECTIONS]
    rest = [_part(draft, name) for name in PARTS]
    lists = [
        name for name, info in Protocol.model_fields.items() if is_list_of_parts(info.annotation) and name != "stages"
    ]
    rest += [Group(name, question(Protocol, name)[0], lists=[_entries(draft, document, (name,))]) for name in lists]
    rest += [_part(draft, name) for name in _other_parts()]
    stages = [_stage(draft, stage, index) for index, stage in enumerate(parts(document, "stages"))]
    return Outline(policy, stages, rest)


def _other_parts() -> list[str]:
    """Parts that no group names: a setting added to the file later is shown as well."""
    fields = Protocol.model_fields.items()
    return [
        name
        for name, info in fields
        if models_in(info.annotation) and not is_list_of_parts(info.annotation) and name not in PARTS
    ]


def _section(draft: ProtocolDraft, key: str) -> Group:
    heading, settings = SECTIONS[key]
    asked = settings if key == "policy" else (*settings, *_unplaced())
    return Group(key, heading, rows=_rows(Protocol, draft.document, part_url(draft, key), asked))


def _unplaced() -> tuple[str, ...]:
    placed = {name for _, settings in SECTIONS.values() for name in settings}
    return tuple(name for name in settings_asked(Protocol) if name not in placed)


def section_settings(key: str) -> tuple[str, ...]:
    """The settings asked on the page of a section."""
    return SECTIONS[key][1] if key == "policy" else (*SECTIONS[key][1], *_unplaced())


def _part(draft: ProtocolDraft, name: str) -> Group:
    part = draft.document.get(name)
    rows = _rows(model_at((name,)), part if isinstance(part, dict) else {}, part_url(draft, name))
    inside = part if isinstance(part, dict) else {}
    for words, url in parts_below(draft, (name,)):
        rows.append((words, "Set" if inside.get(url.rstrip("/").rpartition(".")[2]) else "–", url))
    return Group(name, question(Protocol, name)[0], rows=rows)


def parts_below(draft: ProtocolDraft, place: Place) -> list[tuple[str, str]]:
    """The parts inside one part that have a page of their own: what they are called, and its address."""
    model = model_at(place)
    inner = [(name, info) for name, info in model.model_fields.items() if models_in(info.annotation)]
    return [
        (question(model, name)[0], part_url(draft, written((*place, name))))
        for name, info in inner
        if not is_list_of_parts(info.annotation)
    ]


def _stage(draft: ProtocolDraft, stage: Mapping[str, Any], index: int) -> Group:
    place: Place = ("stages", index)
    model = model_at(place)
    rows = _rows(model, stage, part_url(draft, written(place)), but_defaults=True)
    leads = stage.get("leads")
    rows.append((question(model, "leads")[0], _leads_text(leads), part_url(draft, written((*place, "leads")))))
    names = [name for name, info in model.model_fields.items() if is_list_of_parts(info.annotation)]
    lists = [_entries(draft, stage, (*place, name)) for name in sorted(names, key=_rank)]
    rare = [one for one in lists if not one.entries and one.key not in EVERY_STAGE]
    title = ": ".join(str(stage[name]) for name in ("label", "name") if stage.get(name)) or f"Stage {index + 1}"
    return Group(f"stage-{index + 1}", title, rows, [one for one in lists if one not in rare], written(place), rare)


def _rank(name: str) -> int:
    return STAGE_LISTS.index(name) if name in STAGE_LISTS else len(STAGE_LISTS)


def _leads_text(leads: Any) -> str:
    if not isinstance(leads, dict):
        return NOT_COMPLETE
    roles = [entry_text(model_at(("stages", 0, "leads", "roles", 0)), role, Clock()) for role in parts(leads, "roles")]
    whole = "for the whole partnership" if leads.get("of_partnership") else ""
    joint = "jointly" if leads.get("joint") else ""
    word = " and " if leads.get("mode") == "all_of" else " or "
    return ", ".join(part for part in (word.join(roles) or NOT_COMPLETE, joint, whole) if part)


def _rows(
    model: type[Data], part: Mapping[str, Any], url: str, only: Sequence[str] = (), *, but_defaults: bool = False
) -> list[tuple[str, str, str]]:
    """Each setting in words, with the address of the page that asks for it."""
    rows = []
    for name in settings_asked(model, only):
        info = model.model_fields[name]
        if but_defaults and not info.is_required() and part.get(name) in (None, False, "", [], info.default):
            continue
        rows.append((question(model, name)[0].rstrip("?"), _value(model, name, part.get(name)), f"{url}#id_{name}"))
    return rows


def _value(model: type[Data], name: str, value: Any) -> str:
    info = model.model_fields[name]
    text = shown(info, value)
    if isinstance(text, date | time | bool):
        return in_words(text)
    if isinstance(text, list):
        return ", ".join(_option(model, name, one) for one in text)
    return _option(model, name, str(text or "")) if text else "–"


def _option(model: type[Data], name: str, value: str) -> str:
    return dict(choices_of(model, name)).get(value, value)


def _entries(draft: ProtocolDraft, part: Mapping[str, Any], place: Place) -> Entries:
    name = str(place[-1])
    model, clock = model_at(place), _clock(_around(draft.document, place))
    found = [
        (entry_text(model, entry, clock), part_url(draft, written((*place, index))))
        for index, entry in enumerate(parts(part, name))
    ]
    add_url = reverse("protocol_add", args=[draft.pk, written(place)])
    return Entries(question(model_at(place[:-1]), name)[0], name, found, add_url, entry_called(name).lower())


def entries_below(draft: ProtocolDraft, place: Place, part: Mapping[str, Any]) -> list[Entries]:
    """The lists inside one part, for the page of that part."""
    model = model_at(place)
    names = [name for name, info in model.model_fields.items() if is_list_of_parts(info.annotation)]
    return [_entries(draft, part, (*place, name)) for name in names]


def _around(document: Document, place: Place) -> Mapping[str, Any]:
    """Whose clock counts at a place: its track's where that has one of its own, else the protocol's."""
    track = at(document, place[:2]) if place[0] == "tracks" and len(place) > 2 else {}
    return track if track.get("clock") else document


def _clock(document: Mapping[str, Any]) -> Clock:
    try:
        return Clock.model_validate(document.get("clock") or {})
    except ValidationError:
        return Clock()


def entry_text(model: type[Data], entry: Mapping[str, Any], clock: Clock) -> str:
    """One entry in words, also when it is not complete."""
    try:
        part = model.model_validate(entry)
    except ValidationError:
        said = next((str(entry[name]) for name in ("label", "question", "body", "key", "code") if entry.get(name)), "")
        return f"{said} ({NOT_COMPLETE.lower()})" if said else NOT_COMPLETE
    if isinstance(part, Limit):
        return f"{part.label} ({limit_in_words(part, clock)})"
    if isinstance(part, DutySpec):
        return duty_in_words(part)
    return notice_in_words(part) if isinstance(part, NoticeSpec) else entry_in_words(part)


def part_url(draft: ProtocolDraft, where: str) -> str:
    """The address of the page on which a part is changed."""
    return reverse("protocol_part", args=[draft.pk, where])


def to_correct(draft: ProtocolDraft, findings: Sequence[Finding]) -> list[ToCorrect]:
    """Findings with the way to the page on which each can be corrected."""
    return [
        ToCorrect(place_in_words(one.place), in_form_words(one.message), url_of(draft, one.place)) for one in findings
    ]


def url_of(draft: ProtocolDraft, place: Place) -> str:
    """The page that asks for what stands at a place, and the question on it."""
    overview = reverse("protocol_draft", args=[draft.pk])
    if not place:
        return overview
    inside = list(place)
    setting = ""
    while inside and (not _is_part(tuple(inside))):
        setting = str(inside.pop())
    if not inside:
        section = next((key for key in SECTIONS if setting in section_settings(key)), "")
        return f"{part_url(draft, section)}#id_{setting}" if section else f"{overview}#{setting}"
    return part_url(draft, written(tuple(inside))) + (f"#id_{setting}" if setting and not setting.isdigit() else "")


def _is_part(place: Place) -> bool:
    """Whether a page asks for this place: a part, and not a list of parts."""
    try:
        model = model_at(place)
        last = place[-1]
        parent = model_at(place[:-1]) if isinstance(last, str) else model
    except LookupError:
        return False
    return isinstance(last, int) or not is_list_of_parts(parent.model_fields[last].annotation)
