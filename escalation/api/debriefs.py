"""What became of a debrief, over JSON."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from escalation.actions import debriefs
from escalation.api.finding import dispute_to_read, endpoint, given_to
from escalation.api.showing import DisputeSerializer
from escalation.api.verbs import as_it_stands
from escalation.models import Debrief
from escalation.reading import recorded


class DebriefAnswerSerializer(serializers.Serializer[Any]):
    """Held, or declined by the person it was offered to."""

    answer = serializers.ChoiceField(choices=Debrief.Answer.choices)


@extend_schema(request=DebriefAnswerSerializer, responses=DisputeSerializer, summary="Say what became of a debrief")
@endpoint("POST")
def answer(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """The person it was offered to says so, or who offered it says that it was held."""
    dispute = dispute_to_read(request, reference)
    rows = recorded(dispute, request.acting, "debriefs").select_related("participant")
    row = rows.filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    given = given_to(request, DebriefAnswerSerializer)
    debriefs.answer_debrief(debrief=row, answer=given["answer"], by=request.acting, now=acted_at())
    return as_it_stands(dispute, request)
