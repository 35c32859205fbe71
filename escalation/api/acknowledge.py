"""'I have it' over JSON."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import acted_at
from escalation.actions.acknowledge import acknowledge as say_so
from escalation.api.finding import dispute_to_read, endpoint
from escalation.api.showing import DisputeSerializer
from escalation.api.verbs import as_it_stands


@extend_schema(request=None, responses=DisputeSerializer, summary="Say that you have it")
@endpoint("POST")
def acknowledge(request: ActingApiRequest, reference: str) -> Response:
    """Your agency, which is asked, has taken note; the reply follows."""
    dispute = dispute_to_read(request, reference)
    say_so(dispute=dispute, by=request.acting, now=acted_at())
    return as_it_stands(dispute, request)
