"""Access to a dispute that has ended, over JSON: who was given it again, giving it, and ending it early."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from escalation.actions import grants
from escalation.api.finding import dispute_to_see, endpoint, given_to, person_named
from escalation.api.taking import Text
from escalation.permissions import may_see_all_readers


class GrantSerializer(serializers.Serializer[Any]):
    """Who is to read it again, why, and until the end of which day."""

    holder = serializers.IntegerField(help_text="The id of their role.")
    reason = Text()
    until_on = serializers.DateField(help_text="At most 28 days from now.")


class GrantShown(serializers.Serializer[Any]):
    """Access given again to one person."""

    id = serializers.IntegerField(source="pk")
    holder = serializers.CharField(source="holder.described")
    reason = serializers.CharField()
    granted_by = serializers.CharField(source="granted_by.described")
    granted_at = serializers.DateTimeField()
    until = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


@extend_schema(methods=["GET"], responses=GrantShown(many=True), summary="Who was given access again", filters=False)
@extend_schema(methods=["POST"], request=GrantSerializer, responses={201: GrantShown}, summary="Give access again")
@endpoint("GET", "POST")
def access(request: ActingApiRequest, reference: str) -> Response:
    """For those who see who has read it; given to one named person, once access has ended."""
    dispute = dispute_to_see(request, reference)
    if request.method == "POST":
        given = given_to(request, GrantSerializer)
        given["holder"] = person_named(given["holder"], request, "holder")
        made = grants.grant(dispute=dispute, again=grants.Again(**given), by=request.acting, now=acted_at())
        return Response(GrantShown(made).data, status=status.HTTP_201_CREATED)
    if not may_see_all_readers(dispute, request.acting):
        raise Http404(NOT_FOUND)
    return Response(GrantShown(list(grants.given_on(dispute)), many=True).data)


@extend_schema(request=None, responses={204: None}, summary="End access that was given again")
@endpoint("POST")
def end(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Before its day, by whoever may give it."""
    dispute = dispute_to_see(request, reference)
    given = grants.given_on(dispute).filter(pk=pk).first() if pk < 2**63 else None
    if given is None or not grants.may_end(dispute, given, request.acting):
        raise Http404(NOT_FOUND)
    grants.end_grant(given=given, by=request.acting, now=acted_at())
    return Response(status=status.HTTP_204_NO_CONTENT)
