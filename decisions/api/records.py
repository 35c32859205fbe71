"""Decision records over JSON: everything decided, writing a record, handing it in, signing it off, correcting it."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from cases.api.authentication import ActingApiRequest
from cases.http import NOT_FOUND, acted_at
from decisions import permissions
from decisions.actions import records
from decisions.api import taking
from decisions.api.showing import DecidedSerializer, RecordShown, decided, record_of
from decisions.models import DecisionRecord
from escalation.api.finding import dispute_to_read, endpoint, given_to


def record_or_404(request: ActingApiRequest, reference: str, pk: int) -> DecisionRecord:
    """The record if the caller may see it; unknown and hidden are the same 404."""
    dispute = dispute_to_read(request, reference)
    rows = dispute.decision_records.select_related("author__user", "author__agency", "author__partnership", "agency")
    found: DecisionRecord | None = rows.filter(pk=pk).prefetch_related("options", "consulted", "sign_offs").first()
    if found is not None:
        found.dispute = dispute
        if permissions.may_read_record(found, request.acting):
            return found
    raise Http404(NOT_FOUND)


def _as_it_stands(record: DecisionRecord, request: ActingApiRequest, code: int = status.HTTP_200_OK) -> Response:
    found = record_or_404(request, record.dispute.reference, record.pk)
    return Response(RecordShown(record_of(found)).data, status=code)


@extend_schema(
    methods=["GET"], operation_id="disputes_decided", responses=DecidedSerializer, summary="Everything decided in a dispute"
)
@extend_schema(
    methods=["POST"], request=taking.RecordSerializer, responses={201: RecordShown}, summary="Begin a decision record"
)
@endpoint("GET", "POST")
def decisions(request: ActingApiRequest, reference: str) -> Response:
    """Records, referrals, outcomes and further bodies; or the beginning of a new record."""
    dispute = dispute_to_read(request, reference)
    if request.method == "GET":
        return Response(decided(dispute, request.acting))
    content = taking.content_of(given_to(request, taking.RecordSerializer))
    made = records.draft_record(dispute=dispute, content=content, by=request.acting, now=acted_at())
    return _as_it_stands(made, request, status.HTTP_201_CREATED)


@extend_schema(methods=["GET"], responses=RecordShown, summary="Read a decision record")
@extend_schema(methods=["PUT"], request=taking.EditRecordSerializer, responses=RecordShown, summary="Write a decision record")
@endpoint("GET", "PUT")
def decision(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """One record; its author writes it until it is handed in."""
    found = record_or_404(request, reference, pk)
    if request.method == "GET":
        return Response(RecordShown(record_of(found)).data)
    given = given_to(request, taking.EditRecordSerializer)
    records.edit_record(
        record=found, content=taking.content_of(given), seen_edits=given["seen_edits"], by=request.acting, now=acted_at()
    )
    return _as_it_stands(found, request)


@extend_schema(request=None, responses=RecordShown, summary="Hand a record in for sign-off")
@endpoint("POST")
def submit(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Handed in, complete or not; whoever may sign it is told."""
    found = record_or_404(request, reference, pk)
    records.submit_record(record=found, by=request.acting, now=acted_at())
    return _as_it_stands(found, request)


@extend_schema(request=taking.ReasonsSerializer, responses=RecordShown, summary="Sign a record off")
@endpoint("POST")
def sign(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Signed with one's own reasons, never by its author, and frozen by that."""
    found = record_or_404(request, reference, pk)
    given = given_to(request, taking.ReasonsSerializer)
    records.sign_record(record=found, by=request.acting, now=acted_at(), **given)
    return _as_it_stands(found, request)


@extend_schema(request=taking.ReasonsSerializer, responses=RecordShown, summary="Return a record for more")
@endpoint("POST")
def send_back(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """Back to its author, with what is wanted."""
    found = record_or_404(request, reference, pk)
    given = given_to(request, taking.ReasonsSerializer)
    records.return_record(record=found, by=request.acting, now=acted_at(), **given)
    return _as_it_stands(found, request)


@extend_schema(request=None, responses={201: RecordShown}, summary="Begin a correction")
@endpoint("POST")
def correct(request: ActingApiRequest, reference: str, pk: int) -> Response:
    """The next version of a signed record begins with its words; the signed one holds until that is signed."""
    found = record_or_404(request, reference, pk)
    version = records.correct_record(record=found, by=request.acting, now=acted_at())
    return _as_it_stands(version, request, status.HTTP_201_CREATED)
