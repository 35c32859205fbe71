"""A conflict that was declared by mistake, over JSON: saying so, what waits for a second person, and their answer."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from escalation.actions import mistakes as acts
from escalation.api.finding import endpoint, given_to


class OwnDeclarationSerializer(serializers.Serializer[Any]):
    """A conflict of interest that the caller declared, and whether it was taken back."""

    id = serializers.IntegerField()
    declared_at = serializers.DateTimeField()
    what = serializers.CharField()
    mistake = serializers.ChoiceField(choices=["", "waiting", "agreed", "not_agreed"])


class MistakeSerializer(serializers.Serializer[Any]):
    """How the mistake came about."""

    why = serializers.CharField(max_length=300)


class WaitingSerializer(serializers.Serializer[Any]):
    """Somebody says that they declared a conflict by mistake."""

    id = serializers.IntegerField()
    dispute = serializers.CharField()
    asked_by = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    why = serializers.CharField()


class MistakeAnswerSerializer(serializers.Serializer[Any]):
    """Whether it was a mistake, and how that is known."""

    agrees = serializers.BooleanField()
    reason = serializers.CharField(max_length=300)


@extend_schema(responses=OwnDeclarationSerializer(many=True), summary="Conflicts of interest that you declared", filters=False)
@endpoint("GET")
def declarations(request: ActingApiRequest) -> Response:
    """The latest first; of the cases nothing, for they are shut to you."""
    state = {None: "waiting", True: "agreed", False: "not_agreed"}
    return Response([
        {"id": row.pk, "declared_at": row.declared_at, "what": row.what, "mistake": state[last.is_agreed] if last else ""}
        for row, last in acts.own(request.acting)
    ])  # fmt: skip


@extend_schema(request=MistakeSerializer, responses={204: None}, summary="Say that you declared a conflict by mistake")
@endpoint("POST")
def say(request: ActingApiRequest, pk: int) -> Response:
    """Nothing opens before a second person has said so too."""
    said = next((row for row, _ in acts.own(request.acting) if row.pk == pk), None)
    if said is None:
        raise Http404(NOT_FOUND)
    acts.say_mistake(declaration=said, by=request.acting, now=acted_at(), **given_to(request, MistakeSerializer))
    return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(responses=WaitingSerializer(many=True), summary="Conflicts said to be declared by mistake", filters=False)
@endpoint("GET")
def waiting(request: ActingApiRequest) -> Response:
    """Those that wait for you as the second person, the oldest first."""
    return Response([
        {"id": row.pk, "dispute": dispute.reference, "asked_by": row.asked_by_id, "asked_at": row.asked_at, "why": row.why}
        for row, dispute in acts.waiting(request.acting)
    ])  # fmt: skip


@extend_schema(request=MistakeAnswerSerializer, responses={204: None}, summary="Say whether a conflict was declared by mistake")
@endpoint("POST")
def decide(request: ActingApiRequest, pk: int) -> Response:
    """With yes the cases about that person open again to whoever declared it."""
    row = next((found for found, _ in acts.waiting(request.acting) if found.pk == pk), None)
    if row is None:
        raise Http404(NOT_FOUND)
    acts.decide_mistake(correction=row, by=request.acting, now=acted_at(), **given_to(request, MistakeAnswerSerializer))
    return Response(status=status.HTTP_204_NO_CONTENT)
