"""Documents over JSON: ask for one, see how far it is, take the file out; each is its requester's alone."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from decisions.actions.exports import record_download, request_export
from decisions.api.showing import DocumentShown
from decisions.api.taking import DocumentSerializer
from decisions.models import Export
from escalation.api.finding import dispute_to_read, endpoint, given_to

SHOWN = 50


@extend_schema(methods=["GET"], responses=DocumentShown(many=True), summary="List your documents", filters=False)
@extend_schema(methods=["POST"], request=DocumentSerializer, responses={202: DocumentShown}, summary="Ask for a document")
@endpoint("GET", "POST")
def documents(request: ActingApiRequest, reference: str) -> Response:
    """The latest that you asked for; or ask for another, which a worker makes."""
    dispute = dispute_to_read(request, reference)
    if request.method == "GET":
        mine = dispute.exports.filter(requested_by=request.acting).defer("pdf", "bundle")[:SHOWN]
        return Response(DocumentShown(mine, many=True).data)
    given = given_to(request, DocumentSerializer)
    asked = request_export(dispute=dispute, by=request.acting, now=acted_at(), **given)
    return Response(DocumentShown(asked).data, status=status.HTTP_202_ACCEPTED)


@extend_schema(responses=DocumentShown, summary="See how far a document is")
@endpoint("GET")
def document(request: ActingApiRequest, reference: str, pk: UUID) -> Response:
    """Its state, and once it is ready its pages and SHA-256."""
    return Response(DocumentShown(_own(request, reference, pk)).data)


@extend_schema(
    responses={(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY)}, summary="Take the file out"
)
@endpoint("GET")
def document_file(request: ActingApiRequest, reference: str, pk: UUID) -> HttpResponse:
    """The PDF, under a name that says nothing of the person; that it was taken out is recorded."""
    found = _own(request, reference, pk)
    if found.state != Export.State.READY or found.pdf is None:
        raise Http404(NOT_FOUND)
    record_download(export=found, by=request.acting, now=acted_at())
    headers = {
        "Content-Disposition": f'attachment; filename="{reference}-{found.kind.replace("_", "-")}.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(bytes(found.pdf), content_type="application/pdf", headers=headers)


def _own(request: ActingApiRequest, reference: str, pk: UUID) -> Export:
    dispute = dispute_to_read(request, reference)
    found: Export | None = dispute.exports.filter(pk=pk, requested_by=request.acting).select_related("dispute").first()
    if found is None:
        raise Http404(NOT_FOUND)
    return found
