"""Working a stage: each verb asks its questions on a page of its own and writes one thing down."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from cases.errors import Refused
from cases.http import ActingRequest, acted_at
from cases.templatetags.dates import local_date
from escalation import leads, permissions
from escalation.actions import debriefs, feedback, positions, safety, talks
from escalation.forms import work as forms
from escalation.models import Discussion, Dispute, Position
from escalation.protocol import Side
from escalation.transitions import MOVED_ON
from escalation.verbs import may
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_to_read
from escalation.views.own_record import own_record_text


@require_http_methods(["GET", "POST"])
def record_discussion(request: ActingRequest, reference: str) -> HttpResponse:
    """An attempt to reach somebody, a talk, advice or a meeting."""
    dispute = dispute_to_read(request, reference)
    kind = request.GET.get("kind", "")
    known = {"kind": kind} if kind in Discussion.Kind.values else {}
    form = forms.DiscussionForm(request.POST or None, initial=known)
    question = Question(
        "record_discussion", "What did you do to settle it?", "Save", "It is recorded.",
        hint="An attempt counts too, also when nobody answered.", template="escalation/work/discussion.html",
    )  # fmt: skip
    agency = leads.stands_for(dispute, request.acting)
    advisers = leads.advisers(dispute, agency, on=local_date(acted_at())) if agency else []
    return ask(
        request, dispute, question, form,
        lambda: talks.log_discussion(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("record_discussion", dispute, request.acting), advisers=advisers,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def state_position(request: ActingRequest, reference: str) -> HttpResponse:
    """The agency's position, which is the reply when the agency was asked."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    where = permissions.standing(dispute, acting)
    own = dispute.positions.filter(stage=dispute.stage, agency=where.agency_id).select_related("recorded_by__user").first()
    is_asked = where.side is not Side.RAISING
    seen = f"{dispute.stage}.{own.updates if own else -1}"
    known = {"stance": own.stance, "text": own.text, "role_and_remit": own.role_and_remit} if own else {}
    form = forms.PositionForm(request.POST or None, initial=known | {"seen": seen}, is_asked=is_asked)
    heading = "Your agency’s reply" if is_asked else "Your agency’s position"
    question = Question(
        "state_position", heading, "Send the reply" if is_asked else "Save the position",
        "Your agency’s reply is recorded and told." if is_asked else "Your agency’s position is recorded.",
        hint="Everybody on this can read it. Your agency can change it until this stage ends.", back="dispute_positions",
        template="escalation/work/position.html",
    )  # fmt: skip
    others = [row for row in dispute.positions.all() if row.stage == dispute.stage and row.agency_id != where.agency_id]
    return ask(
        request, dispute, question, form, lambda: _state(request, dispute, form),
        is_theirs=may("state_position", dispute, acting), others=others, own=own, seen_now=seen,
    )  # fmt: skip


def _state(request: ActingRequest, dispute: Dispute, form: forms.PositionForm) -> Position:
    """Write the position, refused when the stage ended or a colleague wrote since the page was opened."""
    said = form.cleaned_data
    stage, _, updates = said["seen"].partition(".")
    if stage != str(dispute.stage):
        raise Refused(MOVED_ON, code="stale")
    count = int(updates) if updates.lstrip("-").isdecimal() else -1
    return positions.state_position(
        dispute=dispute, stance=said.get("stance", ""), text=said["text"], role_and_remit=said["role_and_remit"],
        seen_updates=count, by=request.acting, now=acted_at(),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def record_review(request: ActingRequest, reference: str) -> HttpResponse:
    """A manager agrees or disagrees, with reasons."""
    dispute = dispute_to_read(request, reference)
    form = forms.ReviewForm(request.POST or None)
    question = Question(
        "record_review", "Your review as a manager", "Record the review", "Your review is recorded.",
        hint="You were not part of the decision. Read the positions first, then say what you hold and why.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: positions.review(
            dispute=dispute, by=request.acting, now=acted_at(),
            **form.cleaned_data | {"agrees": form.cleaned_data["agrees"] == "yes"},
        ),
        is_theirs=may("record_review", dispute, request.acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def confirm_safety(request: ActingRequest, reference: str) -> HttpResponse:
    """Whether the person is safe now."""
    dispute = dispute_to_read(request, reference)
    form = forms.SafetyForm(request.POST or None)
    question = Question(
        "confirm_safety", "Is the person safe now?", "Save", "It is recorded whether the person is safe.",
        hint="If someone is in danger now, call 999 first. If the answer is no, everybody on this is told at once.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: safety.confirm_safety(dispute=dispute, safety=form.safety, by=request.acting, now=acted_at()),
        is_theirs=may("confirm_safety", dispute, request.acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def record_voice(request: ActingRequest, reference: str) -> HttpResponse:
    """What the person wants, asked again at this stage."""
    dispute = dispute_to_read(request, reference)
    last = dispute.voices.order_by("-pk").first()
    known: dict[str, Any] = {"desired_outcomes": dispute.case.wanted}
    if last is not None and permissions.may_read_stage(dispute, request.acting, last.stage):
        known |= {"own_view": last.own_view, "told": last.told, "advocate": last.advocate}
    form = forms.VoiceForm(request.POST or None, initial=known)
    question = Question(
        "record_voice", "Is this still what the person wants?", "Save", "What the person wants is recorded.",
        hint="What is known already is filled in. Change what has changed.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: safety.record_voice(dispute=dispute, voice=form.voice, by=request.acting, now=acted_at()),
        is_theirs=may("record_voice", dispute, request.acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def attest_own_record(request: ActingRequest, reference: str) -> HttpResponse:
    """That the stage is recorded in the agency's own system, with a text to copy there (F15)."""
    dispute = dispute_to_read(request, reference)
    known = {"recorded_on": local_date(acted_at())}
    form = forms.OwnRecordForm(request.POST or None, initial=known)
    question = Question(
        "attest_own_record", "Recorded in your own system", "Save", "It is recorded that your agency has it in its own system.",
        hint="Copy the text below into your own case record, then say where it is.",
        template="escalation/work/own_record.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: talks.attest_own_record(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("attest_own_record", dispute, request.acting),
        text=own_record_text(dispute, request.acting, now=acted_at()),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def attest_exhaustion(request: ActingRequest, reference: str) -> HttpResponse:
    """That everything at this level was tried, with what was recorded of it."""
    dispute = dispute_to_read(request, reference)
    form = forms.ExhaustionForm(request.POST or None)
    question = Question(
        "attest_exhaustion", "Has everything at this level been tried?", "Save", "Your statement is recorded.",
        template="escalation/work/exhaustion.html",
    )  # fmt: skip
    tried = dispute.discussions.filter(stage=dispute.stage).select_related("recorded_by__user", "recorded_by__agency")
    readable = permissions.may_read_stage(dispute, request.acting, dispute.stage)
    return ask(
        request, dispute, question, form,
        lambda: talks.attest_exhaustion(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("attest_exhaustion", dispute, request.acting),
        tried=list(tried.order_by("-happened_at")) if readable else [],
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def notify_intention(request: ActingRequest, reference: str) -> HttpResponse:
    """Word to the other side that it is to go further."""
    dispute = dispute_to_read(request, reference)
    form = forms.IntentionForm(request.POST or None)
    question = Question(
        "notify_intention", "Tell the other side that it is to go further", "Tell them", "The other side is told.",
        hint="This does not move it. It gives the other side the chance to answer first.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: talks.notify_intention(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("notify_intention", dispute, request.acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def give_feedback(request: ActingRequest, reference: str) -> HttpResponse:
    """Word to those who carried the concern here, also when nothing was done."""
    dispute = dispute_to_read(request, reference)
    form = forms.FeedbackForm(request.POST or None)
    question = Question(
        "give_feedback", "Tell those who raised it what was done", "Send the feedback",
        "They are told, and see it on their page.",
        template="escalation/work/feedback.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: feedback.give_feedback(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("give_feedback", dispute, request.acting),
        recipients=[who.described for who in feedback.feedback_recipients(dispute, but=request.acting)],
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def offer_debrief(request: ActingRequest, reference: str) -> HttpResponse:
    """A debrief for one's own people, or for whoever has the last word."""
    dispute = dispute_to_read(request, reference)
    groups = debriefs.debrief_groups(dispute, request.acting)
    form = forms.DebriefForm(request.POST or None, initial={"whom": next(iter(groups))}, groups=groups)
    question = Question(
        "offer_debrief", "Offer a debrief", "Offer it", "They are told.",
        hint="Those to whom you offer it are told. What is said there is not recorded here.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: debriefs.offer_debrief(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("offer_debrief", dispute, request.acting),
    )  # fmt: skip
