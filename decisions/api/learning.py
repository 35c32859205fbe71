"""What was learned, over JSON: within a dispute, and the lists of bodies, which know nothing of any dispute."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.api.pages import ByKeyset
from cases.http import NOT_FOUND, acted_at, visible_or_404
from decisions import learning_permissions as permissions
from decisions.actions import learning as actions
from decisions.actions.learning import Learned
from decisions.actions.learning_items import answer_item, close_item
from decisions.learning_states import stands
from decisions.models import Learning, LearningItem, LearningKind
from escalation.api.finding import dispute_to_read, endpoint, given_to, person_named
from escalation.api.story import PAGED
from escalation.api.taking import NoteSerializer, Text
from escalation.models import Dispute


class LearnedSerializer(serializers.Serializer[Any]):
    """What was learned or is not clear; a change has an owner and a date."""

    kind = serializers.ChoiceField(choices=LearningKind.choices)
    text = Text()
    category = serializers.SlugField(max_length=40, required=False, help_text="A category of the protocol.")
    change = Text(required=False)
    owner = serializers.IntegerField(required=False, allow_null=True, help_text="The id of the role of somebody on the dispute.")
    due_on = serializers.DateField(required=False, allow_null=True)


class PlainSerializer(serializers.Serializer[Any]):
    """The text as the body gets it."""

    text = Text(help_text="Without names of people or agencies, addresses, days, numbers or references.")
    body = serializers.SlugField(max_length=40, required=False, help_text="Where the protocol names several bodies.")


class CheckSerializer(serializers.Serializer[Any]):
    """The second person's word: sent, or returned with a reason."""

    send = serializers.BooleanField()
    seen = Text(required=False, help_text="The text that was checked; refused as stale when it was changed since.")
    reason = Text(required=False)


class ItemAnswerSerializer(serializers.Serializer[Any]):
    """When the body looks at it and what came of it; or, once there is a result, what was done."""

    meeting_on = serializers.DateField(required=False)
    result = Text(required=False)
    closing = Text(required=False)


class LearningShown(serializers.Serializer[Any]):
    """Something written down in a dispute, and how far it has come."""

    id = serializers.IntegerField(source="pk")
    stage = serializers.IntegerField()
    kind = serializers.CharField()
    category = serializers.CharField()
    text = serializers.CharField()
    change = serializers.CharField()
    owner = serializers.IntegerField(source="owner_id", allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    done_note = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    plain_text = serializers.CharField()
    returned_reason = serializers.CharField()
    state = serializers.SerializerMethodField()
    result = serializers.CharField(source="item.result", default="")
    closing = serializers.CharField(source="item.closing", default="")

    def get_state(self, row: Learning) -> str:
        """In words."""
        return stands(row).words


class ItemShown(serializers.ModelSerializer[LearningItem]):
    """An item on the list of a body; nothing in it leads to a dispute."""

    kind = serializers.CharField()

    class Meta:
        model = LearningItem
        fields = [
            "reference", "body", "kind", "category", "stage", "text", "month", "due_on", "meeting_on", "result", "result_on",
            "closed_on", "closing",
        ]  # fmt: skip


class ByReference(ByKeyset):
    """Items in the order of their references, which says nothing of when they came."""

    ordering = "reference"


@extend_schema(methods=["GET"], responses=LearningShown(many=True), summary="What was learned in a dispute")
@extend_schema(
    methods=["POST"], request=LearnedSerializer, responses={201: LearningShown}, summary="Write down what was learned"
)
@endpoint("GET", "POST")
def learning(request: ActingApiRequest, reference: str) -> Response:
    """At any time, also after the end."""
    dispute = dispute_to_read(request, reference)
    if request.method == "GET":
        return Response(LearningShown(_readable(dispute, request), many=True).data)
    given = given_to(request, LearnedSerializer)
    given["owner"] = person_named(given["owner"], request, "owner") if given.get("owner") else None
    made = actions.write_learning(dispute=dispute, learned=Learned(**given), by=request.acting, now=acted_at())
    return Response(LearningShown(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=PlainSerializer, responses=LearningShown, summary="Take the names out, for a body")
@endpoint("POST")
def prepare(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Refused while anything in it could lead back to somebody; then a second person is asked to check it."""
    row = _one(request, reference, pk)
    given = {"body": ""} | given_to(request, PlainSerializer)
    return Response(LearningShown(actions.prepare_learning(learning=row, by=request.acting, now=acted_at(), **given)).data)


@extend_schema(request=CheckSerializer, responses=LearningShown, summary="Check a text for a body, and send it")
@endpoint("POST")
def check(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """By somebody other than its writer."""
    row, by, now = _one(request, reference, pk), request.acting, acted_at()
    given = given_to(request, CheckSerializer)
    if given["send"]:
        actions.send_learning(learning=row, seen=given.get("seen"), by=by, now=now)
    else:
        actions.return_learning(learning=row, reason=given.get("reason", ""), by=by, now=now)
    return Response(LearningShown(_one(request, reference, pk)).data)


@extend_schema(request=NoteSerializer, responses=LearningShown, summary="Say that a change is made")
@endpoint("POST")
def change(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """And how that can be seen."""
    row = _one(request, reference, pk)
    given = given_to(request, NoteSerializer)
    return Response(LearningShown(actions.make_change(learning=row, by=request.acting, now=acted_at(), **given)).data)


@extend_schema(responses=ItemShown(many=True), summary="The lists of bodies that you read", parameters=PAGED)
@endpoint("GET")
def items(request: ActingApiRequest) -> Response:
    """Learning and policy issues without personal data."""
    pages = ByReference()
    rows = pages.paginate_queryset(LearningItem.objects.visible_to(request.acting), request)
    return pages.get_paginated_response(ItemShown(rows, many=True).data)


@extend_schema(methods=["GET"], responses=ItemShown, summary="One item of a body's list")
@extend_schema(methods=["POST"], request=ItemAnswerSerializer, responses=ItemShown, summary="Say what the body makes of an item")
@endpoint("GET", "POST")
def item(request: ActingApiRequest, key: str) -> Response:
    """The day of the meeting, the result, and at last what was done; those who wrote it are told."""
    found = visible_or_404(LearningItem.objects, request.acting, reference=key)
    if request.method == "GET":
        return Response(ItemShown(found).data)
    given, by, now = given_to(request, ItemAnswerSerializer), request.acting, acted_at()
    if given.get("closing"):
        return Response(ItemShown(close_item(item=found, closing=given["closing"], by=by, now=now)).data)
    meeting_on, result = given.get("meeting_on"), given.get("result", "")
    return Response(ItemShown(answer_item(item=found, meeting_on=meeting_on, result=result, by=by, now=now)).data)


def _readable(dispute: Dispute, request: ActingApiRequest) -> list[Learning]:
    rows = list(dispute.learning.select_related("item", "recorded_by", "prepared_by", "owner"))
    for row in rows:
        row.dispute = dispute
    return [row for row in rows if permissions.may_read_learning(row, request.acting)]


def _one(request: ActingApiRequest, reference: str, pk: int) -> Learning:
    for row in _readable(dispute_to_read(request, reference), request):
        if row.pk == pk:
            return row
    raise Http404(NOT_FOUND)
