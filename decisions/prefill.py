"""What the record knows of a referral form's fields, as text: one function for each path a protocol may name (C-29 to C-37)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from cases.roles import Role
from escalation import leads
from escalation.deadlines import LONDON
from escalation.models import Discussion, Dispute, DisputeStage

STAGE_PATH = re.compile(r"^stage([1-8])\.(escalated_by|concluded_on)$")


def prefilled(dispute: Dispute, *, now: datetime) -> dict[str, str]:
    """Field code → text for the protocol's whole form; a field whose path the record cannot fill is empty."""
    return {field.code: _fill(dispute, field.prefill, now) for field in dispute.rules.board_form}


def _fill(dispute: Dispute, path: str, now: datetime) -> str:
    if of_stage := STAGE_PATH.match(path):
        filler = _escalated_by if of_stage[2] == "escalated_by" else _concluded_on
        return filler(dispute, int(of_stage[1]))
    if path == "board.members":
        return _board_members(dispute, now)
    return _PATHS[path](dispute) if path in _PATHS else ""


def _day(day: date | datetime) -> str:
    local = day.astimezone(LONDON) if isinstance(day, datetime) else day
    return f"{local.day} {local:%B %Y}"


def _date_of_birth(dispute: Dispute) -> str:
    born = dispute.case.person.date_of_birth if dispute.case.person else None
    return _day(born) if born else ""


def _escalated_by(dispute: Dispute, order: int) -> str:
    """Who took it from stage ``order`` to the one after it."""
    row = dispute.stages.filter(order=order + 1).select_related("opened_by__user", "skipped_by__user").first()
    if row is None:
        return ""
    who = row.opened_by or row.skipped_by
    if who is None:
        return "Nobody: the limit passed and the clock moved it on"
    return f"{who.described} (immediate risk: straight to a later stage)" if row.skipped_at else who.described


def _concluded_on(dispute: Dispute, order: int) -> str:
    row: DisputeStage | None = dispute.stages.filter(order=order).first()
    if row is None:
        return ""
    if row.skipped_at:
        return f"Skipped on {_day(row.skipped_at)} because of immediate risk"
    return _day(row.closed_at) if row.closed_at else ""


def _board_members(dispute: Dispute, now: datetime) -> str:
    on_it = dispute.participants.filter(appointment__role=Role.BOARD_REPRESENTATIVE).select_related(
        "appointment__user", "appointment__agency", "appointment__partnership"
    )
    found = [row.appointment for row in on_it]
    last, today = dispute.rules.last_stage, now.astimezone(LONDON).date()
    if last.leads.of_partnership:
        found += [who for lead in last.leads.roles for who in leads.board_holders(dispute.partnership_id, lead, on=today)[:1]]
    return "\n".join(dict.fromkeys(who.described for who in found))


def _summary(dispute: Dispute) -> str:
    parts = [
        ("What is seen" if dispute.rules.is_thematic else "What was decided or not done", dispute.decision_disputed),
        ("Where" if dispute.rules.is_thematic else "By whom", dispute.decided_by),
        ("What worries us", dispute.worry),
        ("Evidence", dispute.evidence),
        ("What would resolve it", dispute.proposed_resolution),
    ]
    return "\n\n".join(f"{heading}: {text}" for heading, text in parts if text)


def _methodology(dispute: Dispute) -> str:
    """What was done to settle it, stage by stage; of a stage inside one agency only that it took place (B-26)."""
    talks = list(dispute.discussions.order_by("happened_at", "pk").select_related("agency"))
    parts = []
    for row in dispute.stages.exclude(opened_at=None).order_by("order"):
        stage = dispute.rules.stage(row.order)
        if stage.is_referral:
            continue
        if stage.single_agency:
            lines = [f"Reviewed inside {dispute.raising_agency.short_name}."]
        else:
            lines = [_talk(talk) for talk in talks if talk.stage == row.order] or ["No attempt was recorded."]
        parts.append("\n".join([f"{stage.label} ({stage.name}), from {_day(row.opened_at)}:" if row.opened_at else "", *lines]))
    return "\n\n".join(parts)


def _talk(talk: Discussion) -> str:
    return f"{_day(talk.happened_at)}: {talk.get_mode_display().lower()}, with {talk.with_whom}. {talk.result}"


def _desired_outcomes(dispute: Dispute) -> str:
    voice = dispute.voices.order_by("-pk").first()
    return voice.desired_outcomes if voice else dispute.case.wanted


def _safety(dispute: Dispute) -> str:
    latest = dispute.safety_confirmations.order_by("-pk").select_related("recorded_by__user").first()
    if latest is None:
        return ""
    answer, who = latest.get_answer_display(), latest.recorded_by.described
    text = f"{answer}, confirmed on {_day(latest.recorded_at)} by {who}. {latest.how}"
    if not latest.measures or not latest.review_on:
        return text
    return f"{text}\nMeasures: {latest.measures} (owner: {latest.measures_owner}, review on {_day(latest.review_on)})"


def _positions(dispute: Dispute) -> str:
    """Each agency's latest position that the other agencies have seen."""
    seen = [stage.order for stage in dispute.rules.stages if not stage.single_agency]
    latest = {row.agency_id: row for row in dispute.positions.filter(stage__in=seen).select_related("agency")}
    parts = []
    for party in dispute.parties.select_related("agency"):
        row = latest.get(party.agency_id)
        said = f"{row.stance_words}. {row.text}" if row else "No position was stated."
        parts.append(f"{party.agency.short_name}: {said}")
    return "\n\n".join(parts)


def _ground(dispute: Dispute) -> str:
    return next((choice.label for choice in dispute.rules.grounds if choice.code == dispute.ground), "")


_PATHS: dict[str, Callable[[Dispute], str]] = {
    "person.name": lambda dispute: dispute.case.person.name if dispute.case.person else "",
    "person.date_of_birth": _date_of_birth,
    "person.address": lambda dispute: dispute.case.person.address if dispute.case.person else "",
    "dispute.theme": lambda dispute: dispute.case.theme,
    "dispute.summary": _summary,
    "dispute.methodology": _methodology,
    "dispute.desired_outcomes": _desired_outcomes,
    "dispute.safety": _safety,
    "dispute.positions": _positions,
    "dispute.ground": _ground,
}
