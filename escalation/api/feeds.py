"""One's own calendar feed over JSON: get, renew or stop the secret address."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import acted_at
from escalation.actions import feeds
from escalation.api.finding import endpoint


class FeedSerializer(serializers.Serializer[Any]):
    """Since when there is an address; the address itself only in the answer that makes it."""

    created_at = serializers.DateTimeField(allow_null=True)
    address = serializers.CharField()


@extend_schema(methods=["GET"], responses=FeedSerializer, summary="Your calendar feed")
@extend_schema(methods=["POST"], request=None, responses={201: FeedSerializer}, summary="Get a new calendar feed address")
@extend_schema(methods=["DELETE"], request=None, responses={204: None}, summary="Stop your calendar feed address")
@endpoint("GET", "POST", "DELETE")
def feed(request: ActingApiRequest) -> Response:
    """The dates ahead of the disputes you are on in this role, for a calendar program."""
    if request.method == "DELETE":
        feeds.revoke_feed(by=request.acting, now=acted_at())
        return Response(status=status.HTTP_204_NO_CONTENT)
    address = feeds.address_of(feeds.make_feed(by=request.acting, now=acted_at())) if request.method == "POST" else ""
    held = feeds.feed_now(request.acting)
    shown = {"created_at": held.created_at if held else None, "address": address}
    return Response(FeedSerializer(shown).data, status=201 if address else 200)
