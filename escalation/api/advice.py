"""Advice asked of a lead, and given, over JSON."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from escalation import permissions
from escalation.actions import advice
from escalation.api.between import AdviceShown
from escalation.api.finding import dispute_to_read, endpoint, given_to, person_named
from escalation.api.taking import Text
from escalation.models import AdviceRequest, Dispute


class QuestionToALeadSerializer(serializers.Serializer[Any]):
    """Which lead is asked what."""

    adviser = serializers.IntegerField(help_text="The id of a role.")
    question = Text()


class GivenSerializer(serializers.Serializer[Any]):
    """The lead's own answer."""

    advice = Text()


class TakenBackSerializer(serializers.Serializer[Any]):
    """Why it is not needed any more."""

    why = Text()


@extend_schema(methods=["GET"], responses=AdviceShown(many=True), summary="What leads were asked, and advised", filters=False)
@extend_schema(methods=["POST"], request=QuestionToALeadSerializer, responses={201: AdviceShown}, summary="Ask a lead for advice")
@endpoint("GET", "POST")
def requests(request: ActingApiRequest, reference: str) -> Response:
    """Everything asked at the stages you may read; anybody who works on it asks a lead of their agency."""
    dispute = dispute_to_read(request, reference)
    if request.method == "POST":
        given = given_to(request, QuestionToALeadSerializer)
        asked = advice.Asked(person_named(given["adviser"], request, "adviser"), given["question"])
        row = advice.ask_advice(dispute=dispute, asked=asked, by=request.acting, now=acted_at())
        return Response(AdviceShown(row).data, status=status.HTTP_201_CREATED)
    rows = dispute.advice_requests.filter(stage__in=permissions.readable_stages(dispute, request.acting))
    return Response(AdviceShown(rows.select_related("agency").order_by("pk"), many=True).data)


def _request(request: ActingApiRequest, dispute: Dispute, pk: int) -> AdviceRequest:
    readable = permissions.readable_stages(dispute, request.acting)
    row = dispute.advice_requests.filter(stage__in=readable, pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    return row


@extend_schema(request=GivenSerializer, responses=AdviceShown, summary="Give the advice that was asked of you")
@endpoint("POST")
def answer(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Whoever was asked answers, in their own name; a duty to seek that advice is met by it."""
    row = _request(request, dispute_to_read(request, reference), pk)
    given = given_to(request, GivenSerializer)
    done = advice.answer_advice(request=row, advice=given["advice"], by=request.acting, now=acted_at())
    return Response(AdviceShown(done).data)


@extend_schema(request=TakenBackSerializer, responses=AdviceShown, summary="Take a question for advice back")
@endpoint("POST")
def take_back(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Anybody who works on it for the agency that asked says that it is not needed any more."""
    row = _request(request, dispute_to_read(request, reference), pk)
    given = given_to(request, TakenBackSerializer)
    done = advice.take_back_advice(request=row, why=given["why"], by=request.acting, now=acted_at())
    return Response(AdviceShown(done).data)
