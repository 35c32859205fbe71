"""Pages that shut a case to others: restricting it, deciding and looking again, and what somebody says of themselves."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cases.errors import Refused
from cases.http import ActingRequest, acted_at, refused
from escalation.actions import interests, restrictions
from escalation.forms.restrictions import DecideForm, InterestForm, RestrictForm, ReviewForm
from escalation.models import Dispute
from escalation.verbs import may
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_to_read, dispute_to_see


@require_http_methods(["GET", "POST"])
def restrict(request: ActingRequest, reference: str) -> HttpResponse:
    """Who may know of it from now on; where the table wants a second person, somebody is asked."""
    dispute, acting = dispute_to_see(request, reference), request.acting
    offered = restrictions.may_be_named(dispute, acting, now=acted_at())
    form = RestrictForm(request.POST or None, offered=offered)
    is_asking = restrictions.takes_two(dispute, acting)
    question = Question(
        "restrict", "Restrict to named people", "Ask for it" if is_asking else "Restrict it",
        "It is asked for. Nothing is shut before somebody else says yes." if is_asking else "Only those named know of it now.",
        hint="Nobody else finds it then, not in lists, searches, numbers or notices. It is looked at again after 90 days."
        + (" A second person decides; until then nothing changes." if is_asking else ""),
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: restrictions.restrict(
            dispute=dispute, wanted=restrictions.Wanted(form.named, form.cleaned_data["reason"]), by=acting, now=acted_at()
        ),
        is_theirs=may("restrict", dispute, acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def decide(request: ActingRequest, reference: str) -> HttpResponse:
    """Yes or no to what somebody else asked."""
    dispute, acting = dispute_to_see(request, reference), request.acting
    form, row = DecideForm(request.POST or None), restrictions.open_restriction(dispute.case)
    is_theirs = may("decide_restriction", dispute, acting)
    shown = row if is_theirs else None
    named = shown.people.select_related("user", "agency", "partnership") if shown else ()
    question = Question(
        "decide_restriction", "Restrict to named people?", "Record your decision", "Your decision is recorded.",
        template="escalation/work/decide_restriction.html",
    )
    return ask(
        request, dispute, question, form,
        lambda: restrictions.decide(
            dispute=dispute, agrees=form.cleaned_data["agrees"] == "yes", why=form.cleaned_data["why"], by=acting, now=acted_at()
        ),
        is_theirs=is_theirs, restriction=shown, named=named,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def review(request: ActingRequest, reference: str) -> HttpResponse:
    """Whether it stays restricted, and to whom."""
    dispute, acting = dispute_to_see(request, reference), request.acting
    offered = restrictions.may_be_named(dispute, acting, now=acted_at())
    form = ReviewForm(request.POST or None, offered=offered, initial={"people": [str(pk) for pk in dispute.case.named or ()]})
    question = Question(
        "review_restriction", "Look again at the restriction", "Save", "It is recorded.",
        hint="Lift it as soon as its reason is gone. Otherwise it is looked at again after another 90 days.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: restrictions.review(
            dispute=dispute, keeps=form.cleaned_data["keeps"] == "yes", people=form.named, why=form.cleaned_data["reason"],
            by=acting, now=acted_at(),
        ),
        is_theirs=may("review_restriction", dispute, acting),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def declare_interest(request: ActingRequest, reference: str) -> HttpResponse:
    """Whether one knows the person outside one's work; with a conflict nothing of it is shown any more."""
    dispute = dispute_to_read(request, reference)
    form = InterestForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.cleaned_data["has_conflict"] == "yes":
        return _stand_back(request, dispute, form)
    question = Question(
        "declare_interest", "Do you know this person?", "Save", "Thank you. It is recorded.",
        hint="Everybody is asked when they first open a case. Nobody is thought the worse of for saying yes.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: interests.declare(dispute=dispute, has_conflict=False, what="", by=request.acting, now=acted_at()),
        is_theirs=True,
    )  # fmt: skip


def _stand_back(request: ActingRequest, dispute: Dispute, form: InterestForm) -> HttpResponse:
    try:
        interests.declare(
            dispute=dispute, has_conflict=True, what=form.cleaned_data["what"], by=request.acting, now=acted_at()
        )
    except Refused as error:
        refused(request, form, error)
        question = Question("declare_interest", "Do you know this person?", "Save", "")
        return ask(request, dispute, question, form, lambda: None, is_theirs=True)
    messages.success(
        request,
        "Thank you. You see nothing of it any more, and somebody else takes your part. If it was a mistake, say so on the page "
        "of your account, under conflicts of interest.",
    )
    return redirect("home")
