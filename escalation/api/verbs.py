"""What people do while they work a stage, over JSON; each endpoint is one act and answers the dispute as it then stands."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import acted_at
from escalation.actions import agreed, feedback, people, positions, safety, talks
from escalation.actions.debriefs import offer_debrief
from escalation.api import taking
from escalation.api.finding import dispute_to_read, endpoint, given_to, person_named, whole
from escalation.api.showing import DisputeSerializer, whole_of
from escalation.models import Dispute


def as_it_stands(dispute: Dispute, request: ActingApiRequest) -> Response:
    """The answer to an act: the dispute after it."""
    return Response(whole_of(whole().get(pk=dispute.pk), request.acting, now=acted_at()))


@extend_schema(request=taking.DiscussionSerializer, responses=DisputeSerializer, summary="Record a discussion")
@endpoint("POST")
def discussions(request: ActingApiRequest, reference: str) -> Response:
    """An attempt, a talk, advice or a meeting."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.DiscussionSerializer)
    talks.log_discussion(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.PositionSerializer, responses=DisputeSerializer, summary="State a position, or reply")
@endpoint("POST")
def state_position(request: ActingApiRequest, reference: str) -> Response:
    """Your agency's position at this stage; from those who are asked it is the reply."""
    dispute = dispute_to_read(request, reference)
    given = {"stance": ""} | given_to(request, taking.PositionSerializer)
    positions.state_position(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.ReviewSerializer, responses=DisputeSerializer, summary="Review as a manager")
@endpoint("POST")
def reviews(request: ActingApiRequest, reference: str) -> Response:
    """A manager agrees or disagrees with the concern, with reasons."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.ReviewSerializer)
    positions.review(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.SafetySerializer, responses=DisputeSerializer, summary="Say whether the person is safe")
@endpoint("POST")
def confirm_safety(request: ActingApiRequest, reference: str) -> Response:
    """Whether the person is safe now, and how that is known."""
    dispute = dispute_to_read(request, reference)
    given = safety.Safety(**given_to(request, taking.SafetySerializer))
    safety.confirm_safety(dispute=dispute, safety=given, by=request.acting, now=acted_at())
    return as_it_stands(dispute, request)


@extend_schema(request=taking.VoiceSerializer, responses=DisputeSerializer, summary="Record what the person wants")
@endpoint("POST")
def voice(request: ActingApiRequest, reference: str) -> Response:
    """What the person wants, and whether they know that professionals disagree."""
    dispute = dispute_to_read(request, reference)
    given = safety.Voice(**given_to(request, taking.VoiceSerializer))
    safety.record_voice(dispute=dispute, voice=given, by=request.acting, now=acted_at())
    return as_it_stands(dispute, request)


@extend_schema(request=taking.OwnRecordSerializer, responses=DisputeSerializer, summary="Attest your own record")
@endpoint("POST")
def own_records(request: ActingApiRequest, reference: str) -> Response:
    """The stage is recorded in your agency's own system."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.OwnRecordSerializer)
    talks.attest_own_record(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.StatementSerializer, responses=DisputeSerializer, summary="State that everything was tried")
@endpoint("POST")
def exhaustion(request: ActingApiRequest, reference: str) -> Response:
    """Everything possible at this level was tried."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.StatementSerializer)
    talks.attest_exhaustion(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.TextSerializer, responses=DisputeSerializer, summary="Tell the other side beforehand")
@endpoint("POST")
def intentions(request: ActingApiRequest, reference: str) -> Response:
    """The other side hears that it is to go further, before it does."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.TextSerializer)
    talks.notify_intention(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.FeedbackSerializer, responses=DisputeSerializer, summary="Give feedback")
@endpoint("POST")
def give_feedback(request: ActingApiRequest, reference: str) -> Response:
    """Those who carried the concern here hear what was done, also when it was nothing."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.FeedbackSerializer)
    feedback.give_feedback(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.DebriefSerializer, responses=DisputeSerializer, summary="Offer a debrief")
@endpoint("POST")
def debriefs(request: ActingApiRequest, reference: str) -> Response:
    """Your agency's people are offered one, or whoever has the last word, or from there everybody."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.DebriefSerializer)
    offer_debrief(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.NewActionSerializer, responses=DisputeSerializer, summary="Add an action")
@endpoint("POST")
def actions(request: ActingApiRequest, reference: str) -> Response:
    """Something to be done, by somebody on the dispute, by a day."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.NewActionSerializer)
    given["owner"] = person_named(given["owner"], request, "owner")
    agreed.add_action(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.BringInSerializer, responses=DisputeSerializer, summary="Bring a colleague in")
@endpoint("POST")
def bring_in(request: ActingApiRequest, reference: str) -> Response:
    """A colleague of your own agency joins the dispute."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.BringInSerializer)
    who = person_named(given["who"], request, "who")
    people.bring_in(dispute=dispute, who=who, reason=given["reason"], by=request.acting, now=acted_at())
    return as_it_stands(dispute, request)
