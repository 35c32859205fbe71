"""The safe address of a case over JSON: shown for a reason that is kept, written in place of what was there (T6)."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.actions.safe_addresses import Kept, show_safe_address, write_safe_address
from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at, visible_or_404
from cases.models import Case
from cases.permissions import may_see_safe_address
from cases.reads import opened


class ShowSafeAddressSerializer(serializers.Serializer[Any]):
    """Why it is needed now."""

    reason = serializers.CharField(max_length=300)


class SafeAddressSerializer(serializers.Serializer[Any]):
    """Where the person is safe, and how they can be reached."""

    address = serializers.CharField(max_length=500, allow_blank=True, default="")
    contact = serializers.CharField(max_length=500, allow_blank=True, default="")


class ShowView(APIView):
    """Being shown the safe address."""

    @extend_schema(request=ShowSafeAddressSerializer, responses=SafeAddressSerializer, summary="Be shown the safe address")
    def post(self, request: ActingApiRequest, reference: str) -> Response:
        """In this one answer; sent again under the same key it is answered without it."""
        found = _case(request, reference)
        given = ShowSafeAddressSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        shown = show_safe_address(case=found, reason=given.validated_data["reason"], by=request.acting, now=acted_at())
        return Response({"address": shown.address, "contact": shown.contact}, headers={"Cache-Control": "no-store"})


class WriteView(APIView):
    """Writing the safe address down, and taking it away."""

    @extend_schema(request=None, responses={204: None}, summary="Keep no safe address any more")
    def delete(self, request: ActingApiRequest, reference: str) -> Response:
        """Nothing is kept from now on."""
        write_safe_address(case=_case(request, reference), kept=None, by=request.acting, now=acted_at())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=SafeAddressSerializer, responses={204: None}, summary="Write down the safe address")
    def put(self, request: ActingApiRequest, reference: str) -> Response:
        """In place of what was kept."""
        found = _case(request, reference)
        given = SafeAddressSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        write_safe_address(case=found, kept=Kept(**given.validated_data), by=request.acting, now=acted_at())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _case(request: ActingApiRequest, reference: str) -> Case:
    found = visible_or_404(Case.objects, request.acting, reference=reference)
    if not may_see_safe_address(request.acting, found):
        raise Http404(NOT_FOUND)
    opened(request, found)
    return found
