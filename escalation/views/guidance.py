"""Guidance: the partnership's protocol as a timetable that anybody can read, its principles, and one's own agency's route."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.http import ActingRequest
from cases.models import Agency
from cases.roles import Role
from escalation.deadlines import ANCHOR_WORDS
from escalation.duties import ASKS
from escalation.models import ProtocolVersion
from escalation.protocol import DutySpec, Event, Gate, NoticeSpec, Of, Protocol, Side, Stage
from escalation.turn import roles_in_words

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
}


@dataclass(frozen=True)
class Told:
    """One stage in plain words."""

    stage: Stage
    leads: str
    limits: list[str]
    duties: list[str]
    told: list[str]


@require_safe
def guidance(request: ActingRequest) -> HttpResponse:
    """What the protocol in force says; it is open to everybody who acts in the partnership."""
    acting = request.acting
    version = ProtocolVersion.objects.current_for(acting.partnership, on=timezone.localdate())
    own = Agency.objects.visible_to(acting).filter(pk=acting.agency_id).first() if acting.agency_id else None
    rules = version.protocol if version else None
    context = {
        "version": version,
        "rules": rules,
        "stages": [told_of(stage) for stage in rules.stages] if rules else [],
        "routes": [(route.body, route.when, Role(route.by_role).title) for route in rules.onward_routes]
        if rules
        else [],
        "days": _days(rules) if rules else "",
        "own": own,
    }
    return render(request, "escalation/guidance.html", context)


def told_of(stage: Stage) -> Told:
    """A stage as somebody would explain it."""
    return Told(
        stage=stage,
        leads=_leads(stage),
        limits=[limit.label for limit in stage.limits],
        duties=[_duty(spec) for spec in stage.duties],
        told=[_notice(notice) for notice in stage.notices],
    )


def _leads(stage: Stage) -> str:
    roles = roles_in_words(stage.leads.roles, stage.leads.joint)
    if stage.leads.of_partnership:
        return f"The {roles}, for the whole partnership"
    if stage.single_agency:
        return f"The {roles} of the agency that raised it; the other agency does not see this stage"
    return f"The {roles} of each agency"


def _duty(spec: DutySpec) -> str:
    bar = GATES.get(spec.gate, "")
    return f"{ASKS[spec.kind]} ({SIDES[spec.by]}{', ' + bar if bar else ''})"


def _notice(notice: NoticeSpec) -> str:
    return f"{Role(notice.role).title.capitalize()} {AGENCIES[notice.of]}, {WHEN[notice.on]}"


def _days(rules: Protocol) -> str:
    """How days are counted, where there is anything to count."""
    if not rules.has_limits:
        return ""
    kind = rules.clock.days.value.replace("_", " ")
    return f"Days are {kind}. Day {rules.clock.first_day_number} is the day {ANCHOR_WORDS[rules.clock.anchor]}."
