"""The closed vocabularies of a protocol file: every word a setting may take, and what it means."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """Whose duty or limit something is."""

    RAISING = "raising"
    RESPONDING = "responding"
    EACH = "each"
    AUTHORITY = "authority"


class Unit(StrEnum):
    """What a limit counts; ``days`` means whatever the protocol's clock says days are."""

    HOURS = "hours"
    WORKING_DAY_HOURS = "working_day_hours"
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
    DISCUSS = "discuss"
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
    AGREED_BY = "agreed_by"
    SAFETY_CONFIRMED = "safety_confirmed"
    OUTCOMES_RECONFIRMED = "outcomes_reconfirmed"
    OWN_RECORD_ATTESTED = "own_record_attested"
    INTENTION_NOTIFIED = "intention_notified"
    EXHAUSTION_ATTESTED = "exhaustion_attested"
    FEEDBACK_GIVEN = "feedback_given"
    ADVICE_SOUGHT = "advice_sought"
    DEBRIEF_OFFERED = "debrief_offered"
    INTERIM_PLAN = "interim_plan"
    LEARNING_RECORDED = "learning_recorded"


class Gate(StrEnum):
    """Which way a duty bars until done: into its own stage, on to the next, to an agreed end, both, or neither."""

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
    ACKNOWLEDGED = "acknowledged"
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
    DATE_CHANGED = "date_changed"


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
