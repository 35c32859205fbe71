"""Every word that a setting of a protocol may take, as people say it."""

from __future__ import annotations

from enum import StrEnum

from cases.roles import TITLES, Nation, Role
from escalation.protocol import (
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
from escalation.protocol_reading import AGENCIES, ASKS, GATES, SIDES, WHEN

OPTIONS: dict[type[StrEnum], dict[str, str]] = {
    Role: {role.value: title.capitalize() for role, title in TITLES.items()},
    Nation: {"england-and-wales": "England and Wales", "scotland": "Scotland", "northern-ireland": "Northern Ireland"},
    Side: {side.value: words.capitalize() for side, words in SIDES.items()},
    Of: {of.value: f"The one {words}" for of, words in AGENCIES.items()},
    Event: {event.value: words.capitalize() for event, words in WHEN.items()},
    DutyKind: {kind.value: words for kind, words in ASKS.items()},
    Gate: {gate.value: f"It must be done {words}" for gate, words in GATES.items()} | {"none": "Nothing: it stays owed"},
    Unit: {
        "hours": "Hours, through nights, weekends and holidays",
        "working_day_hours": "Hours, leaving out weekends, bank holidays and closures",
        "days": "Days, as this protocol counts them",
        "calendar_days": "Calendar days", "working_days": "Working days",
    },
    DayKind: {"calendar_days": "Calendar days", "working_days": "Working days"},
    Anchor: {
        "concern_arose": "The concern arose", "dispute_raised": "The disagreement was raised",
        "decision_received": "The decision was received", "stage_opened": "The stage opened",
        "first_discussion": "The first discussion at this stage", "request_sent": "The request to the other side was sent",
        "previous_limit_due": "An earlier limit falls due", "previous_limit_met": "An earlier limit was met",
    },
    LimitKind: {
        "start": "The stage has started", "acknowledge": "The other side has taken note",
        "discuss": "The agencies have talked or met",
        "respond": "The other side has replied, or the referral is sent",
        "conclude": "The stage has ended, or the last word is given",
        "written_outcome": "The result is there in writing",
    },
    OnMissed: {
        "tell": "It is recorded, and those concerned are told", "escalate": "The same, and the clock moves the dispute up",
    },
    LeadMode: {
        "pair_per_agency": "Each agency has its own; of several roles any may act", "any_of": "One holder of one role is enough",
        "all_of": "A holder of every role takes part",
    },
    AuthorityKind: {
        "agreement": "What the representatives agree between them",
        "recommendation": "Advice: the agencies keep their decisions", "determination": "Binding",
        "mediation": "Help to agree: the agencies keep their decisions", "none": "The policy does not say",
    },
}  # fmt: skip
_WORDS = {
    "adult": "Adults", "child": "Children", "person": "A person at risk",
    "theme": "How agencies work together: a pattern or system concern, no person",
    "informal": "Informal", "formal": "Formal",
    "originator": "Whoever raised it", "responder": "Whoever received it", "previous_leads": "Those who led the stages before",
    "learning": "What was learned", "policy_issue": "Policy issues: a rule, threshold or guidance that is not clear",
    "commissioner": "The body that commissions the agency", "council": "The council of the partnership",
}  # fmt: skip


def option(kind: type[StrEnum] | None, value: str) -> str:
    """One of the words a setting may take, as people say it."""
    known = OPTIONS.get(kind, {}) if kind else _WORDS
    return known.get(value) or value.replace("_", " ").capitalize()
