"""Pages of meetings: propose, one meeting with its minutes, hold, call off, and the entry for a diary."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cases.http import NOT_FOUND, ActingRequest, acted_at
from cases.models import Appointment
from escalation.actions import meetings
from escalation.forms.meetings import CallOffForm, MeetingForm, MinutesForm
from escalation.models import Dispute, Meeting
from escalation.reading import recorded
from escalation.verbs import works_for_agency
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_frame, dispute_to_read


def readable_meetings(dispute: Dispute, acting: Appointment) -> list[Meeting]:
    """The meetings of the stages that somebody may read and those they are invited to, the latest first."""
    rows = recorded(dispute, acting, "meetings").prefetch_related("invitations__who__user")
    return list(rows.order_by("-starts_at", "-pk"))


def _meeting(request: ActingRequest, dispute: Dispute, pk: int) -> Meeting:
    rows = recorded(dispute, request.acting, "meetings").select_related(
        "agency", "recorded_by__user", "recorded_by__agency", "minuted_by__user", "minuted_by__agency"
    )
    found: Meeting | None = rows.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404(NOT_FOUND)
    found.dispute = dispute
    return found


@require_http_methods(["GET", "POST"])
def propose_meeting(request: ActingRequest, reference: str) -> HttpResponse:
    """A meeting to come, and who is invited."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    people = [who for who in meetings.may_be_invited(dispute) if who.pk != acting.seat_id]
    form = MeetingForm(request.POST or None, kinds=meetings.kinds_of(dispute), people=people)
    question = Question(
        "propose_meeting", "Propose a meeting", "Invite them", "The meeting is proposed, and those invited are told.",
        hint="The notice that goes out by e-mail names nobody. The page of the meeting has an entry for the diary.",
        back="dispute_actions",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: meetings.propose_meeting(
            dispute=dispute, proposed=form.proposed, by=acting, now=acted_at(),
            invited=[who for who in people if str(who.pk) in form.cleaned_data["invited"]],
        ),
        is_theirs=works_for_agency(dispute, acting),
    )  # fmt: skip


@require_safe
def meeting(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """One meeting: when, where, who, and its minutes."""
    dispute = dispute_to_read(request, reference)
    row = _meeting(request, dispute, pk)
    guests = row.invitations.select_related("who__user", "who__agency", "who__partnership")
    context = dispute_frame(dispute, request.acting, acted_at(), "dispute_actions")
    context |= {
        "meeting": row, "guests": guests, "may_work": row.is_ahead and works_for_agency(dispute, request.acting)
    }
    return render(request, "escalation/work/meeting.html", context)


@require_http_methods(["GET", "POST"])
def hold_meeting(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """The minutes of a meeting that has been held."""
    dispute = dispute_to_read(request, reference)
    row = _meeting(request, dispute, pk)
    people = [one.who for one in row.invitations.select_related("who__user", "who__agency", "who__partnership")]
    form = MinutesForm(request.POST or None, initial={"held_at": row.starts_at}, people=people)
    question = Question(
        "hold_meeting", "Minutes of the meeting", "Save the minutes", "The minutes are recorded.",
        hint=f"{row.kind}: {row.aim}", back="dispute_actions",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: meetings.hold_meeting(
            meeting=row, minutes=form.minutes, attended=[int(one) for one in form.cleaned_data["attended"]],
            by=request.acting, now=acted_at(),
        ),
        is_theirs=row.is_ahead and works_for_agency(dispute, request.acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def call_off(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """A meeting that does not take place."""
    dispute = dispute_to_read(request, reference)
    row = _meeting(request, dispute, pk)
    form = CallOffForm(request.POST or None)
    question = Question(
        "call_off", "Call the meeting off", "Call it off", "The meeting is called off, and those invited are told.",
        hint=f"{row.kind}: {row.aim}", back="dispute_actions", kind="warning",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: meetings.call_off(meeting=row, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=row.is_ahead and works_for_agency(dispute, request.acting),
    )  # fmt: skip


@require_safe
def diary(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """The entry for a diary; it says nothing about anybody."""
    row = _meeting(request, dispute_to_read(request, reference), pk)
    page = f"{settings.BASE_URL}{reverse('meeting', args=[reference, pk])}"
    text = meetings.diary_entry(row, address=page, host=urlsplit(settings.BASE_URL).hostname or "escalation")
    return HttpResponse(
        text, content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{reference}-meeting.ics"'},
    )  # fmt: skip
