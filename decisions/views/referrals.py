"""The referral for the last word: the board's form prefilled, checked, sent with a receipt, sent back for more."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cases.errors import Refused
from cases.http import ActingRequest, acted_at, refused
from decisions import permissions
from decisions.actions import referrals
from decisions.forms.outcomes import ReferralForm, ReturnForm
from decisions.models import Referral
from decisions.prefill import prefilled
from decisions.views.overview import referral_fields
from decisions.views.showing import show, typed_before
from escalation.forms.sharing import SendReferralForm
from escalation.models import Dispute
from escalation.views.asking import Question, ask
from escalation.views.frame import dispute_to_read


@require_http_methods(["GET", "POST"])
def referral(request: ActingRequest, reference: str) -> HttpResponse:
    """Write it, everything known being filled in; everybody else on it reads what was sent."""
    dispute = dispute_to_read(request, reference)
    if request.method == "GET" and not permissions.may_prepare_referral(dispute, request.acting):
        return _read_only(request, dispute)
    live, status = referrals.live_referral(dispute), 200
    kept = typed_before(request)
    answers = live.answers if live else prefilled(dispute, now=acted_at())
    seen = str(live.edits if live else 0)
    form = ReferralForm(
        request.POST or None, fields=dispute.rules.board_form, initial=answers | dict(kept) | {"seen": seen}
    )
    theirs: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, dispute, form)
        except Refused as error:
            status = refused(request, form, error)
            if error.code == "stale" and (now_there := referrals.live_referral(dispute)):
                theirs = referral_fields(now_there, dispute)
                form.show_again(str(now_there.edits))
        else:
            if "check" in request.POST:
                return redirect("submit_referral", reference)
            messages.success(request, "The referral is saved. Nobody is told until you send it.")
            return redirect("referral", reference)
    missing = [field.label for field in dispute.rules.board_form if field.required and not answers.get(field.code, "").strip()]
    return show(
        request, dispute, "referral_form", form=form, theirs=theirs, missing=missing, status=status, live=live,
        returned=_last_returned(dispute),
    )  # fmt: skip


def _save(request: ActingRequest, dispute: Dispute, form: ReferralForm) -> None:
    found = referrals.open_referral(dispute=dispute, by=request.acting, now=acted_at())
    seen = form.cleaned_data["seen"]
    referrals.edit_referral(
        referral=found, answers=form.answers, seen_edits=int(seen) if seen.isdecimal() else -1, by=request.acting, now=acted_at()
    )


def _last_returned(dispute: Dispute) -> Referral | None:
    returned = dispute.referrals.exclude(returned_at=None).select_related("returned_by__user", "returned_by__partnership")
    found: Referral | None = returned.order_by("-number").first()
    return found


def _read_only(request: ActingRequest, dispute: Dispute) -> HttpResponse:
    sent = permissions.readable_referrals(dispute, request.acting).exclude(submitted_at=None).select_related(
        "submitted_by__user", "submitted_by__agency", "submitted_by__partnership", "returned_by__user", "returned_by__agency",
        "returned_by__partnership",
    )  # fmt: skip
    packs = [{"referral": row, "fields": referral_fields(row, dispute)} for row in sent.order_by("-number")]
    may_return = permissions.may_give_last_word(dispute, request.acting)
    return show(request, dispute, "referral", packs=packs, may_return=may_return)


@require_http_methods(["GET", "POST"])
def submit_referral(request: ActingRequest, reference: str) -> HttpResponse:
    """Check the answers, then send it."""
    dispute = dispute_to_read(request, reference)
    live = referrals.live_referral(dispute)
    if live is None or live.submitted_at is not None:
        return redirect("referral", reference)
    form = SendReferralForm(request.POST or None, initial={"seen": dispute.token}, is_thematic=dispute.rules.is_thematic)
    question = Question(
        "submit_referral", "Check and send the referral", "Send the referral", f"Referral {live} is sent.",
        back="referral", template="decisions/referral_check.html",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: referrals.submit_referral(
            referral=live, by=request.acting, now=acted_at(), seen=form.cleaned_data["seen"], lawful=form.cleaned_data["lawful"]
        ),
        is_theirs=permissions.may_prepare_referral(dispute, request.acting), live=live,
        fields=referral_fields(live, dispute), missing=[field.label for field in referrals.missing_fields(live)],
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def return_referral(request: ActingRequest, reference: str) -> HttpResponse:
    """Hand it back, saying what is missing."""
    dispute = dispute_to_read(request, reference)
    form = ReturnForm(request.POST or None, initial={"seen": dispute.token})
    question = Question(
        "return_referral", "Send the referral back for more", "Send it back", "The referral went back.",
        back="dispute_decisions", kind="warning",
        hint="Those who wrote it are told what is missing. Their next one begins with what they wrote.",
    )  # fmt: skip
    return ask(
        request, dispute, question, form,
        lambda: referrals.return_referral(
            dispute=dispute, reason=form.cleaned_data["reason"], seen=form.cleaned_data["seen"], by=request.acting, now=acted_at()
        ),
        is_theirs=permissions.may_give_last_word(dispute, request.acting),
    )  # fmt: skip
