"""The escalation protocol: a partnership's whole written policy as typed, validated data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from cases.roles import Nation
from escalation.protocol_checks import advice, contradictions
from escalation.protocol_limits import Finding
from escalation.protocol_parts import (
    BoardFormField,
    Choice,
    Clock,
    Closure,
    Data,
    DutySpec,
    Extension,
    FinalAuthority,
    Ground,
    ImmediateRisk,
    Key,
    LeadRole,
    Leads,
    Limit,
    NoticeSpec,
    OnwardRoute,
    ScopeQuestion,
    Stage,
    Terminology,
    Text,
    ToldAtOnce,
    TotalLimit,
)
from escalation.protocol_tracks import About, Track, in_each_track, persons_in_a_theme, track_contradictions
from escalation.protocol_words import (
    Anchor,
    AuthorityKind,
    DayKind,
    DutyKind,
    Event,
    Gate,
    LeadMode,
    LimitKind,
    Of,
    OnMissed,
    Side,
    Unit,
)

__all__ = [
    "Anchor",
    "AuthorityKind",
    "BoardFormField",
    "Choice",
    "Clock",
    "Closure",
    "Data",
    "DayKind",
    "DutyKind",
    "DutySpec",
    "Event",
    "Extension",
    "FinalAuthority",
    "Finding",
    "Gate",
    "Ground",
    "ImmediateRisk",
    "Key",
    "LeadMode",
    "LeadRole",
    "Leads",
    "Limit",
    "LimitKind",
    "NoticeSpec",
    "Of",
    "OnMissed",
    "OnwardRoute",
    "Protocol",
    "ScopeQuestion",
    "Side",
    "Stage",
    "Terminology",
    "Text",
    "ToldAtOnce",
    "TotalLimit",
    "Track",
    "Unit",
]


ALREADY_PUBLISHED = {"already_published": True}


class Protocol(Data):
    """A partnership's whole written policy, as data; once published it never changes."""

    format: Annotated[int, Field(ge=1, le=1)]
    key: Key
    name: Text
    version: Text
    effective_from: date
    approved_by: str = ""
    review_due: date | None = None
    source: Text
    nation: Nation
    populations: Annotated[tuple[Literal["adult", "child"], ...], Field(min_length=1)]
    about: About = "person"
    terminology: Terminology = Terminology()
    principles: tuple[Text, ...] = ()
    subjects: Annotated[tuple[Choice, ...], Field(min_length=1)]
    grounds: Annotated[tuple[Ground, ...], Field(min_length=1)]
    categories: Annotated[tuple[Choice, ...], Field(min_length=1)]
    out_of_scope: tuple[ScopeQuestion, ...] = ()
    earlier_forum: str = ""
    clock: Clock = Clock()
    immediate_risk: ImmediateRisk = ImmediateRisk()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=8)]
    notices: tuple[NoticeSpec, ...] = ()
    final_authority: FinalAuthority
    onward_routes: tuple[OnwardRoute, ...] = ()
    board_address: str = ""
    board_form: tuple[BoardFormField, ...] = ()
    closure: Closure = Closure()
    reporting: str = ""
    tracks: Annotated[tuple[Track, ...], Field(max_length=8)] = ()

    @model_validator(mode="after")
    def _does_not_contradict_itself(self, info: ValidationInfo) -> Self:
        if info.context == ALREADY_PUBLISHED:
            return self
        findings = [*track_contradictions(self), *in_each_track(self, _everything_wrong)]
        if findings:
            raise ValidationError.from_exception_data("Protocol", [_as_error(finding) for finding in findings])
        return self

    @classmethod
    def as_published(cls, document: Mapping[str, Any]) -> Self:
        """A version published earlier: what could be published then stays readable, whatever is checked by now."""
        return cls.model_validate(document, context=ALREADY_PUBLISHED)

    def advice(self) -> tuple[Finding, ...]:
        """What is allowed but worth a second look before publishing."""
        return tuple(in_each_track(self, advice))

    @property
    def is_thematic(self) -> bool:
        """Whether it is about how agencies work together, and about no person."""
        return self.about == "theme"

    def rules_of(self, track: Track) -> Protocol:
        """One track as a protocol of its own: its settings, and what it takes from the file."""
        # Nobody can be at immediate risk in a theme, so that is never taken from the file.
        risk = {"immediate_risk": ImmediateRisk()} if track.about == "theme" else {}
        return self.model_copy(update={"tracks": (), "about": track.about} | risk | track.own)

    def track(self, key: str) -> Protocol:
        """The rules of the track with this key; LookupError when there is none, or one must be chosen."""
        if not self.tracks and not key:
            return self
        found = next((track for track in self.tracks if track.key == key), None)
        if found is None:
            known = ", ".join(track.key for track in self.tracks) or "none: leave it out"
            raise LookupError(
                f"this protocol has no track '{key}': choose one of {known}"
                if key
                else f"this protocol has several tracks: choose one of {known}"
            )
        return self.rules_of(found)

    @property
    def ways(self) -> tuple[tuple[Track | None, Protocol], ...]:
        """Every track with its rules; the protocol alone where it has none."""
        return tuple((track, self.rules_of(track)) for track in self.tracks) or ((None, self),)

    def stage(self, order: int) -> Stage:
        """The stage with this order; LookupError when the protocol has no such stage."""
        if not 1 <= order <= len(self.stages):
            raise LookupError(f"this protocol has no stage {order}")
        return self.stages[order - 1]

    @property
    def every_stage(self) -> tuple[tuple[Track | None, Stage], ...]:
        """The stages of every track, each with its track; without one where the protocol has no tracks."""
        return tuple((track, stage) for track, rules in self.ways for stage in rules.stages)

    def notices_at(self, order: int) -> tuple[NoticeSpec, ...]:
        """Who else is told at a stage: its own notices and those of the whole; in a stage inside one agency never another."""
        stage = self.stage(order)
        whole = [one for one in self.notices if not stage.single_agency or one.of in (Of.RAISING, Of.BOARD)]
        return (*stage.notices, *whole)

    @property
    def risk_stages(self) -> tuple[Stage, ...]:
        """The stages at which a person's immediate risk may bring a dispute in, or to which it may jump."""
        if not self.immediate_risk.may_enter_any_stage:
            return ()
        named = self.immediate_risk.stages
        return tuple(stage for stage in self.stages if stage.order > 1 and (not named or stage.order in named))

    @property
    def last_stage(self) -> Stage:
        """The stage with the last word."""
        return self.stages[-1]

    @property
    def has_limits(self) -> bool:
        """Whether any stage has a limit; without one nothing is ever overdue (F31)."""
        clocks = (self.clock, *(track.clock for track in self.tracks if track.clock is not None))
        if any(clock.total_limit for clock in clocks):
            return True
        return any(stage.limits for stage in (*self.stages, *(one for track in self.tracks for one in track.stages)))


def _everything_wrong(protocol: Protocol) -> Iterator[Finding]:
    yield from contradictions(protocol)
    yield from persons_in_a_theme(protocol)


def _as_error(finding: Finding) -> InitErrorDetails:
    message = PydanticCustomError("contradiction", "{message}", {"message": finding.message})
    return InitErrorDetails(type=message, loc=finding.place, input=None)
