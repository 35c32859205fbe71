"""What is different between two protocols, in words that somebody can compare with the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar

from cases.roles import Role
from escalation.protocol import Data, Leads, Protocol, Stage
from escalation.protocol_drafting import is_list_of_parts, models_in
from escalation.protocol_options import option
from escalation.protocol_questions import entry_called, question
from escalation.protocol_reading import duty_in_words, leads_in_words, limit_in_words, notice_in_words, roles_in_words

P = TypeVar("P", bound=Data)
DAY = "%-d %B %Y"


class How(StrEnum):
    """Whether something is new, gone, or not as it was."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """One difference: where, how, and what stood or stands there."""

    where: str
    how: How
    before: str = ""
    after: str = ""

    @property
    def sentence(self) -> str:
        """The difference in one line."""
        if self.how is How.CHANGED:
            return f"{self.where}: {self.before or 'nothing'} → {self.after or 'nothing'}"
        return f"{self.where}: {self.how} “{self.after if self.how is How.ADDED else self.before}”"


def differences(old: Protocol, new: Protocol) -> list[Difference]:
    """Everything that is different, the policy first and then stage by stage."""
    return [*_settings("", old, new, but=("stages", "tracks")), *_of_stages("", old, new), *_of_tracks(old, new)]


def _of_stages(track: str, old: Protocol, new: Protocol) -> Iterator[Difference]:
    for before, after in _paired(old.stages, new.stages, _same_stage(old.stages, new.stages)):
        if before is None and after is not None:
            yield Difference(f"{track}Stages", How.ADDED, after=_stage(after))
        elif after is None and before is not None:
            yield Difference(f"{track}Stages", How.REMOVED, before=_stage(before))
        elif before is not None and after is not None:
            yield from _of_stage(before, after, old, new, track)


def _of_tracks(old: Protocol, new: Protocol) -> Iterator[Difference]:
    """Tracks that are new or gone, and what is different in those that stay."""
    for before, after in _paired(old.tracks, new.tracks, lambda track: track.key):
        if before is None or after is None:
            yield from _one("Tracks", before.label if before else "", after.label if after else "")
        elif before != after:
            where = f"Track “{after.label}”"
            yield from _settings(where, before, after, but=("stages",))
            if before.stages != after.stages:
                yield from _of_stages(f"{where}, ", old.rules_of(before), new.rules_of(after))


def _stage(stage: Stage) -> str:
    return f"{stage.label}: {stage.name}"


def _same_stage(old: Sequence[Stage], new: Sequence[Stage]) -> Callable[[Stage], str]:
    """How stages are recognised: by their label when most keep it, else by their name."""
    by_label = {stage.label for stage in old} & {stage.label for stage in new}
    by_name = {stage.name for stage in old} & {stage.name for stage in new}
    return (lambda stage: stage.label) if len(by_label) >= len(by_name) else (lambda stage: stage.name)


def _paired(old: Sequence[P], new: Sequence[P], key: Callable[[P], str]) -> list[tuple[P | None, P | None]]:
    """Entries with the same key side by side, in the order of the new ones, those that are gone last."""
    before = {key(entry): entry for entry in old}
    after = {key(entry): entry for entry in new}
    pairs: list[tuple[P | None, P | None]] = [(before.get(name), entry) for name, entry in after.items()]
    return pairs + [(entry, None) for name, entry in before.items() if name not in after]


def _of_stage(before: Stage, after: Stage, old: Protocol, new: Protocol, track: str = "") -> Iterator[Difference]:
    where = f"{track}{after.label}"
    if before.order != after.order:
        yield Difference(where, How.CHANGED, f"place {before.order}", f"place {after.order}")
    if _who_leads(before) != _who_leads(after):
        yield Difference(f"{where}, who leads", How.CHANGED, leads_in_words(before), leads_in_words(after))
    else:
        yield from _settings(f"{where}, who leads", before.leads, after.leads, but=("roles",))
    for one, other in _paired(before.limits, after.limits, lambda limit: limit.key):
        said = limit_in_words(one, old.clock) if one else ""
        says = limit_in_words(other, new.clock) if other else ""
        yield from _one(where, said, says)
        if one and other:
            yield from _settings(f"{where}, limit “{other.label}”", one, other, but=_SAID_OF_LIMITS)
    for owed, owes in _paired(before.duties, after.duties, lambda duty: f"{duty.kind} {duty.by} {duty.role}"):
        yield from _one(
            f"{where}, what is owed", duty_in_words(owed) if owed else "", duty_in_words(owes) if owes else ""
        )
    for told, tells in _paired(before.notices, after.notices, lambda one: f"{one.on} {one.role} {one.of}"):
        yield from _one(
            f"{where}, who is told", notice_in_words(told) if told else "", notice_in_words(tells) if tells else ""
        )
    yield from _settings(where, before, after, but=("order", "leads", "limits", "duties", "notices"))


_SAID_OF_LIMITS = (
    "key",
    "kind",
    "number",
    "unit",
    "after",
    "anchor",
    "anchor_limit",
    "indicative",
    "or_sooner",
    "on_missed",
)


def _who_leads(stage: Stage) -> tuple[Leads, bool]:
    return stage.leads, stage.single_agency


def _one(where: str, before: str, after: str) -> Iterator[Difference]:
    if before != after:
        how = How.CHANGED if before and after else How.ADDED if after else How.REMOVED
        yield Difference(where, how, before, after)


def _settings(where: str, old: Data, new: Data, but: Sequence[str] = ()) -> Iterator[Difference]:
    """Every setting of a part, and of the parts inside it, that is not as it was."""
    for name, field in type(new).model_fields.items():
        before, after = getattr(old, name), getattr(new, name)
        if name in but or before == after:
            continue
        label = question(type(new), name)[0].rstrip("?")
        here = f"{where}, {label}" if where else label
        if is_list_of_parts(field.annotation):
            yield from _entries(here, before, after)
        elif models_in(field.annotation) and None not in (before, after):
            yield from _settings(here, before, after)
        elif models_in(field.annotation):
            yield Difference(here, How.CHANGED, _whose(before), _whose(after))
        else:
            yield Difference(here, How.CHANGED, in_words(before), in_words(after))


def _whose(part: Data | None) -> str:
    """A part that a track leaves out is the protocol's."""
    return "the protocol’s" if part is None else "its own"


def _entries(where: str, old: Sequence[Data], new: Sequence[Data]) -> Iterator[Difference]:
    for before, after in _paired(old, new, _name_of):
        yield from _one(where, entry_in_words(before) if before else "", entry_in_words(after) if after else "")
        if before and after and before != after and entry_in_words(before) == entry_in_words(after):
            yield from _settings(f"{where}, “{entry_in_words(after)}”", before, after)


def _name_of(entry: Data) -> str:
    for name in ("code", "key", "role"):
        if hasattr(entry, name):
            return f"{getattr(entry, name)} {getattr(entry, 'remit', '')}"
    return str(entry)


def entry_in_words(entry: Data) -> str:
    """One entry of a list by the words that stand for it."""
    for name in ("label", "question", "body", "name", "title"):
        if value := getattr(entry, name, ""):
            return str(value)
    if hasattr(entry, "role"):
        return roles_in_words((entry,))  # type: ignore[arg-type]
    return entry_called("")


def in_words(value: Any) -> str:
    """One value as people say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(in_words(one) for one in value)
    if isinstance(value, Role):
        return value.title
    if isinstance(value, StrEnum):
        return option(type(value), value.value)
    if isinstance(value, date):
        return value.strftime(DAY).lstrip("0")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "" if value is None else str(value)
