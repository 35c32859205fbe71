"""Several tracks in one protocol: what each has of its own, what it takes from the file, and what a theme cannot have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal, TypeVar
from typing import Protocol as Shape

from pydantic import Field

from escalation.protocol_checks import Whole
from escalation.protocol_limits import Finding, Place
from escalation.protocol_parts import (
    BoardFormField,
    Choice,
    Clock,
    Closure,
    Data,
    FinalAuthority,
    Ground,
    ImmediateRisk,
    Key,
    OnwardRoute,
    Stage,
    Terminology,
    Text,
)
from escalation.protocol_stages import used_twice
from escalation.protocol_words import DutyKind, Event

About = Literal["person", "theme"]
NOBODY = "a theme is about no person"
OF_A_PERSON = (DutyKind.SAFETY_CONFIRMED, DutyKind.OUTCOMES_RECONFIRMED, DutyKind.INTERIM_PLAN)
PREFILLS_OF_A_PERSON = (
    "person.name", "person.date_of_birth", "person.address", "dispute.desired_outcomes", "dispute.safety",
)  # fmt: skip


class Track(Data):
    """One way through the protocol; what it does not say of its own it takes from the file."""

    key: Key
    label: Text
    when: Text
    about: About = "person"
    populations: tuple[Literal["adult", "child"], ...] = ()
    terminology: Terminology | None = None
    subjects: tuple[Choice, ...] = ()
    grounds: tuple[Ground, ...] = ()
    categories: tuple[Choice, ...] = ()
    earlier_forum: str = ""
    clock: Clock | None = None
    immediate_risk: ImmediateRisk | None = None
    stages: Annotated[tuple[Stage, ...], Field(max_length=8)] = ()
    final_authority: FinalAuthority | None = None
    onward_routes: tuple[OnwardRoute, ...] = ()
    board_address: str = ""
    board_form: tuple[BoardFormField, ...] = ()
    closure: Closure | None = None

    @property
    def own(self) -> dict[str, Any]:
        """The settings of a protocol that this track gives a text of its own."""
        names = [name for name in type(self).model_fields if name not in ("key", "label", "when", "about")]
        return {name: value for name in names if (value := getattr(self, name))}


class WithTracks(Whole, Shape):
    """What is read here of a protocol."""

    @property
    def about(self) -> About: ...
    @property
    def immediate_risk(self) -> ImmediateRisk: ...
    @property
    def tracks(self) -> tuple[Track, ...]: ...
    def rules_of(self, track: Track) -> Any: ...


P = TypeVar("P", bound=WithTracks)


def track_contradictions(protocol: WithTracks) -> Iterator[Finding]:
    """What cannot be meant of the tracks as such."""
    tracks = protocol.tracks
    if len(tracks) == 1:
        yield Finding(("tracks",), "one track is no choice: write two or more, or remove this")
    yield from used_twice(("tracks",), "key", [track.key for track in tracks])
    yield from used_twice(("tracks",), "label", [track.label for track in tracks])
    if tracks and protocol.about == "theme":
        yield Finding(("about",), "with tracks each says what it is about: write it there, and remove this")
    if tracks and all(track.stages for track in tracks):
        said = "every track has stages of its own, so nothing runs under these: remove 'stages' from one track"
        yield Finding(("stages",), said)


def in_each_track(protocol: P, find: Callable[[P], Iterable[Finding]]) -> Iterator[Finding]:
    """What is found in the file, and once more in each track, placed where it is to be corrected."""
    known = set(found := list(find(protocol)))
    yield from found
    for index, track in enumerate(protocol.tracks):
        for one in find(protocol.rules_of(track)):
            if one.place and one.place[0] in track.own:
                yield Finding(("tracks", index, *one.place), one.message)
            elif one not in known:
                yield Finding(("tracks", index), _taken_over(one))


def _taken_over(found: Finding) -> str:
    """What the file says, and this track cannot mean."""
    where = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in found.place).lstrip(".")
    if not where:
        return found.message
    return f"this track takes '{where}' from the file, and there: {found.message}; or give it '{found.place[0]}' of its own"


def persons_in_a_theme(protocol: WithTracks) -> Iterator[Finding]:
    """What is about a person, in a protocol or track that is about none."""
    if protocol.about != "theme":
        return
    for index, stage in enumerate(protocol.stages):
        yield from _of_stage(("stages", index), stage)
    for index, ground in enumerate(protocol.grounds):
        if ground.requires_capacity:
            yield Finding(
                ("grounds", index, "requires_capacity"), f"{NOBODY} whose capacity could be asked: remove this"
            )
    if protocol.immediate_risk.may_enter_any_stage:
        yield Finding(
            ("immediate_risk", "may_enter_any_stage"), f"{NOBODY} who could be at immediate risk: write false"
        )
    for index, field in enumerate(protocol.board_form if protocol.stages[-1].is_referral else ()):
        if field.prefill in PREFILLS_OF_A_PERSON:
            yield Finding(("board_form", index, "prefill"), f"{NOBODY}, so there is no {field.prefill}: remove this")


def _of_stage(place: Place, stage: Stage) -> Iterator[Finding]:
    for number, duty in enumerate(stage.duties):
        if duty.kind in OF_A_PERSON:
            yield Finding(
                (*place, "duties", number, "kind"), f"{NOBODY} of whom {duty.kind} could be owed: remove this"
            )
    if stage.interim_plan:
        yield Finding((*place, "interim_plan"), f"{NOBODY} whom a plan could protect: write false")
    for number, notice in enumerate(stage.notices):
        if notice.on is Event.SAFETY_CHANGED:
            yield Finding((*place, "notices", number, "on"), f"{NOBODY} whose safety could change: remove this")
