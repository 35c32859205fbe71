"""Agreements, the last word, each agency's written answer, and what is left to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases.errors import Refused
from cases.http import NOT_FOUND, ActingRequest, acted_at, page_of, refused, visible_or_404
from cases.models import Appointment
from cases.reads import opened
from decisions import permissions
from decisions.actions import afterwards, outcomes
from decisions.forms.outcomes import ConcurForm, ConfirmForm, DoneForm, IssueForm, OnwardForm, OutcomePage, ResultForm
from decisions.models import OnwardItem, Outcome, OutstandingIssue
from decisions.views.overview import open_routes, outcome_line
from decisions.views.showing import show, told, typed_before
from decisions.voices import voices_of
from escalation import duties
from escalation.models import Dispute
from escalation.permissions import may_read, standing
from escalation.protocol import AuthorityKind
from escalation.queues import shared
from escalation.views.acts import Needed, needed_for
from escalation.views.asking import Question, ask, not_now
from escalation.views.frame import dispute_to_read

Asks = dict[str, tuple[str, str, str]]
AGREEMENT: Asks = {
    "text": ("What was agreed?", "Who does what, from when. Each agency is asked to confirm these words", "Say what was agreed"),
    "reasons": ("Why does this resolve the concern?", "What changed, and why the person is safe with it",
                "Say why this resolves the concern"),
}  # fmt: skip
AGREEMENT_ON_A_THEME: Asks = AGREEMENT | {
    "reasons": ("Why does this resolve the concern?", "What changed, and how both sides will see that it works",
                "Say why this resolves the concern"),
}  # fmt: skip
LAST_WORDS = {
    AuthorityKind.RECOMMENDATION: ("What do you recommend?", "Say what you recommend"),
    AuthorityKind.DETERMINATION: ("What do you determine?", "Say what you determine"),
    AuthorityKind.AGREEMENT: ("What do you propose that the agencies agree?", "Say what you propose that they agree"),
    AuthorityKind.MEDIATION: ("What was settled in the mediation?", "Say what was settled in the mediation"),
    AuthorityKind.NONE: ("What was settled?", "Say what was settled"),
}
REASONS = ("What are the reasons?", "The facts, what both sides said, and what weighed most. Everybody on this reads them",
           "Give the reasons, so that everybody concerned can follow them")  # fmt: skip


def owners(dispute: Dispute) -> list[Appointment]:
    """Who can pursue something left open: people of the agencies who are on it."""
    return [row.appointment for row in dispute.participants.all() if row.appointment.agency_id]


@require_http_methods(["GET", "POST"])
def record_agreement(request: ActingRequest, reference: str) -> HttpResponse:
    """What the agencies agreed, why, and what stays open."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    question = Question(
        "record_agreement", "Record an agreement", "Record it", "The agreement is recorded. Each agency is asked to confirm it."
    )
    if request.method == "GET" and not permissions.may_agree_now(dispute, acting):
        return not_now(request, dispute, question)
    shut = needed_for(duties.closed_gates(dispute, "agree"), dispute, acting)

    def act(page: OutcomePage) -> object:
        said = page.form.cleaned_data
        return outcomes.record_agreement(
            dispute=dispute, text=said["text"], reasons=said["reasons"], issues=page.new_issues, seen=said["seen"],
            by=acting, now=acted_at(),
        )  # fmt: skip

    asks = AGREEMENT_ON_A_THEME if dispute.rules.is_thematic else AGREEMENT
    return _write_outcome(request, dispute, question, asks, act, shut=shut)


@require_http_methods(["GET", "POST"])
def give_outcome(request: ActingRequest, reference: str) -> HttpResponse:
    """The last word, of the kind that the protocol gives it; where several must speak it is a proposal first."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    final = dispute.rules.final_authority
    speaks_alone = not voices_of(dispute, None)
    button = "Give the last word" if speaks_alone else "Propose these words"
    done = "It is recorded. Each agency is asked to confirm it." if speaks_alone else "It counts once everybody has spoken."
    question = Question("give_outcome", final.title, button, done, hint=final.text)
    if request.method == "GET" and not permissions.may_give_last_word(dispute, acting):
        return not_now(request, dispute, question)
    reader = "everybody concerned" if dispute.rules.is_thematic else "the person"
    hint = f"Who should do what, by when. Plain enough for {reader} to follow"
    asked, wrong = LAST_WORDS[final.kind]
    asks: Asks = {"text": (asked, hint, wrong), "reasons": REASONS}
    proposed = outcomes.standing_outcome(dispute)

    def act(page: OutcomePage) -> object:
        said = page.form.cleaned_data
        return outcomes.give_last_word(
            dispute=dispute, text=said["text"], reasons=said["reasons"], issues=page.new_issues, seen=said["seen"],
            instead_of=said["instead_of"], by=acting, now=acted_at(),
        )  # fmt: skip

    return _write_outcome(request, dispute, question, asks, act, proposed=proposed)


def _write_outcome(
    request: ActingRequest, dispute: Dispute, question: Question, asks: Asks, act: Callable[[OutcomePage], object], *,
    shut: tuple[Needed, ...] = (), proposed: Outcome | None = None,
) -> HttpResponse:  # fmt: skip
    """Show the outcome's form with its rows of open issues, or do the act and go to the tab."""
    status, more = 200, dict[str, Any]()
    kept = typed_before(request)
    page = OutcomePage(
        request.POST or None, asks=asks, people=owners(dispute), kept=kept, seen=dispute.token,
        instead_of=proposed.pk if proposed else None,
    )  # fmt: skip
    if request.method == "POST" and page.is_valid():
        try:
            act(page)
        except Refused as error:
            status, more = told(request, dispute, page.form, error)
            if "moved" in more:
                dispute, standing = more["moved"], outcomes.standing_outcome(dispute)
                page.form.show_again(dispute.token, instead_of=standing.pk if standing else None)
                proposed = standing
        else:
            messages.success(request, question.done)
            return redirect("dispute_decisions", dispute.reference)
    line = outcome_line(proposed, dispute, request.acting, acted_at()) if proposed and not proposed.effective_at else None
    return show(
        request, dispute, "outcome_form", question=question, page=page, shut=shut, line=line, status=status,
        changed=more.get("changed"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def concur(request: ActingRequest, reference: str) -> HttpResponse:
    """Agree to the words that another of those who speak together proposed."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    proposed = outcomes.standing_outcome(dispute)
    if proposed is None:
        raise Http404(NOT_FOUND)
    form = ConcurForm(request.POST or None, initial={"seen": dispute.token, "outcome": proposed.pk})
    question = Question(
        "concur", "Agree to the words proposed", "Agree to these words", "Your agreement is recorded.",
        back="dispute_decisions", template="decisions/answer.html",
    )  # fmt: skip
    line = outcome_line(proposed, dispute, acting, acted_at())
    return ask(
        request, dispute, question, form,
        lambda: outcomes.concur(
            dispute=dispute, outcome=_read(dispute, form.cleaned_data["outcome"]), comment=form.cleaned_data["comment"],
            seen=form.cleaned_data["seen"], by=acting, now=acted_at(),
        ),
        is_theirs=line["may_concur"], line=line,
    )  # fmt: skip


def _read(dispute: Dispute, pk: int) -> Outcome:
    """The proposal that the person read before they agreed to it."""
    found: Outcome | None = dispute.outcomes.filter(pk=pk).first()
    if found is None:
        raise Refused(outcomes.READ_FIRST, code="stale")
    return found


@require_http_methods(["GET", "POST"])
def confirm_outcome(request: ActingRequest, reference: str) -> HttpResponse:
    """One agency's written answer."""
    dispute, acting = dispute_to_read(request, reference), request.acting
    outcome = outcomes.standing_outcome(dispute)
    if outcome is None:
        raise Http404(NOT_FOUND)
    is_last = outcome.source == Outcome.Source.LAST_WORD
    if_not = (
        "Your reasons are recorded as your agency’s answer" if is_last
        else "Nothing is settled then: it goes back to where it stood, with your reasons"
    )  # fmt: skip
    form = ConfirmForm(request.POST or None, initial={"seen": dispute.token}, if_not=if_not)
    question = Question(
        "confirm_outcome", "Answer for your agency in writing", "Send the answer", "Your agency’s answer is recorded.",
        back="dispute_decisions", template="decisions/answer.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: outcomes.confirm_outcome(
            dispute=dispute, accepts=form.cleaned_data["accepts"] == "yes", text=form.cleaned_data["text"],
            seen=form.cleaned_data["seen"], by=acting, now=acted_at(),
        ),
        is_theirs=permissions.may_confirm_now(dispute, acting),
        line=outcome_line(outcome, dispute, acting, acted_at()),
        shut=needed_for(duties.closed_to_confirm(dispute, standing(dispute, acting).agency_id), dispute, acting),
    )  # fmt: skip


# --- what is left to do --------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def add_issue(request: ActingRequest, reference: str) -> HttpResponse:
    """Something that the outcome leaves open."""
    dispute = dispute_to_read(request, reference)
    form = IssueForm(request.POST or None, people=owners(dispute), is_needed=True)
    question = Question(
        "add_issue", "What is still open?", "Add it", "It is added, and its owner is told.", back="dispute_decisions",
        template="decisions/plain.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: afterwards.add_issue(dispute=dispute, issue=form.issue, by=request.acting, now=acted_at()),
        is_theirs=permissions.may_confirm_now(dispute, request.acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def complete_issue(request: ActingRequest, reference: str, pk: int) -> HttpResponse:
    """Say that something left open is done, and how."""
    dispute = dispute_to_read(request, reference)
    rows = OutstandingIssue.objects.select_related("owner__user", "outcome")
    found = visible_or_404(rows, request.acting, outcome__dispute=dispute, pk=pk)
    form = DoneForm(request.POST or None)
    question = Question(
        "complete_issue", "An outstanding issue is done", "Save", "It is recorded as done.", hint=found.what,
        back="dispute_decisions", template="decisions/plain.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: afterwards.complete_issue(issue=found, note=form.cleaned_data["note"], by=request.acting, now=acted_at()),
        is_theirs=permissions.may_complete_issue(found, request.acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def add_onward(request: ActingRequest, reference: str) -> HttpResponse:
    """On to a further body that the protocol names."""
    dispute = dispute_to_read(request, reference)
    routes = open_routes(dispute, request.acting)
    named = [one for one in dispute.rules.onward_routes if not one.takes] if request.method == "POST" else routes
    form = OnwardForm(request.POST or None, routes=named)
    question = Question(
        "add_onward", "Take it on to a further body", "Put it on the list", "It is on the body’s list.",
        back="dispute_decisions", template="decisions/plain.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: afterwards.add_onward_item(dispute=dispute, by=request.acting, now=acted_at(), **form.cleaned_data),
        is_theirs=bool(routes),
    )  # fmt: skip


@require_safe
def onward(request: ActingRequest) -> HttpResponse:
    """Everything on the lists of further bodies, for those who take it there and report back."""
    rows = OnwardItem.objects.visible_to(request.acting).select_related("created_by")
    page = page_of(rows.prefetch_related(Prefetch("dispute", Dispute.objects.with_page_data())), request)
    shared(item.dispute for item in page.rows)
    for item in page.rows:
        if may_read(item.dispute, request.acting):
            opened(request, item.dispute.case)
    lines = [
        {
            "item": item,
            "may_record": permissions.may_record_result(item, request.acting),
            "may_read": may_read(item.dispute, request.acting),
        }
        for item in page.rows
    ]
    return render(request, "decisions/onward.html", {"page": page, "lines": lines})


@require_http_methods(["GET", "POST"])
def onward_result(request: ActingRequest, pk: int) -> HttpResponse:
    """When the body meets, and what came of it."""
    rows = OnwardItem.objects.select_related("dispute__protocol", "dispute__partnership")
    item, status = visible_or_404(rows, request.acting, pk=pk), 200
    if may_read(item.dispute, request.acting):
        opened(request, item.dispute.case)
    form = ResultForm(request.POST or None, initial={"meeting_on": item.meeting_on})
    if request.method == "POST" and form.is_valid():
        try:
            afterwards.record_onward_result(item=item, by=request.acting, now=acted_at(), **form.cleaned_data)
        except Refused as error:
            status = refused(request, form, error)
        else:
            messages.success(request, "It is recorded.")
            return redirect("onward")
    elif not permissions.may_record_result(item, request.acting):
        raise Http404(NOT_FOUND)
    context = {"item": item, "form": form, "may_read": may_read(item.dispute, request.acting)}
    return render(request, "decisions/onward_result.html", context, status=status)
