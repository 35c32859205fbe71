"""The dates of a dispute over JSON: every limit with its changes, and more time asked for, answered, paused, resumed."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from escalation import permissions
from escalation.actions import extensions
from escalation.api.finding import dispute_to_read, endpoint, given_to
from escalation.api.taking import Text
from escalation.explained import explained
from escalation.models import DateRequest, Deadline, DeadlineChange, Dispute


class ExtendSerializer(serializers.Serializer[Any]):
    """A later day, and why."""

    day = serializers.DateField()
    reason = Text()


class SoonerSerializer(serializers.Serializer[Any]):
    """A sooner date of one's own, and why."""

    at = serializers.DateTimeField()
    reason = Text()


class WhySerializer(serializers.Serializer[Any]):
    """Why the time is to stand still, or goes on."""

    reason = Text()


class AnswerSerializer(serializers.Serializer[Any]):
    """Whether one's own side agrees; the reason is needed when it does not."""

    agrees = serializers.BooleanField()
    reason = Text(required=False, default="")


class ChangeShown(serializers.ModelSerializer[DeadlineChange]):
    """One change of the date."""

    kind = serializers.CharField()

    class Meta:
        model = DeadlineChange
        fields = ["kind", "old_due_at", "new_due_at", "why", "by_words", "at"]


class RequestShown(serializers.ModelSerializer[DateRequest]):
    """A wish for more time."""

    kind = serializers.CharField()
    side = serializers.CharField()
    answer = serializers.CharField()

    class Meta:
        model = DateRequest
        fields = [
            "id", "kind", "side", "old_due_at", "new_due_at", "reason", "asked_at", "answer", "answer_reason", "answered_at",
        ]  # fmt: skip


class DateSerializer(serializers.ModelSerializer[Deadline]):
    """One limit with everything about its date."""

    explained = serializers.SerializerMethodField(help_text="How the date was worked out and every change of it, in words.")
    changes = ChangeShown(many=True)
    requests = RequestShown(many=True)
    kind = serializers.CharField()
    owner = serializers.CharField()

    class Meta:
        model = Deadline
        fields = [
            "id", "stage", "key", "kind", "label", "owner", "is_indicative", "due_at", "met_at", "missed_at", "paused_at",
            "paused_until", "ended_at", "explained", "changes", "requests",
        ]  # fmt: skip

    def get_explained(self, row: Deadline) -> str:
        """In the words of page and document."""
        return explained(row)


def _readable(request: ActingApiRequest, reference: str) -> tuple[Dispute, QuerySet[Deadline]]:
    dispute = dispute_to_read(request, reference)
    rows = dispute.deadlines.filter(stage__in=permissions.heard_stages(dispute, request.acting))
    return dispute, rows.order_by("stage", "due_at", "pk").prefetch_related("changes", "requests")


def _limit(request: ActingApiRequest, reference: str, pk: int) -> Deadline:
    row = _readable(request, reference)[1].filter(pk=pk).first()
    if row is None:
        raise Http404(NOT_FOUND)
    return row


def _as_it_stands(request: ActingApiRequest, reference: str, pk: int) -> Response:
    return Response(DateSerializer(_limit(request, reference, pk)).data)


@extend_schema(responses=DateSerializer(many=True), summary="The dates of a dispute", filters=False)
@endpoint("GET")
def dates(request: ActingApiRequest, reference: str) -> Response:
    """Every limit so far, of the stages you may read."""
    return Response(DateSerializer(_readable(request, reference)[1], many=True).data)


@extend_schema(request=ExtendSerializer, responses=DateSerializer, summary="Ask for a later date")
@endpoint("POST")
def extend(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Before it is due; it counts at once or when the other side agrees, as the protocol says."""
    row, given = _limit(request, reference, pk), given_to(request, ExtendSerializer)
    extensions.ask_for_extension(limit=row, by=request.acting, now=acted_at(), **given)
    return _as_it_stands(request, reference, pk)


@extend_schema(request=SoonerSerializer, responses=DateSerializer, summary="Set a sooner date of your own")
@endpoint("POST")
def sooner(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Where the protocol says "or sooner", your date counts when it is sooner."""
    row, given = _limit(request, reference, pk), given_to(request, SoonerSerializer)
    extensions.set_own_date(limit=row, by=request.acting, now=acted_at(), **given)
    return _as_it_stands(request, reference, pk)


@extend_schema(request=WhySerializer, responses=DateSerializer, summary="Pause the time of a limit")
@endpoint("POST")
def pause(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Before it is due; it counts at once or when the other side agrees, as the protocol says."""
    row, given = _limit(request, reference, pk), given_to(request, WhySerializer)
    extensions.ask_for_pause(limit=row, by=request.acting, now=acted_at(), **given)
    return _as_it_stands(request, reference, pk)


@extend_schema(request=WhySerializer, responses=DateSerializer, summary="Let the time of a limit go on")
@endpoint("POST")
def resume(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Its date moves by as long as it stood still."""
    row, given = _limit(request, reference, pk), given_to(request, WhySerializer)
    extensions.resume(limit=row, by=request.acting, now=acted_at(), **given)
    return _as_it_stands(request, reference, pk)


@extend_schema(request=AnswerSerializer, responses=DateSerializer, summary="Answer a wish for more time")
@endpoint("POST")
def answer(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """The other side agrees, or says why not."""
    _, rows = _readable(request, reference)
    mine = DateRequest.objects.visible_to(request.acting).filter(pk=pk, deadline__in=rows)
    asked = mine.select_related("deadline__dispute").first()
    if asked is None:
        raise Http404(NOT_FOUND)
    extensions.answer_request(asked=asked, by=request.acting, now=acted_at(), **given_to(request, AnswerSerializer))
    return _as_it_stands(request, reference, asked.deadline_id)
