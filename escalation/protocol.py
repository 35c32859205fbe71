"""The escalation protocol as typed, validated data: stages, leads, limits, duties, notices, routes and words."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cases.roles import Nation, Role

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Text = Annotated[str, Field(min_length=1, max_length=4000)]


class Data(BaseModel):
    """Frozen, and strict about unknown keys so that a misspelt setting is an error and never silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Side(StrEnum):
    """Whose duty or limit something is."""

    RAISING = "raising"
    RESPONDING = "responding"
    EACH = "each"
    AUTHORITY = "authority"


class Unit(StrEnum):
    """What a limit counts; ``days`` means whatever the protocol's clock says days are."""

    HOURS = "hours"
    DAYS = "days"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"


class DayKind(StrEnum):
    """How a policy that only says 'day' is read (requirements 1.8)."""

    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"


class Anchor(StrEnum):
    """The event from which a limit is counted."""

    CONCERN_AROSE = "concern_arose"
    DISPUTE_RAISED = "dispute_raised"
    DECISION_RECEIVED = "decision_received"
    STAGE_OPENED = "stage_opened"
    FIRST_DISCUSSION = "first_discussion"
    REQUEST_SENT = "request_sent"
    PREVIOUS_LIMIT_DUE = "previous_limit_due"
    PREVIOUS_LIMIT_MET = "previous_limit_met"


class LimitKind(StrEnum):
    """What must have happened by the limit."""

    START = "start"
    ACKNOWLEDGE = "acknowledge"
    RESPOND = "respond"
    CONCLUDE = "conclude"
    WRITTEN_OUTCOME = "written_outcome"


class OnMissed(StrEnum):
    """What the clock does when a limit passes unmet; the miss itself is always recorded."""

    TELL = "tell"
    ESCALATE = "escalate"


class LeadMode(StrEnum):
    """How the people who lead a stage share it."""

    ANY_OF = "any_of"
    ALL_OF = "all_of"
    PAIR_PER_AGENCY = "pair_per_agency"


class DutyKind(StrEnum):
    """What a stage can owe; each is fulfilled by recording one thing."""

    ATTEMPT_LOGGED = "attempt_logged"
    DISCUSSION_HELD = "discussion_held"
    POSITION_STATED = "position_stated"
    MANAGER_REVIEWED = "manager_reviewed"
    REVIEW_AGREES = "review_agrees"
    SAFETY_CONFIRMED = "safety_confirmed"
    OUTCOMES_RECONFIRMED = "outcomes_reconfirmed"
    OWN_RECORD_ATTESTED = "own_record_attested"
    INTENTION_NOTIFIED = "intention_notified"
    EXHAUSTION_ATTESTED = "exhaustion_attested"
    FEEDBACK_GIVEN = "feedback_given"
    ADVICE_SOUGHT = "advice_sought"
    DEBRIEF_OFFERED = "debrief_offered"


class Gate(StrEnum):
    """Which way a duty bars until it is done: into its own stage, on to the next, to an agreed end, any end, or neither."""

    ENTER = "enter"
    ESCALATE = "escalate"
    RESOLVE = "resolve"
    LEAVE = "leave"
    NONE = "none"


class Event(StrEnum):
    """What a notice can be about."""

    RAISED = "raised"
    STAGE_OPENED = "stage_opened"
    STAGE_SKIPPED = "stage_skipped"
    REPLIED = "replied"
    ESCALATED = "escalated"
    LIMIT_NEAR = "limit_near"
    LIMIT_MISSED = "limit_missed"
    REFERRED = "referred"
    OUTCOME = "outcome"
    AGREED = "agreed"
    CONTESTED = "contested"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    FEEDBACK = "feedback"
    SAFETY_CHANGED = "safety_changed"


class Of(StrEnum):
    """Whose holder of a role is meant in a notice."""

    RAISING = "raising"
    RESPONDING = "responding"
    EACH = "each"
    COMMISSIONER = "commissioner"
    BOARD = "board"


class AuthorityKind(StrEnum):
    """What the last word of a protocol is worth (requirements 1.7 rule 5)."""

    AGREEMENT = "agreement"
    RECOMMENDATION = "recommendation"
    DETERMINATION = "determination"
    MEDIATION = "mediation"
    NONE = "none"


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

    dispute: str = "professional disagreement"
    stage: str = "Stage"
    person: str = "person at risk"
    raise_it: str = "Raise a professional disagreement"


class Clock(Data):
    """How this protocol counts; hours are always real hours."""

    anchor: Anchor = Anchor.CONCERN_AROSE
    days: DayKind = DayKind.CALENDAR_DAYS
    first_day_number: Annotated[int, Field(ge=0, le=1)] = 1
    day_end: time = time(23, 59)
    indicative: bool = False
    warn_hours_before: tuple[Annotated[int, Field(gt=0, le=24 * 60)], ...] = (24,)
    tell_next_up_after_hours: Annotated[int, Field(ge=0, le=24 * 60)] = 0
    silence_days: Annotated[int, Field(ge=1, le=60)] = 5


class ImmediateRisk(Data):
    """Whether a person at immediate risk may enter at, or jump to, a later stage (C-10)."""

    may_enter_any_stage: bool = False
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


class Limit(Data):
    """One time limit of a stage.

    With unit hours ``number`` is a duration; with any day unit it is a day number under the clock's
    ``first_day_number`` ('Day 3'), or, with ``after: true``, a count of days after the anchor's day.
    """

    key: Key
    kind: LimitKind
    number: Annotated[int, Field(ge=0, le=1000)]
    unit: Unit
    after: bool = False
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
    by: Side = Side.RAISING
    gate: Gate = Gate.LEAVE
    why: str = ""


class NoticeSpec(Data):
    """Who besides the people on the dispute is told of an event."""

    on: Event
    role: Role
    of: Of
    why: str = ""


class Stage(Data):
    """One step of the protocol."""

    order: Annotated[int, Field(ge=1, le=8)]
    label: Text
    name: Text
    about: Text
    kind: Annotated[str, Field(pattern="^(informal|formal)$")] = "formal"
    single_agency: bool = False
    leads: Leads
    limits: tuple[Limit, ...] = ()
    duties: tuple[DutySpec, ...] = ()
    notices: tuple[NoticeSpec, ...] = ()
    feedback_to: tuple[Annotated[str, Field(pattern="^(originator|previous_leads)$")], ...] = ("originator",)
    participants_always: tuple[Annotated[str, Field(pattern="^(originator|responder)$")], ...] = ()
    triggers: tuple[Choice, ...] = ()
    advice_from: tuple[LeadRole, ...] = ()
    suggested_meetings: tuple[str, ...] = ()
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
    """A body to which a matter may go on, before or after the last word (B-39, C-25, C-28, A-22)."""

    code: Key
    body: Text
    when: Text
    by_role: Role
    always: bool = False


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
    debrief: str = ""


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
    populations: tuple[Annotated[str, Field(pattern="^(adult|child)$")], ...]
    terminology: Terminology = Terminology()
    principles: tuple[Text, ...] = ()
    subjects: tuple[Choice, ...]
    grounds: Annotated[tuple[Ground, ...], Field(min_length=1)]
    categories: Annotated[tuple[Choice, ...], Field(min_length=1)]
    out_of_scope: tuple[ScopeQuestion, ...] = ()
    earlier_forum: str = ""
    clock: Clock = Clock()
    immediate_risk: ImmediateRisk = ImmediateRisk()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=8)]
    final_authority: FinalAuthority
    onward_routes: tuple[OnwardRoute, ...] = ()
    board_address: str = ""
    board_form: tuple[BoardFormField, ...] = ()
    closure: Closure = Closure()
    reporting: str = ""

    @model_validator(mode="after")
    def _stages_are_numbered_from_one(self) -> Self:
        orders = [stage.order for stage in self.stages]
        if orders != list(range(1, len(orders) + 1)):
            raise ValueError(f"stages must be numbered 1, 2, 3 … in order; found {orders}")
        return self

    def stage(self, order: int) -> Stage:
        """The stage with this order; LookupError when the protocol has no such stage."""
        if not 1 <= order <= len(self.stages):
            raise LookupError(f"this protocol has no stage {order}")
        return self.stages[order - 1]

    @property
    def last_stage(self) -> Stage:
        """The stage with the last word."""
        return self.stages[-1]

    @property
    def has_limits(self) -> bool:
        """Whether any stage has a limit; without one nothing is ever overdue (F31)."""
        return any(stage.limits for stage in self.stages)
