"""Moves over JSON: an action done, a dispute taken further, straight up, or back."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from escalation.actions import agreed, moves
from escalation.api import taking
from escalation.api.finding import dispute_to_read, endpoint, given_to
from escalation.api.showing import DisputeSerializer
from escalation.api.verbs import as_it_stands
from escalation.giving_out import found_evidence
from escalation.reading import recorded


@extend_schema(request=taking.DoneSerializer, responses=DisputeSerializer, summary="Say that an action is done")
@endpoint("POST")
def complete_action(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """The action is done, and how that can be seen."""
    dispute = dispute_to_read(request, reference)
    action = recorded(dispute, request.acting, "actions").filter(pk=pk).first()
    if action is None:
        raise Http404(NOT_FOUND)
    given = given_to(request, taking.DoneSerializer)
    if (pk := given.pop("evidence", None)) is not None:
        given["evidence"] = found_evidence(dispute, request.acting, pk)
    agreed.complete_action(action=action, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.EscalateSerializer, responses=DisputeSerializer, summary="Take it further")
@endpoint("POST")
def escalate(request: ActingApiRequest, reference: str) -> Response:
    """To the next stage, through the gates of the protocol; a shut gate answers 409 and says what opens it."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.EscalateSerializer)
    moves.escalate(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.JumpSerializer, responses=DisputeSerializer, summary="Straight to a later stage")
@endpoint("POST")
def jump(request: ActingApiRequest, reference: str) -> Response:
    """Immediate risk, where the protocol allows it: the stages in between are shown as skipped."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.JumpSerializer)
    moves.jump_for_immediate_risk(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)


@extend_schema(request=taking.WithdrawSerializer, responses=DisputeSerializer, summary="Withdraw")
@endpoint("POST")
def withdraw(request: ActingApiRequest, reference: str) -> Response:
    """Taken back, with the reason; the record stays."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, taking.WithdrawSerializer)
    moves.withdraw(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return as_it_stands(dispute, request)
