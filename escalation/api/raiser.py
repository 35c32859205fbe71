"""Keeping the name of whoever raised a dispute, over JSON, and letting it be known again (T9)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import acted_at
from escalation.actions import raiser
from escalation.api.finding import dispute_to_read, endpoint, given_to
from escalation.api.taking import Text


class ProtectSerializer(serializers.Serializer[Any]):
    """Why the name should be kept."""

    reason = Text()


@extend_schema(request=ProtectSerializer, responses={204: None}, summary="Keep the name of who raised it")
@endpoint("POST")
def protect(request: ActingApiRequest, reference: str) -> Response:
    """For the few who have to know it, from now on: safeguarding leads, support, the chair, auditors, break-glass."""
    dispute = dispute_to_read(request, reference)
    given = given_to(request, ProtectSerializer)
    raiser.protect_raiser(dispute=dispute, reason=given["reason"], by=request.acting, now=acted_at())
    return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(request=None, responses={204: None}, summary="Let your name be known again")
@endpoint("POST")
def name(request: ActingApiRequest, reference: str) -> Response:
    """Only whoever raised it can."""
    dispute = dispute_to_read(request, reference)
    raiser.name_raiser(dispute=dispute, by=request.acting, now=acted_at())
    return Response(status=status.HTTP_204_NO_CONTENT)
