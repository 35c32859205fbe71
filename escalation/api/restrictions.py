"""Shutting a case to others, over JSON: restricting, deciding, looking again, and what somebody says of themselves."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import acted_at
from escalation.actions import interests, restrictions
from escalation.api.finding import dispute_to_read, dispute_to_see, endpoint, given_to, person_named
from escalation.api.taking import Text


class RestrictSerializer(serializers.Serializer[Any]):
    """Who may know of it, and why nobody else."""

    people = serializers.ListField(child=serializers.IntegerField(), help_text="The ids of their roles.", max_length=60)
    reason = Text()


class DecideSerializer(serializers.Serializer[Any]):
    """Yes or no to what somebody asked."""

    agrees = serializers.BooleanField()
    why = Text(required=False)


class LookAgainSerializer(RestrictSerializer):
    """Whether it stays restricted, and to whom."""

    keeps = serializers.BooleanField()


class InterestSerializer(serializers.Serializer[Any]):
    """Whether somebody knows the person outside their work."""

    has_conflict = serializers.BooleanField()
    what = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


@extend_schema(request=RestrictSerializer, responses={204: None}, summary="Restrict a case to named people")
@endpoint("POST")
def restrict(request: ActingApiRequest, reference: str) -> Response:
    """In force at once, or asked of a second person, as your role says."""
    dispute = dispute_to_see(request, reference)
    given = given_to(request, RestrictSerializer)
    people = [person_named(pk, request, "people") for pk in given["people"]]
    wanted = restrictions.Wanted(people, given["reason"])
    restrictions.restrict(dispute=dispute, wanted=wanted, by=request.acting, now=acted_at())
    return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(request=DecideSerializer, responses={204: None}, summary="Decide on a restriction")
@endpoint("POST")
def decide(request: ActingApiRequest, reference: str) -> Response:
    """Yes or no to what somebody else asked."""
    dispute = dispute_to_see(request, reference)
    given = {"why": ""} | given_to(request, DecideSerializer)
    restrictions.decide(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(request=LookAgainSerializer, responses={204: None}, summary="Look again at a restriction")
@endpoint("POST")
def review(request: ActingApiRequest, reference: str) -> Response:
    """Keep it for another 90 days with this list, or lift it."""
    dispute = dispute_to_see(request, reference)
    given = given_to(request, LookAgainSerializer)
    people = [person_named(pk, request, "people") for pk in given["people"]]
    restrictions.review(
        dispute=dispute, keeps=given["keeps"], people=people, why=given["reason"], by=request.acting, now=acted_at()
    )
    return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(request=InterestSerializer, responses={204: None}, summary="Say whether you know the person")
@endpoint("POST")
def interest(request: ActingApiRequest, reference: str) -> Response:
    """Asked of everybody who opens a case; with a conflict it is shut to you from then on."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, InterestSerializer)
    interests.declare(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return Response(status=status.HTTP_204_NO_CONTENT)
