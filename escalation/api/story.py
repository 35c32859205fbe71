"""What was said and done in a dispute, as far as the caller may read it: stages, chronology, positions, actions, feedback."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.api.pages import ByKeyset
from escalation import permissions
from escalation.api.between import AdviceShown, DebriefShown, MeetingShown, PlanShown
from escalation.api.finding import dispute_to_read, dispute_to_see, endpoint
from escalation.chronology import told_to
from escalation.models import (
    Action,
    ChronologyEntry,
    Discussion,
    DisputeStage,
    Feedback,
    FeedbackReceipt,
    ManagerReview,
    PersonVoice,
    Point,
    PointView,
    Position,
    SafetyConfirmation,
)
from escalation.reading import mapped, recorded

PAGED = [
    OpenApiParameter("cursor", str, description="From next or previous"),
    OpenApiParameter("page_size", int, description="At most 100"),
]
OF = {"debriefs": ("participant",)}


class InTimeOrder(ByKeyset):
    """The story from its beginning."""

    ordering = ("happened_at", "pk")  # type: ignore[assignment]


class StageSerializer(serializers.Serializer[Any]):
    """One stage as it went, stands or is to come."""

    order = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    name = serializers.CharField()
    is_inside_one_agency = serializers.BooleanField()
    state = serializers.ChoiceField(choices=["ahead", "open", "closed", "skipped"])
    opened_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_how = serializers.CharField()
    skipped_at = serializers.DateTimeField(allow_null=True)
    skipped_reason = serializers.CharField()


class EntrySerializer(serializers.ModelSerializer[ChronologyEntry]):
    """One entry of the story."""

    class Meta:
        model = ChronologyEntry
        fields = ["stage", "kind", "happened_at", "recorded_at", "by_words", "headline", "body", "is_late"]

    kind = serializers.CharField()
    is_late = serializers.BooleanField(read_only=True)


class DiscussionShown(serializers.ModelSerializer[Discussion]):
    """An attempt, talk, advice or meeting."""

    kind = serializers.CharField()
    mode = serializers.CharField()
    agency = serializers.CharField(source="agency.key")

    class Meta:
        model = Discussion
        fields = ["stage", "agency", "kind", "mode", "happened_at", "with_whom", "result", "recorded_at"]


class PositionShown(serializers.ModelSerializer[Position]):
    """An agency's position at a stage."""

    stance = serializers.CharField()
    agency = serializers.CharField(source="agency.key")

    class Meta:
        model = Position
        fields = ["stage", "agency", "stance", "text", "role_and_remit", "updates", "recorded_at", "frozen_at"]


class ReviewShown(serializers.ModelSerializer[ManagerReview]):
    """A manager's review."""

    agency = serializers.CharField(source="agency.key")

    class Meta:
        model = ManagerReview
        fields = ["stage", "agency", "agrees", "rationale", "next_steps", "recorded_at"]


class SafetyShown(serializers.ModelSerializer[SafetyConfirmation]):
    """An answer to whether the person is safe."""

    answer = serializers.CharField()
    agency = serializers.CharField(source="agency.key")

    class Meta:
        model = SafetyConfirmation
        fields = ["stage", "agency", "answer", "how", "measures", "measures_owner", "review_on", "recorded_at"]


class VoiceShown(serializers.ModelSerializer[PersonVoice]):
    """What the person wants."""

    told = serializers.CharField()
    agency = serializers.CharField(source="agency.key")

    class Meta:
        model = PersonVoice
        fields = [
            "stage", "agency", "desired_outcomes", "own_view", "told", "not_told_reason", "review_on", "advocate",
            "recorded_at",
        ]  # fmt: skip


class ActionShown(serializers.ModelSerializer[Action]):
    """Something that was agreed to be done."""

    agency = serializers.CharField(source="agency.key")

    class Meta:
        model = Action
        fields = ["id", "stage", "agency", "what", "owner", "due_on", "done_at", "done_note", "evidence"]


class ReceiptShown(serializers.ModelSerializer[FeedbackReceipt]):
    """One person who was told, and when they read it."""

    class Meta:
        model = FeedbackReceipt
        fields = ["recipient", "read_at"]


class FeedbackShown(serializers.ModelSerializer[Feedback]):
    """What those who carried the concern were told."""

    agency = serializers.CharField(source="agency.key")

    class Meta:
        model = Feedback
        fields = ["stage", "agency", "text", "no_action", "recorded_at", "receipts"]

    receipts = ReceiptShown(many=True)


class PointViewShown(serializers.ModelSerializer[PointView]):
    """One agency's column of a point."""

    stance = serializers.CharField()
    weight = serializers.CharField()
    agency = serializers.CharField(source="agency.key")

    class Meta:
        model = PointView
        fields = ["agency", "stance", "says", "weight", "threshold", "updates", "recorded_at"]


class PointShown(serializers.ModelSerializer[Point]):
    """A point of the disagreement map, with a column for each agency that has filled it."""

    agency = serializers.CharField(source="agency.key")
    columns = PointViewShown(source="views", many=True)

    class Meta:
        model = Point
        fields = ["id", "stage", "agency", "text", "agreed_at", "columns"]


class WorkSerializer(serializers.Serializer[Any]):
    """Everything recorded while the stages were worked."""

    discussions = DiscussionShown(many=True)
    positions = PositionShown(many=True)
    reviews = ReviewShown(many=True)
    safety_confirmations = SafetyShown(many=True)
    voices = VoiceShown(many=True)
    actions = ActionShown(many=True)
    feedback = FeedbackShown(many=True)
    points = PointShown(many=True)
    meetings = MeetingShown(many=True)
    advice_requests = AdviceShown(many=True)
    plans = PlanShown(many=True)
    debriefs = DebriefShown(many=True)


@extend_schema(responses=StageSerializer(many=True), summary="The stages of a dispute", filters=False)
@endpoint("GET")
def stages(request: ActingApiRequest, reference: str) -> Response:
    """Every stage of its protocol as it went, stands or is to come."""
    dispute = dispute_to_see(request, reference)
    rows, heard_of = {row.order: row for row in dispute.stages.all()}, permissions.heard_stages(dispute, request.acting)
    shown = [
        {"order": one.order, "label": one.label, "name": one.name, "is_inside_one_agency": one.single_agency}
        | _went(rows.get(one.order), may_read=one.order in heard_of)
        for one in dispute.rules.stages
    ]
    return Response(StageSerializer(shown, many=True).data)


def _went(row: DisputeStage | None, *, may_read: bool) -> dict[str, Any]:
    if row is None:
        ahead: dict[str, Any] = {"opened_at": None, "closed_at": None, "skipped_at": None}
        return ahead | {"state": "ahead", "closed_how": "", "skipped_reason": ""}
    state = "skipped" if row.skipped_at else "open" if row.is_open else "closed"
    return {
        "state": state, "opened_at": row.opened_at, "closed_at": row.closed_at, "closed_how": row.closed_how,
        "skipped_at": row.skipped_at, "skipped_reason": row.skipped_reason if may_read else "",
    }  # fmt: skip


@extend_schema(responses=EntrySerializer(many=True), summary="The story of a dispute", parameters=PAGED)
@endpoint("GET")
def chronology(request: ActingApiRequest, reference: str) -> Response:
    """What happened in one order, from the beginning: of stages above yours only what came of them."""
    dispute = dispute_to_read(request, reference)
    pages = InTimeOrder()
    rows = pages.paginate_queryset(told_to(dispute, request.acting), request)
    return pages.get_paginated_response(EntrySerializer(rows, many=True).data)


@extend_schema(responses=WorkSerializer, summary="What was recorded at each stage")
@endpoint("GET")
def work(request: ActingApiRequest, reference: str) -> Response:
    """Discussions, positions, reviews, safety, the person's voice, actions and feedback of the stages you may read."""
    dispute = dispute_to_read(request, reference)
    shown = {
        name: recorded(dispute, request.acting, name).select_related(*OF.get(name, ("agency",))).order_by("pk")
        for name in map(str, WorkSerializer().fields.keys())
    }
    return Response(WorkSerializer(shown | {"points": mapped(dispute, request.acting).order_by("pk")}).data)
