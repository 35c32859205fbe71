"""Working a stage: each verb asks its questions on a page of its own and writes one thing down."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from cases.clock import database_now
from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at
from cases.templatetags.dates import local_date
from escalation import leads, permissions
from escalation.actions import debriefs, drafts, feedback, positions, safety, talks
from escalation.forms import dates as date_forms
from escalation.forms import debriefs as debrief_forms
from escalation.forms import evidence as evidence_forms
from escalation.forms import links as link_forms
from escalation.forms import meetings as meeting_forms
from escalation.forms import moves as move_forms
from escalation.forms import plans as plan_forms
from escalation.forms import points as point_forms
from escalation.forms import support as support_forms
from escalation.forms import work as forms
from escalation.models import Discussion, Dispute, Position
from escalation.protocol import Side
from escalation.transitions import MOVED_ON
from escalation.verbs import may
from escalation.views.asking import Question, ask, draft_key, typed_before
from escalation.views.frame import dispute_to_read
from escalation.views.own_record import own_record_text

KEPT: dict[str, Any] = {
    "record_discussion": forms.DiscussionForm, "state_position": forms.PositionForm, "record_review": forms.ReviewForm,
    "confirm_safety": forms.SafetyForm, "record_voice": forms.VoiceForm, "attest_own_record": forms.OwnRecordForm,
    "attest_exhaustion": forms.ExhaustionForm, "notify_intention": forms.IntentionForm, "give_feedback": forms.FeedbackForm,
    "offer_debrief": forms.DebriefForm, "add_action": forms.ActionForm, "complete_action": forms.DoneForm,
    "bring_in": forms.BringInForm, "escalate": move_forms.EscalateForm, "jump": move_forms.JumpForm,
    "withdraw": move_forms.WithdrawForm, "add_point": point_forms.PointForm, "say_on_point": point_forms.ColumnForm,
    "propose_meeting": meeting_forms.MeetingForm, "hold_meeting": meeting_forms.MinutesForm,
    "call_off": meeting_forms.CallOffForm, "open_plan": plan_forms.PlanForm, "review_plan": plan_forms.PlanReviewForm,
    "answer_debrief": debrief_forms.DebriefAnswerForm, "ask_support": support_forms.SupportForm,
    "reopen": link_forms.ReopenForm, "link": link_forms.LinkForm, "date_extend": date_forms.ExtendForm,
    "date_sooner": date_forms.SoonerForm, "date_pause": date_forms.PauseForm, "date_resume": date_forms.ResumeForm,
    "date_answer": date_forms.AnswerForm, "add_evidence": evidence_forms.EvidenceForm,
    "withdraw_evidence": evidence_forms.WithdrawEvidenceForm,
}  # fmt: skip
OF_ONE_ROW = {
    "complete_action", "say_on_point", "hold_meeting", "call_off", "review_plan", "answer_debrief", "date_extend",
    "date_sooner", "date_pause", "date_resume", "date_answer", "withdraw_evidence",
}  # fmt: skip


@require_POST
def keep_typed(request: ActingRequest, reference: str, verb: str) -> HttpResponse:
    """Keep what is being typed into the form of a verb, so that it survives the end of the session (F51)."""
    dispute = dispute_to_read(request, reference)
    name, _, number = verb.partition("-")
    if name not in KEPT or (number and not number.isdigit()):
        raise Http404(NOT_FOUND)
    asked = set(KEPT[name].base_fields)
    data = {
        key[:60]: str(value).replace("\x00", "")[:20_000]
        for key, value in request.POST.items()
        if key in asked or key.rpartition("_")[0] in asked
    }
    drafts.keep_typed(user=request.user, form=draft_key(dispute, verb), data=data, now=database_now())
    return HttpResponse(status=204)


@require_POST
def throw_away(request: ActingRequest, reference: str, verb: str) -> HttpResponse:
    """Throw away what was typed and not sent, and start the form anew."""
    dispute = dispute_to_read(request, reference)
    if verb not in KEPT or verb in OF_ONE_ROW:
        raise Http404(NOT_FOUND)
    drafts.discard(user=request.user, form=draft_key(dispute, verb))
    return redirect(verb, reference)


@require_http_methods(["GET", "POST"])
def record_discussion(request: ActingRequest, reference: str) -> HttpResponse:
    """An attempt to reach somebody, a talk, advice or a meeting."""
    dispute = dispute_to_read(request, reference)
    kind = request.GET.get("kind", "")
    known = {"kind": kind} if kind in Discussion.Kind.values else {}
    before = typed_before(request, dispute, "record_discussion", forms.DiscussionForm)
    form = forms.DiscussionForm(request.POST or None, initial=known | before)
    question = Question(
        "record_discussion", "What did you do to settle it?", "Save", "It is recorded.",
        hint="An attempt counts too, also when nobody answered.", template="escalation/work/discussion.html",
    )  # fmt: skip
    agency = leads.stands_for(dispute, request.acting)
    advisers = leads.advisers(dispute, agency, on=local_date(acted_at())) if agency else []
    return ask(
        request, dispute, question, form,
        lambda: talks.log_discussion(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("record_discussion", dispute, request.acting), restored=before, advisers=advisers,
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
    before = typed_before(request, dispute, "state_position", forms.PositionForm)
    form = forms.PositionForm(request.POST or None, initial=known | before | {"seen": seen}, is_asked=is_asked)
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
        is_theirs=may("state_position", dispute, acting), restored=before, others=others, own=own, seen_now=seen,
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
    before = typed_before(request, dispute, "record_review", forms.ReviewForm)
    form = forms.ReviewForm(request.POST or None, initial=before)
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
        is_theirs=may("record_review", dispute, request.acting), restored=before,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def confirm_safety(request: ActingRequest, reference: str) -> HttpResponse:
    """Whether the person is safe now."""
    dispute = dispute_to_read(request, reference)
    before = typed_before(request, dispute, "confirm_safety", forms.SafetyForm)
    form = forms.SafetyForm(request.POST or None, initial=before)
    question = Question(
        "confirm_safety", "Is the person safe now?", "Save", "It is recorded whether the person is safe.",
        hint="If someone is in danger now, call 999 first. If the answer is no, everybody on this is told at once.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: safety.confirm_safety(dispute=dispute, safety=form.safety, by=request.acting, now=acted_at()),
        is_theirs=may("confirm_safety", dispute, request.acting), restored=before,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def record_voice(request: ActingRequest, reference: str) -> HttpResponse:
    """What the person wants, asked again at this stage."""
    dispute = dispute_to_read(request, reference)
    before = typed_before(request, dispute, "record_voice", forms.VoiceForm)
    last = dispute.voices.order_by("-pk").first()
    known: dict[str, Any] = {"desired_outcomes": dispute.case.wanted}
    if last is not None and permissions.may_read_stage(dispute, request.acting, last.stage):
        known |= {"own_view": last.own_view, "told": last.told, "advocate": last.advocate}
    form = forms.VoiceForm(request.POST or None, initial=known | before)
    question = Question(
        "record_voice", "Is this still what the person wants?", "Save", "What the person wants is recorded.",
        hint="What is known already is filled in. Change what has changed.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: safety.record_voice(dispute=dispute, voice=form.voice, by=request.acting, now=acted_at()),
        is_theirs=may("record_voice", dispute, request.acting), restored=before,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def attest_own_record(request: ActingRequest, reference: str) -> HttpResponse:
    """That the stage is recorded in the agency's own system, with a text to copy there (F15)."""
    dispute = dispute_to_read(request, reference)
    before = typed_before(request, dispute, "attest_own_record", forms.OwnRecordForm)
    known = {"recorded_on": local_date(acted_at())}
    form = forms.OwnRecordForm(request.POST or None, initial=known | before)
    question = Question(
        "attest_own_record", "Recorded in your own system", "Save", "It is recorded that your agency has it in its own system.",
        hint="Copy the text below into your own case record, then say where it is.",
        template="escalation/work/own_record.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: talks.attest_own_record(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("attest_own_record", dispute, request.acting), restored=before,
        text=own_record_text(dispute, request.acting, now=acted_at()),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def attest_exhaustion(request: ActingRequest, reference: str) -> HttpResponse:
    """That everything at this level was tried, with what was recorded of it."""
    dispute = dispute_to_read(request, reference)
    before = typed_before(request, dispute, "attest_exhaustion", forms.ExhaustionForm)
    form = forms.ExhaustionForm(request.POST or None, initial=before)
    question = Question(
        "attest_exhaustion", "Has everything at this level been tried?", "Save", "Your statement is recorded.",
        template="escalation/work/exhaustion.html",
    )  # fmt: skip
    tried = dispute.discussions.filter(stage=dispute.stage).select_related("recorded_by__user", "recorded_by__agency")
    readable = permissions.may_read_stage(dispute, request.acting, dispute.stage)
    return ask(
        request, dispute, question, form,
        lambda: talks.attest_exhaustion(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("attest_exhaustion", dispute, request.acting), restored=before,
        tried=list(tried.order_by("-happened_at")) if readable else [],
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def notify_intention(request: ActingRequest, reference: str) -> HttpResponse:
    """Word to the other side that it is to go further."""
    dispute = dispute_to_read(request, reference)
    before = typed_before(request, dispute, "notify_intention", forms.IntentionForm)
    form = forms.IntentionForm(request.POST or None, initial=before)
    question = Question(
        "notify_intention", "Tell the other side that it is to go further", "Tell them", "The other side is told.",
        hint="This does not move it. It gives the other side the chance to answer first.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: talks.notify_intention(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("notify_intention", dispute, request.acting), restored=before,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def give_feedback(request: ActingRequest, reference: str) -> HttpResponse:
    """Word to those who carried the concern here, also when nothing was done."""
    dispute = dispute_to_read(request, reference)
    before = typed_before(request, dispute, "give_feedback", forms.FeedbackForm)
    form = forms.FeedbackForm(request.POST or None, initial=before)
    question = Question(
        "give_feedback", "Tell those who raised it what was done", "Send the feedback",
        "They are told, and see it on their page.",
        template="escalation/work/feedback.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: feedback.give_feedback(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("give_feedback", dispute, request.acting), restored=before,
        recipients=[who.described for who in feedback.feedback_recipients(dispute, but=request.acting)],
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def offer_debrief(request: ActingRequest, reference: str) -> HttpResponse:
    """A debrief for one's own people, or for whoever has the last word."""
    dispute = dispute_to_read(request, reference)
    before = typed_before(request, dispute, "offer_debrief", forms.DebriefForm)
    groups = debriefs.debrief_groups(dispute, request.acting)
    form = forms.DebriefForm(request.POST or None, initial={"whom": next(iter(groups))} | before, groups=groups)
    question = Question(
        "offer_debrief", "Offer a debrief", "Offer it", "They are told.",
        hint="Those to whom you offer it are told. What is said there is not recorded here.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: debriefs.offer_debrief(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=may("offer_debrief", dispute, request.acting), restored=before,
    )  # fmt: skip
