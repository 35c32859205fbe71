"""The parts of a protocol file as typed, validated data: words, clock, stages, leads, limits, duties, forms."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cases.roles import Role
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

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Text = Annotated[str, Field(min_length=1, max_length=4000)]


class Data(BaseModel):
    """Frozen, and strict about unknown keys so that a misspelt setting is an error and never silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _is_text_that_can_be_stored(cls, value: Any) -> Any:
        texts = value if isinstance(value, tuple) else (value,)
        if any(isinstance(text, str) and "\0" in text for text in texts):
            raise ValueError("a NUL character is no text: remove it")
        return value


class Choice(Data):
    """One answer somebody can pick."""

    code: Key
    label: Text
    hint: str = ""


class Ground(Choice):
    """Why a decision may be challenged, and what else must then be asked (C-02)."""

    requires_capacity: bool = False


class ScopeQuestion(Data):
    """A question that sends matters of another procedure elsewhere; nothing about the matter is stored (B-43)."""

    code: Key
    question: Text
    signpost: Text


class Terminology(Data):
    """The partnership's own words."""

    dispute: Text = "professional disagreement"
    stage: Text = "Stage"
    person: Text = "person at risk"
    raise_it: Text = "Raise a professional disagreement"


class Extension(Data):
    """Whether a limit may be given a later date or its time be paused, by whom, and how far (F36)."""

    allowed: bool = False
    pause: bool = False
    by: tuple[Role, ...] = ()
    both_agencies: bool = True
    longest_days: Annotated[int, Field(ge=1, le=365)] = 10


class TotalLimit(Data):
    """The time for the whole of it, watched from the raising until it is settled, whatever the stage."""

    number: Annotated[int, Field(ge=1, le=1000)]
    unit: Unit
    after: bool = False
    anchor: Anchor | None = None
    label: Text
    owner: Side = Side.EACH
    indicative: bool | None = None


class Clock(Data):
    """How this protocol counts; hours are always real hours."""

    anchor: Anchor = Anchor.CONCERN_AROSE
    days: DayKind = DayKind.CALENDAR_DAYS
    first_day_number: Annotated[int, Field(ge=0, le=1)] = 1
    day_end: time = time(23, 59)
    counted_until: time | None = None
    total_limit: TotalLimit | None = None
    indicative: bool = False
    warn_hours_before: tuple[Annotated[int, Field(gt=0, le=24 * 60)], ...] = (24,)
    warn_percent: tuple[Annotated[int, Field(gt=0, lt=100)], ...] = ()
    chase_every_working_day: bool = False
    tell_next_up_after_hours: Annotated[int, Field(ge=0, le=24 * 60)] = 0
    silence_days: Annotated[int, Field(ge=1, le=60)] = 5
    quiet_from: time | None = None
    quiet_until: time | None = None
    remind_after_hours: Annotated[int, Field(ge=0, le=24 * 60)] = 0
    extension: Extension = Extension()


class ToldAtOnce(Data):
    """Who is told at once when somebody is at immediate risk (A-14)."""

    role: Role
    of: Of
    why: str = ""


class ImmediateRisk(Data):
    """Whether a person at immediate risk may enter at, or jump to, a later stage, and who is told at once (C-10)."""

    may_enter_any_stage: bool = False
    stages: tuple[Annotated[int, Field(ge=1, le=8)], ...] = ()
    told: tuple[ToldAtOnce, ...] = ()
    text: str = ""


class LeadRole(Data):
    """A role that leads a stage; ``remit`` tells two holders of one role apart (A-21)."""

    role: Role
    remit: str = ""
    label: str = ""


class Leads(Data):
    """Who leads a stage: of each party agency, or (``of_partnership``) of the partnership as a whole."""

    mode: LeadMode = LeadMode.PAIR_PER_AGENCY
    roles: Annotated[tuple[LeadRole, ...], Field(min_length=1)]
    of_partnership: bool = False
    joint: bool = False
    borrowed_from: tuple[Literal["commissioner", "council"], ...] = ()


class Limit(Data):
    """One time limit of a stage.

    With unit hours ``number`` is a duration; with any day unit it is a day number under the clock's
    ``first_day_number`` ('Day 3'), or, with ``after: true``, a count of days after the anchor's day.
    Its day ends when the clock's days do, or at ``by_time``.
    A start limit is watched while the stage before is open (of the first stage: from the raising) and met
    when its own stage opens; counted from a stage's opening or first discussion, that is the stage before.
    """

    key: Key
    kind: LimitKind
    number: Annotated[int, Field(ge=0, le=1000)]
    unit: Unit
    after: bool = False
    by_time: time | None = None
    anchor: Anchor | None = None
    anchor_limit: str = ""
    label: Text
    owner: Side = Side.RESPONDING
    indicative: bool | None = None
    or_sooner: bool = False
    on_missed: OnMissed = OnMissed.TELL


class DutySpec(Data):
    """Something a stage owes, by whom, and which way it bars until done."""

    kind: DutyKind
    role: Role | None = None
    by: Side = Side.RAISING
    gate: Gate = Gate.LEAVE
    why: str = ""


class NoticeSpec(Data):
    """Who besides the people on the dispute is told of an event."""

    on: Event
    role: Role
    of: Of
    urgent: bool = False
    why: str = ""


class Stage(Data):
    """One step of the protocol."""

    order: Annotated[int, Field(ge=1, le=8)]
    label: Text
    name: Text
    about: Text
    kind: Literal["informal", "formal"] = "formal"
    single_agency: bool = False
    leads: Leads
    limits: tuple[Limit, ...] = ()
    duties: tuple[DutySpec, ...] = ()
    notices: tuple[NoticeSpec, ...] = ()
    feedback_to: tuple[Literal["originator", "previous_leads"], ...] = ("originator",)
    participants_always: tuple[Literal["originator", "responder"], ...] = ()
    triggers: tuple[Choice, ...] = ()
    advice_from: tuple[LeadRole, ...] = ()
    suggested_meetings: tuple[Text, ...] = ()
    interim_plan: bool = False
    optional: bool = False
    is_referral: bool = False
    referred_by: tuple[LeadRole, ...] = ()


class FinalAuthority(Data):
    """Who has the last word, what it is called, and what it is worth."""

    kind: AuthorityKind
    role: Role | None = None
    title: Text
    text: str = ""


class OnwardRoute(Data):
    """A body to which a matter may go on, before or after the last word (B-39, C-25, C-28, A-22).

    One that ``takes`` learning or policy issues gets only those, as texts without personal data, on a list of its own.
    """

    code: Key
    body: Text
    when: Text
    by_role: Role
    always: bool = False
    if_not_accepted: bool = False
    told: Role | None = None
    takes: tuple[Literal["learning", "policy_issue"], ...] = ()
    read_by: tuple[Role, ...] = ()
    answer_within_days: Annotated[int, Field(ge=0, le=365)] = 0
    agencies_may_be_named: bool = False


class BoardFormField(Data):
    """One field of the board's referral form, prefilled from the record by a named path."""

    code: Key
    label: Text
    prefill: str = ""
    required: bool = True
    long: bool = False


class Closure(Data):
    """What ends a dispute (D-19)."""

    written_confirmation_by_each: bool = True
    outstanding_issues_need_owner_and_date: bool = True
    reopen_within_days: int = Field(default=365, ge=0, le=3650)
    debrief: str = ""
    learning_required: bool = False
