"""Interim protection plans over JSON: a plan, that none is needed, and each look at it."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from escalation.actions import plans
from escalation.api.finding import dispute_to_read, endpoint, given_to, person_named
from escalation.api.showing import DisputeSerializer
from escalation.api.taking import Text
from escalation.api.verbs import as_it_stands
from escalation.reading import recorded


class PlanSerializer(serializers.Serializer[Any]):
    """A plan: measures, owner and day of review; or why none is needed, and nothing else."""

    measures = Text(required=False)
    owner = serializers.IntegerField(required=False, help_text="The id of the role of somebody on the dispute.")
    review_on = serializers.DateField(required=False)
    not_needed_because = Text(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """All of a plan, or the reason for going without."""
        if not attrs.get("not_needed_because"):
            missing = [name for name in ("measures", "owner", "review_on") if not attrs.get(name)]
            if missing:
                raise serializers.ValidationError({name: ["A plan needs this."] for name in missing})
        return attrs


class LookedSerializer(serializers.Serializer[Any]):
    """What was found; without a next day the plan ends."""

    note = Text()
    review_on = serializers.DateField(required=False, allow_null=True)
    owner = serializers.IntegerField(required=False, help_text="Whose it is from now on.")


@extend_schema(request=PlanSerializer, responses=DisputeSerializer, summary="Agree an interim protection plan")
@endpoint("POST")
def open_plan(request: ActingApiRequest, reference: str) -> Response:
    """What protects the person meanwhile, or that no plan is needed and why."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, PlanSerializer)
    if given.get("not_needed_because"):
        plans.need_no_plan(dispute=dispute, why=given["not_needed_because"], by=request.acting, now=acted_at())
    else:
        plan = plans.Plan(given["measures"], person_named(given["owner"], request, "owner"), given["review_on"])
        plans.open_plan(dispute=dispute, plan=plan, by=request.acting, now=acted_at())
    return as_it_stands(dispute, request)


@extend_schema(request=LookedSerializer, responses=DisputeSerializer, summary="Review an interim protection plan")
@endpoint("POST")
def review_plan(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """It goes on until another day, is handed on, or ends."""
    dispute = dispute_to_read(request, reference)
    row = recorded(dispute, request.acting, "plans").filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    given = given_to(request, LookedSerializer)
    owner = person_named(given["owner"], request, "owner") if given.get("owner") else None
    looked = plans.Looked(given["note"], given.get("review_on"), owner)
    plans.review_plan(plan=row, looked=looked, by=request.acting, now=acted_at())
    return as_it_stands(dispute, request)
