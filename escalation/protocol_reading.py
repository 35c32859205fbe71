"""A protocol in plain words: who leads a stage, what it owes, by when, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.roles import Role
from escalation.deadlines import ANCHOR_WORDS, LONDON, anchor_words, day_kind
from escalation.protocol import (
    Clock,
    DayKind,
    DutyKind,
    DutySpec,
    Event,
    Gate,
    LeadMode,
    LeadRole,
    Limit,
    LimitKind,
    NoticeSpec,
    Of,
    OnMissed,
    OnwardRoute,
    Protocol,
    Side,
    Stage,
    Track,
    Unit,
)

ASKS = {
    DutyKind.ATTEMPT_LOGGED: "Record at least one attempt or discussion",
    DutyKind.DISCUSSION_HELD: "Record a discussion between the agencies",
    DutyKind.POSITION_STATED: "State the agency's position in writing",
    DutyKind.MANAGER_REVIEWED: "A manager reviews it: agrees or disagrees, with reasons",
    DutyKind.REVIEW_AGREES: "A manager or safeguarding lead of the raising agency agrees that it goes further",
    DutyKind.AGREED_BY: "Somebody in the role that you name agrees that it is necessary",
    DutyKind.SAFETY_CONFIRMED: "Confirm whether the person is safe",
    DutyKind.OUTCOMES_RECONFIRMED: "Ask again what the person wants",
    DutyKind.OWN_RECORD_ATTESTED: "Record it in the agency's own system and give the reference",
    DutyKind.INTENTION_NOTIFIED: "Tell the other side that it is to go further",
    DutyKind.EXHAUSTION_ATTESTED: "State that everything possible at this level has been tried",
    DutyKind.FEEDBACK_GIVEN: "Tell the person who raised it what was done",
    DutyKind.ADVICE_SOUGHT: "Seek advice from the designated lead",
    DutyKind.DEBRIEF_OFFERED: "Offer a debrief to those involved",
    DutyKind.INTERIM_PLAN: "Agree an interim protection plan, or say why none is needed",
    DutyKind.LEARNING_RECORDED: "Write down what was learned, or that there is nothing new",
}
SIDES = {
    Side.RAISING: "the agency that raised it",
    Side.RESPONDING: "the other agency",
    Side.EACH: "each agency",
    Side.AUTHORITY: "whoever has the last word",
}
GATES = {
    Gate.ENTER: "before this stage can open",
    Gate.ESCALATE: "before it can go further",
    Gate.RESOLVE: "before an agreement ends it",
    Gate.LEAVE: "before this stage can end",
}
AGENCIES = {
    Of.RAISING: "of the agency that raised it",
    Of.RESPONDING: "of the other agency",
    Of.EACH: "of each agency",
    Of.COMMISSIONER: "of the body that commissions the agency",
    Of.BOARD: "of the board",
}
WHEN = {
    Event.RAISED: "when it is raised",
    Event.STAGE_OPENED: "when this stage opens",
    Event.STAGE_SKIPPED: "when stages are skipped for an immediate risk",
    Event.ACKNOWLEDGED: "when the other side says that it has it",
    Event.REPLIED: "when there is a reply",
    Event.ESCALATED: "when it goes further",
    Event.LIMIT_NEAR: "when a limit is near",
    Event.LIMIT_MISSED: "when a limit has passed",
    Event.AGREED: "when it is agreed",
    Event.REFERRED: "when it is referred",
    Event.OUTCOME: "when the outcome is known",
    Event.CONTESTED: "when an agency does not confirm",
    Event.WITHDRAWN: "when it is withdrawn",
    Event.CLOSED: "when it is closed",
    Event.FEEDBACK: "when feedback is given",
    Event.SAFETY_CHANGED: "when the person is no longer safe",
    Event.DATE_CHANGED: "when the date of a limit moves",
    Event.DATE_CHANGED: "when the date of a limit moves",
}
LENDERS = {"commissioner": "the body that commissions it", "council": "the council"}
BY_THEN = {
    LimitKind.START: "started",
    LimitKind.ACKNOWLEDGE: "acknowledged",
    LimitKind.DISCUSS: "talked or met",
    LimitKind.RESPOND: "answered",
    LimitKind.CONCLUDE: "concluded",
    LimitKind.WRITTEN_OUTCOME: "result in writing",
}
TAKEN = {"learning": "what was learned", "policy_issue": "policy issues"}
ANCHORS_AWAITED = {anchor.value: words for anchor, words in ANCHOR_WORDS.items()}
COURSES = {
    "by_clock": "The clock opens {stage} by itself",
    "on_silence": "Silence: whoever raised it may take it to {stage} alone",
    "taken_further": "Not agreed: taken to {stage}",
    "jumped": "Immediate risk: straight to {stage}",
    "agreed": "Agreed; each agency is asked to confirm it in writing",
    "last_word": "The last word is given; each agency is asked to confirm it in writing",
    "unended": "Nothing moves it on: it stays here until somebody acts",
}


@dataclass(frozen=True)
class Told:
    """One stage in plain words."""

    stage: Stage
    leads: str
    limits: list[str]
    duties: list[str]
    told: list[str]
    stays: str = ""
    advice: str = ""


def timetable_of(rules: Protocol) -> dict[str, Any]:
    """What the page of a protocol shows: each of its tracks, or its one way, as a timetable."""
    return {"rules": rules, "ways": [_way(track, of_track) for track, of_track in rules.ways]}


def _way(track: Track | None, rules: Protocol) -> dict[str, Any]:
    """One way through: its stages, how days are counted, and where a matter may go from there."""
    return {
        "track": track,
        "rules": rules,
        "stages": [told_of(stage) for stage in rules.stages],
        "days": days_in_words(rules),
        "told": [notice_in_words(notice) for notice in rules.notices],
        "routes": [(route.body, route_in_words(route), Role(route.by_role).title) for route in rules.onward_routes],
    }


def told_of(stage: Stage) -> Told:
    """A stage as somebody would explain it."""
    return Told(
        stage=stage,
        leads=leads_in_words(stage),
        limits=[limit.label for limit in stage.limits],
        duties=[duty_in_words(spec) for spec in stage.duties],
        told=[notice_in_words(notice) for notice in stage.notices],
        stays=stays_in_words(stage),
        advice=roles_in_words(stage.advice_from),
    )


def roles_in_words(roles: Sequence[LeadRole], joint: bool = False) -> str:
    """'line manager or safeguarding lead'; the protocol's own label goes before the role's name."""
    words = [lead.label or Role(lead.role).title for lead in roles]
    return (" and " if joint else " or ").join(words)


def leads_in_words(stage: Stage) -> str:
    """Who leads the stage, and for whom."""
    together = stage.leads.joint or stage.leads.mode is LeadMode.ALL_OF
    roles = roles_in_words(stage.leads.roles, together)
    if stage.leads.of_partnership:
        return f"The {roles}, for the whole partnership"
    if stage.single_agency:
        return f"The {roles} of the agency that raised it; the other agency does not see this stage{borrowed_in_words(stage)}"
    passed = "; passed over where an agency has no such level" if stage.optional else ""
    return f"The {roles} of each agency{borrowed_in_words(stage)}{passed}"


def borrowed_in_words(stage: Stage) -> str:
    """Whose lead stands in for an agency that has none."""
    lenders = [LENDERS[lender] for lender in stage.leads.borrowed_from]
    return f"; for one that has none, that of {' or else '.join(lenders)}" if lenders else ""


def stays_in_words(stage: Stage) -> str:
    """Who of the beginning is included in the discussions, whoever leads."""
    named = {"originator": "whoever raised it", "responder": "whoever received it"}
    return " and ".join(named[name] for name in stage.participants_always)


def ask_of(kind: str, role: str | None) -> str:
    """What is to be done; of a duty that is bound to one role, by whom."""
    return f"The {Role(role).title} agrees, with reasons, that it is necessary" if role else ASKS[DutyKind(kind)]


def duty_in_words(spec: DutySpec) -> str:
    """What is owed, by whom, and what it bars until done."""
    bar = GATES.get(spec.gate, "")
    return f"{ask_of(spec.kind, spec.role)} ({SIDES[spec.by]}{', ' + bar if bar else ''})"


def notice_in_words(notice: NoticeSpec) -> str:
    """Who is told, of whom, and when."""
    urgent = ", at once and never in a digest" if notice.urgent else ""
    return f"{Role(notice.role).title.capitalize()} {AGENCIES[notice.of]}, {WHEN[notice.on]}{urgent}"


def route_in_words(route: OnwardRoute) -> str:
    """When a matter goes to a body; or what it takes without personal data, and who reads its list."""
    if not route.takes:
        return route.when
    taken = " and ".join(TAKEN[kind] for kind in route.takes)
    readers = " and ".join(Role(role).title for role in route.read_by)
    return f"{route.when}. It takes {taken} without personal data; its list is read by the {readers}"


def days_in_words(rules: Protocol) -> str:
    """How days are counted, where there is anything to count."""
    if not rules.has_limits:
        return ""
    kind = rules.clock.days.value.replace("_", " ")
    until = rules.clock.counted_until
    late = f" What comes after {until:%H:%M} counts as coming on the next {kind.removesuffix('s')}." if until else ""
    day = f"Day {rules.clock.first_day_number} is the day {ANCHOR_WORDS[rules.clock.anchor]}."
    whole = f" The whole of it: {rules.clock.total_limit.label}." if rules.clock.total_limit else ""
    return f"Days are {kind}. {day}{late}{whole}"


def limit_in_words(limit: Limit, clock: Clock) -> str:
    """What must have happened by when: 'concluded by Day 9 (calendar days, from the day the concern arose)'."""
    guide = clock.indicative if limit.indicative is None else limit.indicative
    more = ["a guide"] if guide else []
    more += ["or sooner if the professional sets a date"] if limit.or_sooner else []
    more += ["then the clock moves it on"] if limit.on_missed is OnMissed.ESCALATE else []
    return ", ".join([f"{BY_THEN[limit.kind]} {_rule(limit, clock)}", *more])


def _rule(limit: Limit, clock: Clock) -> str:
    anchor = anchor_words(limit, clock)
    if limit.unit is Unit.HOURS:
        return f"within {_some(limit.number, 'hour')} after {anchor}"
    if limit.unit is Unit.WORKING_DAY_HOURS:
        return f"within {_some(limit.number, 'hour')} of working days after {anchor}"
    until = f"{limit.by_time:%H:%M} on the last of " if limit.by_time else ""
    kind = "working day" if day_kind(limit, clock) is DayKind.WORKING_DAYS else "calendar day"
    if limit.after:
        within = f"by {until}" if until else "within "
        return f"{within}{_some(limit.number, kind)} after the day {anchor}"
    at = f"{limit.by_time:%H:%M} on " if limit.by_time else ""
    return f"by {at}Day {limit.number} ({kind}s, from the day {anchor})"


def _some(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def moment_in_words(at: datetime) -> str:
    """'Thu 2 April 2026, 10:00' in London time."""
    local = at.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%B %Y}, {local:%H:%M}"
