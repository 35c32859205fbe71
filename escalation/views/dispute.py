"""The summary of a dispute: what we disagree about, what is still owed, all dates, and word for me."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.http import ActingRequest, acted_at
from cases.models import Appointment
from cases.templatetags.dates import by_when, due_words, local_date, long_date
from escalation import permissions
from escalation.actions.feedback import mark_feedback_read
from escalation.actions.links import may_reopen
from escalation.actions.raiser import protection_of
from escalation.duties import ask_of, owner_words
from escalation.models import Deadline, Dispute, Duty, Feedback, FeedbackReceipt, IntentionNotice, PersonVoice
from escalation.protocol import Side
from escalation.views.acts import way_to_do
from escalation.views.advice import advice_of
from escalation.views.frame import dispute_frame, dispute_to_see
from escalation.views.links import links_of
from escalation.views.plans import plans_of


@require_safe
def summary(request: ActingRequest, reference: str) -> HttpResponse:
    """The first page of a dispute; somebody who may not read content sees where it stands and why no more."""
    dispute, now = dispute_to_see(request, reference), acted_at()
    context = dispute_frame(dispute, request.acting, now, "dispute")
    if not context["here"]["may_read"]:
        return render(request, "escalation/dispute_known.html", _known(dispute, request.acting) | context)
    readable, heard_of = context["here"]["readable_stages"], context["here"]["heard_stages"]
    context |= {
        "about": about(dispute),
        "track": dispute.protocol.track_label(dispute.track),
        "name_is_kept": protection_of(dispute) is not None,
        "voice": latest_voice(dispute, readable),
        "links": linked(dispute, request.acting),
        "may_reopen": may_reopen(dispute, request.acting, now=now),
        "advice": advice_of(dispute, request.acting, readable),
        "plans": plans_of(dispute, request.acting, local_date(now)),
        "owed": owed_now(dispute, request.acting, readable),
        "carried": carried(dispute, request.acting, readable),
        "dates": dates_of(dispute, heard_of),
        "feedback": feedback_for(dispute, request.acting, heard_of),
        "given": feedback_by(dispute, request.acting, heard_of),
        "intentions": intentions(dispute, readable),
        "sees_case": dispute.case.members.filter(appointment=request.acting.seat_id).exists(),
    }
    if any(receipt.read_at is None for receipt in context["feedback"]):
        mark_feedback_read(dispute=dispute, by=request.acting, now=now)
    return render(request, "escalation/dispute.html", context)


def _known(dispute: Dispute, acting: Appointment) -> dict[str, Any]:
    """What somebody sees who only knows of it, or whose access has ended."""
    return {"dates": dates_of(dispute, None), "is_over": dispute.is_over_for(acting)}


def about(dispute: Dispute) -> dict[str, str]:
    """The protocol's words for the kind of dispute, its ground and its category."""
    rules = dispute.rules
    chosen = {"subject": rules.subjects, "ground": rules.grounds, "category": rules.categories}
    return {
        name: next((choice.label for choice in choices if choice.code == getattr(dispute, name)), "")
        for name, choices in chosen.items()
    }


def latest_voice(dispute: Dispute, readable: Sequence[int]) -> PersonVoice | None:
    """What the person wants, as last asked (F73)."""
    voices = dispute.voices.filter(stage__in=readable).select_related("recorded_by__user", "recorded_by__agency")
    return voices.order_by("-pk").first()


def owed_now(dispute: Dispute, acting: Appointment, readable: Sequence[int]) -> list[dict[str, Any]]:
    """The duties of the present stage, done and owed, with their owners."""
    if dispute.stage not in readable:
        return []
    rows = [row for row in dispute.duties.all() if row.stage == dispute.stage]
    return [duty_line(row, dispute, acting) for row in rows]


def carried(dispute: Dispute, acting: Appointment, readable: Sequence[int]) -> list[dict[str, Any]]:
    """Duties of earlier stages that are owed still."""
    rows = [row for row in dispute.duties.all() if row.stage < dispute.stage and row.is_owed and row.stage in readable]
    label = dispute.rules.terminology.stage
    return [
        duty_line(row, dispute, acting)
        | {"owner": f"{owner_words(row)}, from {label} {row.stage}, owed since {long_date(row.opened_at)}"}
        for row in rows
    ]


def duty_line(row: Duty, dispute: Dispute, acting: Appointment) -> dict[str, Any]:
    """One duty for the checklist."""
    due = _due_of(row, dispute.deadlines.all())
    return {
        "text": ask_of(row.kind, row.role),
        "is_done": not row.is_owed,
        "owner": "you" if row.is_owed and (url := way_to_do(row, dispute, acting)) else owner_words(row),
        "due": due if row.is_owed else f"done {long_date(row.done_at)}",
        "url": url if row.is_owed else "",
    }


def _due_of(row: Duty, deadlines: Iterable[Deadline]) -> str:
    """By when it is owed: the limit of its side at its stage, where the protocol sets one."""
    dates = [
        limit.due_at
        for limit in deadlines
        if limit.stage == row.stage and limit.is_open and limit.kind != "start" and limit.owner in (row.side, Side.EACH)
    ]
    return by_when(min(dates)) if dates else ""


def dates_of(dispute: Dispute, readable: Sequence[int] | None) -> list[dict[str, Any]]:
    """Every limit so far with its date, met or missed; those of a stage inside another agency are left out."""
    hidden = {stage.order for stage in dispute.rules.stages if stage.single_agency} - set(readable or ())
    return [_date_line(row, dispute) for row in dispute.deadlines.all() if row.stage not in hidden]


def _date_line(row: Deadline, dispute: Dispute) -> dict[str, Any]:
    notes = []
    if row.missed_at:
        notes.append("passed before it was met" if not row.is_indicative else "this guide date has passed")
    if row.met_at:
        notes.append(f"met {long_date(row.met_at)}")
    elif row.ended_at:
        notes.append("no longer awaited")
    stage = dispute.rules.stage(row.stage).label
    label = row.label if row.label.startswith(stage) else f"{stage}: {row.label}"
    return {"text": label, "at": f"by {due_words(row.due_at)}", "note": ", ".join(notes), "is_past": not row.is_open}


def feedback_for(dispute: Dispute, acting: Appointment, readable: Sequence[int]) -> list[FeedbackReceipt]:
    """What this person was told about what was done, the newest first."""
    mine = FeedbackReceipt.objects.filter(feedback__dispute=dispute, recipient=acting.seat_id, feedback__stage__in=readable)
    return list(mine.select_related("feedback__recorded_by__user", "feedback__recorded_by__agency").order_by("-pk"))


def linked(dispute: Dispute, acting: Appointment) -> list[dict[str, Any]]:
    """The disputes that belong to this one; of what is taken up again the first dates stay in sight (F25)."""
    found = links_of(dispute, acting)
    for link in found:
        if link["shows_dates"]:
            link["dates"] = dates_of(link["other"], permissions.heard_stages(link["other"], acting))
    return found


def feedback_by(dispute: Dispute, acting: Appointment, readable: Sequence[int]) -> list[Feedback]:
    """What this person told others, with who has read it, the newest first (F16)."""
    own = dispute.feedback.filter(recorded_by=acting, stage__in=readable)
    return list(
        own.prefetch_related(
            "receipts__recipient__user", "receipts__recipient__agency", "receipts__recipient__partnership"
        ).order_by("-pk")
    )


def intentions(dispute: Dispute, readable: Sequence[int]) -> list[IntentionNotice]:
    """Word that it was to go further, the newest first."""
    told = dispute.intentions.filter(stage__in=readable).select_related("recorded_by__user", "recorded_by__agency")
    return list(told.order_by("-pk"))
