"""A case tried through a version or a draft: stage by stage who is told, every date, what is owed, and how it moves on (F83)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.http import ActingRequest, visible_or_404
from cases.models import Agency
from escalation.actions.protocol_drafts import calendar_of
from escalation.forms.protocol_acts import ANSWERS, SimulateForm
from escalation.models import ProtocolDraft, ProtocolVersion
from escalation.protocol import Protocol
from escalation.protocol_directory import Names
from escalation.protocol_drafting import read
from escalation.protocol_reading import ANCHORS_AWAITED, COURSES, duty_in_words, leads_in_words, notice_in_words
from escalation.simulated import Dated, Simulated, Step
from escalation.simulation import simulate
from escalation.views.protocol_home import refuse_strangers


@dataclass(frozen=True)
class Line:
    """One stage of the simulated case, in words."""

    step: Step
    answer: str
    course: str
    leads: str
    names: str
    limits: list[dict[str, Any]]
    owed: list[str]
    told: list[tuple[Any, str, str]]


@require_safe
def of_version(request: ActingRequest, number: int) -> HttpResponse:
    """Try a version."""
    refuse_strangers(request.acting)
    found = visible_or_404(ProtocolVersion.objects.all(), request.acting, version=number)
    return _try(request, found.protocol, {"version": found})


@require_safe
def of_draft(request: ActingRequest, pk: UUID) -> HttpResponse:
    """Try a draft, once it can be read as a protocol."""
    refuse_strangers(request.acting)
    found = visible_or_404(ProtocolDraft.objects.open(), request.acting, pk=pk)
    protocol, _ = read(found.document)
    return _try(request, protocol, {"draft": found}) if protocol else redirect("protocol_draft", pk)


def _try(request: ActingRequest, whole: Protocol, about: dict[str, Any]) -> HttpResponse:
    tracks, track = whole.tracks, request.GET.get("track", "")
    if tracks and track not in {one.key for one in tracks}:
        track = tracks[0].key
    protocol = whole.track(track) if tracks else whole
    agencies = Agency.objects.visible_to(request.acting).select_related("commissioner")
    start = {f"stage{stage.order}": "silence" for stage in protocol.stages} | {"concern": timezone.localtime()}
    answers = request.GET if set(request.GET) - {"track"} else None
    form = SimulateForm(answers, initial=start, agencies=agencies, protocol=protocol)
    context = about | {"form": form, "protocol": protocol, "tracks": tracks, "track": track}
    if form.is_valid():
        data = form.cleaned_data
        names = Names(request.acting.partnership, data["raising"], data["responding"], on=timezone.localdate())
        course = simulate(
            protocol, calendar_of(request.acting.partnership, protocol),
            concern_arose_at=data["concern"], raised_at=data["raised"],
            answers=form.answers(), decision_received_at=data["concern"], flat=names.without(protocol),
        )  # fmt: skip
        context |= {"course": course, "lines": [_line(course, step, names) for step in course.steps]}
    return render(request, "escalation/protocol/simulate.html", context)


def _line(course: Simulated, step: Step, names: Names) -> Line:
    after = next((stage.label for stage in course.protocol.stages if stage.order == step.moves_to), "")
    return Line(
        step=step,
        answer=ANSWERS[step.answer],
        course=COURSES[step.course].format(stage=after),
        leads=leads_in_words(step.stage),
        names=", ".join(names.leads(step.stage)),
        limits=[_limit(course.protocol, step, one) for one in step.limits],
        owed=[duty_in_words(spec) for spec in step.owed],
        told=[
            (one.at, notice_in_words(one.notice), ", ".join(names.told(one.notice.role, one.notice.of)))
            for one in step.told
        ],
    )


def _limit(protocol: Protocol, step: Step, one: Dated) -> dict[str, Any]:
    other = protocol.stage(one.of_stage).label if one.of_stage != step.stage.order else ""
    state = "met" if one.met_at and not one.missed_at else "passed" if one.missed_at else "open"
    awaited = "" if one.due else ANCHORS_AWAITED.get(one.waits_for, "its event")
    return {"limit": one.limit, "of": other, "due": one.due, "state": state, "awaited": awaited,
            "explanation": one.due.explanation() if one.due else None}  # fmt: skip
