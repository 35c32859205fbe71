"""Who is on a dispute, what they agreed to do, and who has looked."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from cases.http import NOT_FOUND, ActingRequest, acted_at, page_of
from cases.models import Appointment, AuditEvent, SafeAddressShown
from cases.templatetags.dates import local_date
from escalation import covering, permissions
from escalation.actions import agreed
from escalation.actions.outside import readings_of
from escalation.actions.people import bring_in as bring_colleague_in
from escalation.actions.raiser import hides_title
from escalation.actions.support import may_ask_support
from escalation.forms.work import ActionForm, BringInForm, DoneForm
from escalation.giving_out import readable as readable_evidence
from escalation.models import Action, Dispute
from escalation.protocol import Side
from escalation.reading import recorded
from escalation.verbs import may
from escalation.views.asking import Question, ask
from escalation.views.debriefs import debriefs_of
from escalation.views.frame import dispute_frame, dispute_to_read, dispute_to_see
from escalation.views.grants import access_of
from escalation.views.meetings import readable_meetings
from escalation.views.refused import refused_attempts
from escalation.views.support import supports_of

SIDES = ((Side.RAISING, "Raised it"), (Side.RESPONDING, "Asked to answer"), (Side.AUTHORITY, "Has the last word"))


@require_safe
def people(request: ActingRequest, reference: str) -> HttpResponse:
    """Everybody on it, by side, with the stage from which they are."""
    dispute = dispute_to_read(request, reference)
    rows = list(dispute.participants.all())
    context = dispute_frame(dispute, request.acting, acted_at(), "dispute_people")
    context |= {
        "supports": supports_of(dispute, request.acting), "may_ask_support": may_ask_support(dispute, request.acting),
        "hides_title": hides_title(dispute, request.acting),
    }  # fmt: skip
    debriefs = debriefs_of(dispute, request.acting)
    sides = [
        {
            "heading": words,
            "people": [(row, debriefs.get(row.pk), _away(dispute, row.appointment)) for row in rows if row.side == side],
        }
        for side, words in SIDES
    ]
    context |= {"sides": [side for side in sides if side["people"]], "may_bring_in": may("bring_in", dispute, request.acting)}
    return render(request, "escalation/dispute_people.html", context)


def _away(dispute: Dispute, who: Appointment) -> str:
    """Who stands in for somebody who is away now, and until when."""
    away = covering.away_in(dispute)
    return covering.in_words(away, who) if who.pk in away.of else ""


@require_http_methods(["GET", "POST"])
def bring_in(request: ActingRequest, reference: str) -> HttpResponse:
    """Put a colleague of one's own agency on it."""
    dispute, now, acting = dispute_to_read(request, reference), acted_at(), request.acting
    on_it, own = {row.appointment_id for row in dispute.participants.all()}, permissions.standing(dispute, acting).agency_id
    working_here = Appointment.objects.visible_to(acting).active_on(local_date(now)).filter(agency=own)
    if own is None:
        working_here = working_here.none()
    colleagues = list(working_here.exclude(pk__in=on_it).select_related("user", "agency", "partnership"))
    form = BringInForm(request.POST or None, people=colleagues)
    question = Question(
        "bring_in", "Bring a colleague in", "Bring them in", "They are on it now, and have been told.",
        hint="They can read everything that your agency can read here, and that is recorded when they do.",
        back="dispute_people",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: bring_colleague_in(
            dispute=dispute, who=_chosen(colleagues, form.cleaned_data["who"]), reason=form.cleaned_data["reason"],
            by=acting, now=acted_at(),
        ),
        is_theirs=may("bring_in", dispute, acting),
    )  # fmt: skip


def _chosen(offered: list[Appointment], pk: str) -> Appointment:
    return next(who for who in offered if str(who.pk) == pk)


@require_safe
def actions(request: ActingRequest, reference: str) -> HttpResponse:
    """What people agreed to do: what is open first, by date, then what is done."""
    dispute, now = dispute_to_read(request, reference), acted_at()
    context = dispute_frame(dispute, request.acting, now, "dispute_actions")
    rows = list(_readable_actions(dispute, request.acting))
    today = local_date(now)
    context |= {
        "open_actions": [
            {"row": row, "is_late": row.due_on < today, "may_complete": _may_complete(row, dispute, request.acting)}
            for row in sorted(rows, key=lambda row: (row.due_on, row.pk))
            if row.done_at is None
        ],
        "done_actions": [row for row in reversed(rows) if row.done_at is not None],
        "meetings": readable_meetings(dispute, request.acting),
        "may_add": may("add_action", dispute, request.acting),
    }
    return render(request, "escalation/dispute_actions.html", context)


def _readable_actions(dispute: Dispute, acting: Appointment) -> QuerySet[Action]:
    return recorded(dispute, acting, "actions").select_related(
        "owner__user", "owner__agency", "owner__partnership", "done_by__user", "done_by__agency", "done_by__partnership",
        "evidence",
    )


def _may_complete(row: Action, dispute: Dispute, acting: Appointment) -> bool:
    own = permissions.standing(dispute, acting).agency_id
    return row.owner_id == acting.seat_id or (row.agency_id == own and permissions.may_work(dispute, acting))


@require_http_methods(["GET", "POST"])
def add_action(request: ActingRequest, reference: str) -> HttpResponse:
    """Something that somebody on the dispute will do by a day."""
    dispute = dispute_to_read(request, reference)
    inside = dispute.rules_now.single_agency
    there = [
        row.appointment for row in dispute.participants.all() if not (inside and row.side == Side.RESPONDING)
    ]
    form = ActionForm(request.POST or None, people=there)
    question = Question(
        "add_action", "Add an action", "Add it", "The action is added, and its owner told.",
        hint="Something that somebody on this has agreed to do.", back="dispute_actions",
    )  # fmt: skip
    return ask(
        request, dispute, question, form, lambda: _add(request, dispute, form.cleaned_data, there),
        is_theirs=may("add_action", dispute, request.acting),
    )  # fmt: skip


def _add(request: ActingRequest, dispute: Dispute, said: dict[str, Any], there: list[Appointment]) -> Action:
    owner = _chosen(there, said["owner"])
    return agreed.add_action(
        dispute=dispute, what=said["what"], owner=owner, due_on=said["due_on"], by=request.acting, now=acted_at()
    )


@require_http_methods(["GET", "POST"])
def complete_action(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """An action is done, and how that can be seen."""
    dispute = dispute_to_read(request, reference)
    row = _readable_actions(dispute, request.acting).filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    files = [one for one in readable_evidence(dispute, request.acting) if agreed.can_show(dispute, row, one, request.acting)]
    form = DoneForm(request.POST or None, files=files)
    question = Question(
        "complete_action", "How was this done?", "It is done", "The action is done.", hint=row.what, back="dispute_actions"
    )
    return ask(
        request, dispute, question, form,
        lambda: agreed.complete_action(action=row, by=request.acting, now=acted_at(), **form.said),
        is_theirs=row.done_at is None and _may_complete(row, dispute, request.acting),
    )  # fmt: skip


@require_safe
def readers(request: ActingRequest, reference: str) -> HttpResponse:
    """Who has read about this case: all of it for leads, the board's office and auditors, one's own reads for others."""
    dispute, acting = dispute_to_see(request, reference), request.acting
    sees_all = permissions.may_see_all_readers(dispute, acting)
    if not (sees_all or permissions.may_read(dispute, acting)):
        raise Http404(NOT_FOUND)
    about_case = Q(action="case_read", object_type="cases.case", object_id=str(dispute.case_id))
    about_dispute = Q(action="dispute_read", object_type="escalation.dispute", object_id=str(dispute.pk))
    reads = AuditEvent.objects.filter(about_case | about_dispute).select_related(
        "appointment__user", "appointment__agency", "appointment__partnership"
    )
    if not sees_all:
        reads = reads.filter(user=request.user)
    shown = SafeAddressShown.objects.filter(case=dispute.case_id).select_related("by__user", "by__agency", "by__partnership")
    if not sees_all:
        shown = shown.filter(by__user=request.user)
    context = dispute_frame(dispute, acting, acted_at(), "dispute_readers") | {
        "shown": shown.order_by("-pk"), "hides_title": hides_title(dispute, acting),
        "page": page_of(reads, request, size=50), "sees_all": sees_all, "refused": refused_attempts(dispute, acting),
        "outside": readings_of(dispute, permissions.readable_stages(dispute, acting)) if sees_all else [],
        "access": access_of(dispute, acting) if sees_all else None,
    }  # fmt: skip
    return render(request, "escalation/dispute_readers.html", context)
