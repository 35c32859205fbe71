"""Notices and protocols over JSON: what one was told, and the rules in force."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.api.pages import ByKeyset
from cases.http import NOT_FOUND, acted_at, visible_or_404
from escalation.actions.notice_choice import choose_digest, digest_time_of
from escalation.actions.notices import mark_read
from escalation.api.finding import asked_in_address, endpoint, given_to
from escalation.api.story import PAGED
from escalation.deadlines import LONDON
from escalation.models import Notification, ProtocolVersion


class NoticeSerializer(serializers.ModelSerializer[Notification]):
    """One notice to the caller."""

    event = serializers.CharField()
    dispute = serializers.CharField(source="dispute.reference", allow_null=True, default=None)
    delivery = serializers.ChoiceField(choices=["waiting", "digest", "sent", "bounced", "failed", "left_out"], read_only=True)

    class Meta:
        model = Notification
        fields = ["id", "dispute", "event", "text", "is_immediate", "delivery", "created_at", "sent_at", "failed_at", "read_at"]


class TrackSerializer(serializers.Serializer[Any]):
    """One of several tracks: its key goes into track when a dispute is raised."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    when = serializers.CharField()
    about = serializers.CharField(help_text="person or theme")
    document = serializers.JSONField(help_text="Everything that holds in this track, its own or the protocol's.")


class ProtocolSerializer(serializers.ModelSerializer[ProtocolVersion]):
    """A published version, with its whole document, and each of its tracks as a whole."""

    partnership = serializers.CharField(source="partnership.key")
    document = serializers.JSONField()
    tracks = serializers.SerializerMethodField()

    class Meta:
        model = ProtocolVersion
        fields = ["partnership", "key", "name", "version", "effective_from", "published_at", "sha256", "document", "tracks"]

    @extend_schema_field(TrackSerializer(many=True))
    def get_tracks(self, version: ProtocolVersion) -> Any:
        """None where the protocol has one way only."""
        found = [
            {"key": track.key, "label": track.label, "when": track.when, "about": track.about,
             "document": rules.model_dump(mode="json")}
            for track, rules in version.protocol.ways
            if track
        ]
        return TrackSerializer(found, many=True).data


class NoticeChoiceSerializer(serializers.Serializer[Any]):
    """The time of day of one's digest on working days; null is each e-mail at once."""

    digest_at = serializers.TimeField(format="%H:%M", input_formats=["%H:%M"], allow_null=True)


class ReadSerializer(serializers.Serializer[Any]):
    """How many notices were unread."""

    marked = serializers.IntegerField()


@extend_schema(
    responses=NoticeSerializer(many=True),
    summary="List your notices",
    parameters=[OpenApiParameter("unread", bool, description="Only those you have not read"), *PAGED],
)
@endpoint("GET")
def notices(request: ActingApiRequest) -> Response:
    """What you were told in this role, the latest first."""
    mine = Notification.objects.visible_to(request.acting).select_related("dispute")
    if asked_in_address(request, "unread").get("unread") in ("1", "true", "True"):
        mine = mine.filter(read_at__isnull=True)
    pages = ByKeyset()
    rows = pages.paginate_queryset(mine, request)
    return pages.get_paginated_response(NoticeSerializer(rows, many=True).data)


@extend_schema(request=None, responses={204: None}, summary="Mark a notice as read")
@endpoint("POST")
def notice_read(request: ActingApiRequest, pk: int) -> Response:
    """You have read it; the first time counts."""
    notice = visible_or_404(Notification.objects.all(), request.acting, pk=pk)
    mark_read(by=request.acting, now=acted_at(), notice=notice)
    return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(operation_id="notices_all_read", request=None, responses=ReadSerializer, summary="Mark all notices as read")
@endpoint("POST")
def notices_read(request: ActingApiRequest) -> Response:
    """You have read all of them."""
    return Response({"marked": mark_read(by=request.acting, now=acted_at())})


@extend_schema(methods=["GET"], responses=NoticeChoiceSerializer, summary="When you get e-mail")
@extend_schema(
    methods=["PUT"], request=NoticeChoiceSerializer, responses=NoticeChoiceSerializer, summary="Choose when you get e-mail"
)
@endpoint("GET", "PUT")
def notice_choice(request: ActingApiRequest) -> Response:
    """Each notice at once, or one digest a working day; risk, passed limits and what is urgent always come at once."""
    if request.method == "PUT":
        at = given_to(request, NoticeChoiceSerializer)["digest_at"]
        choose_digest(digest_at=at, by=request.acting, now=acted_at())
    return Response(NoticeChoiceSerializer({"digest_at": digest_time_of(request.acting)}).data)


@extend_schema(responses=ProtocolSerializer, summary="The protocol in force")
@endpoint("GET")
def protocol(request: ActingApiRequest) -> Response:
    """The version that your disputes begin under today: stages, limits, duties, and the codes that raising takes."""
    today = acted_at().astimezone(LONDON).date()
    version = ProtocolVersion.objects.visible_to(request.acting).current_for(request.acting.partnership, on=today)
    if version is None:
        raise Http404(NOT_FOUND)
    return Response(ProtocolSerializer(version).data)
