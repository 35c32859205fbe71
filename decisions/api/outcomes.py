"""How a dispute ends, over JSON: agreement, referral, the last word, written confirmation, and what follows."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.errors import Refused
from cases.http import NOT_FOUND, acted_at
from decisions.actions import afterwards, outcomes, referrals
from decisions.actions.afterwards import NewIssue
from decisions.api import taking
from decisions.api.showing import ReferralShown
from decisions.models import Outcome, OutstandingIssue
from escalation.api.finding import dispute_to_read, endpoint, given_to, person_named
from escalation.api.showing import DisputeSerializer
from escalation.api.taking import NoteSerializer, lawful_in
from escalation.api.verbs import as_it_stands

NOTHING_BEGUN = "No referral has been begun. Begin one, look at what is filled in, then send it."


@extend_schema(request=taking.AgreementSerializer, responses=DisputeSerializer, summary="Record an agreement")
@endpoint("POST")
def agreement(request: ActingApiRequest, reference: str) -> Response:
    """What the agencies agreed; each is then asked to confirm it in writing."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.AgreementSerializer)
    given["issues"] = taking.issues_of(given.get("issues", []), request)
    outcomes.record_agreement(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(methods=["POST"], request=None, responses=ReferralShown, summary="Begin the referral")
@extend_schema(methods=["PUT"], request=taking.ReferralSerializer, responses=ReferralShown, summary="Write the referral")
@endpoint("POST", "PUT")
def referral(request: ActingApiRequest, reference: str) -> Response:
    """The board's form, prefilled from the record (POST; the same one if it was begun), and changed (PUT)."""
    dispute = dispute_to_read(request, reference)
    if request.method == "POST":
        begun = referrals.open_referral(dispute=dispute, by=request.acting, now=acted_at())
        return Response(ReferralShown(begun).data)
    live = referrals.live_referral(dispute)
    if live is None:
        raise Refused(NOTHING_BEGUN, code="stale")
    given = given_to(request, taking.ReferralSerializer)
    changed = referrals.edit_referral(referral=live, by=request.acting, now=acted_at(), **given)
    return Response(ReferralShown(changed).data)


@extend_schema(request=taking.SendReferralSerializer, responses=DisputeSerializer, summary="Send the referral")
@endpoint("POST")
def submit_referral(request: ActingApiRequest, reference: str) -> Response:
    """To whoever has the last word; what is required and missing is named."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.SendReferralSerializer)
    lawful = lawful_in(given)
    live = referrals.live_referral(dispute)
    if live is None:
        raise Refused(NOTHING_BEGUN, code="stale")
    referrals.submit_referral(referral=live, by=request.acting, now=acted_at(), lawful=lawful, **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.ReturnSerializer, responses=DisputeSerializer, summary="Hand the referral back")
@endpoint("POST")
def return_referral(request: ActingApiRequest, reference: str) -> Response:
    """Back for more, with what is missing."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.ReturnSerializer)
    referrals.return_referral(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.LastWordSerializer, responses=DisputeSerializer, summary="Give the last word")
@endpoint("POST")
def outcome(request: ActingApiRequest, reference: str) -> Response:
    """By the kind the protocol gives it; where several must speak, it is proposed until all have."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.LastWordSerializer)
    given["issues"] = taking.issues_of(given.get("issues", []), request)
    outcomes.give_last_word(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.ConcurSerializer, responses=DisputeSerializer, summary="Join in the words proposed")
@endpoint("POST")
def concur(request: ActingApiRequest, reference: str) -> Response:
    """With the last of those who must speak, the last word is given."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.ConcurSerializer)
    proposed: Outcome | None = dispute.outcomes.filter(pk=given.pop("outcome")).first()
    if proposed is None:
        raise Refused("There is no proposal with this id on this dispute.", field="outcome")
    outcomes.concur(dispute=dispute, outcome=proposed, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.ConfirmSerializer, responses=DisputeSerializer, summary="Confirm the outcome in writing")
@endpoint("POST")
def confirm(request: ActingApiRequest, reference: str) -> Response:
    """Your agency's written answer; the last one ends the dispute."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.ConfirmSerializer)
    outcomes.confirm_outcome(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.IssueSerializer, responses=DisputeSerializer, summary="Add what stays open")
@endpoint("POST")
def issues(request: ActingApiRequest, reference: str) -> Response:
    """Something the outcome leaves open, with owner and date."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.IssueSerializer)
    issue = NewIssue(given["what"], person_named(given["owner"], request, "owner"), given["due_on"])
    afterwards.add_issue(dispute=dispute, issue=issue, by=request.acting, now=acted_at())
    return as_it_stands(dispute, request)


@extend_schema(request=NoteSerializer, responses=DisputeSerializer, summary="Say that an open issue is done")
@endpoint("POST")
def complete_issue(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Done, and how that can be seen; also once the dispute is closed."""
    dispute = dispute_to_read(request, reference)
    rows = OutstandingIssue.objects.select_related("outcome__dispute").filter(outcome__dispute=dispute, pk=pk)
    for issue in rows:
        given = given_to(request, NoteSerializer)
        afterwards.complete_issue(issue=issue, by=request.acting, now=acted_at(), **given)
        return as_it_stands(dispute, request)
    raise Http404(NOT_FOUND)


@extend_schema(request=taking.OnwardSerializer, responses=DisputeSerializer, summary="Take it on to a further body")
@endpoint("POST")
def onward(request: ActingApiRequest, reference: str) -> Response:
    """To a body that the protocol names, by the role it names for that."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.OnwardSerializer)
    afterwards.add_onward_item(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)
