"""The disagreement map over JSON: its points, and the caller's own agency's column."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from escalation.actions import points
from escalation.api.finding import dispute_to_read, endpoint, given_to
from escalation.api.showing import DisputeSerializer
from escalation.api.taking import Text
from escalation.api.verbs import as_it_stands
from escalation.models import PointView
from escalation.reading import recorded


class ColumnSerializer(serializers.Serializer[Any]):
    """What the caller's agency says of a point."""

    stance = serializers.ChoiceField(choices=PointView.Stance.choices)
    says = Text()
    weight = serializers.ChoiceField(choices=PointView.Weight.choices)
    threshold = Text(required=False, max_length=300)


class NewPointSerializer(ColumnSerializer):
    """A new point, with the caller's agency's column."""

    text = Text(max_length=500)


class ChangedColumnSerializer(ColumnSerializer):
    """A column, as it is to read now."""

    seen_updates = serializers.IntegerField(
        required=False, min_value=0, max_value=32_000, help_text="The count of changes that you saw."
    )


@extend_schema(request=NewPointSerializer, responses=DisputeSerializer, summary="Add a point to the disagreement map")
@endpoint("POST")
def add_point(request: ActingApiRequest, reference: str) -> Response:
    """One thing about which you agree or differ; every agency fills its own column."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, NewPointSerializer)
    text = given.pop("text")
    points.add_point(dispute=dispute, text=text, column=points.Column(**given), by=request.acting, now=acted_at())
    return as_it_stands(dispute, request)


@extend_schema(request=ChangedColumnSerializer, responses=DisputeSerializer, summary="Fill your column of a point")
@endpoint("POST")
def say_on_point(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Your agency's own column; a point that every agency has agreed is locked and answers 409."""
    dispute = dispute_to_read(request, reference)
    point = recorded(dispute, request.acting, "points").filter(pk=pk).first() if pk < 2**63 else None
    if point is None:
        raise Http404(NOT_FOUND)
    given = given_to(request, ChangedColumnSerializer)
    seen = given.pop("seen_updates", None)
    points.say_on_point(
        point=point, column=points.Column(**given), seen_updates=seen, by=request.acting, now=acted_at()
    )
    return as_it_stands(dispute, request)
