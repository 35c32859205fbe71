"""How the API tells an error: always ``{"message", "code", "field"}``, and all of them under ``errors`` for bad input."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from cases.errors import Refused
from cases.http import NOT_FOUND, note_refusal
from cases.sending import WasSent

REPLAYED = "Idempotency-Replayed"  # the answer is that of the first time
TOO_LARGE = "Send at most 2 MB at a time."
STATUS = {"invalid": 400, "forbidden": 403, "shut": 409, "stale": 409, "prove_again": 403, "second_factor_needed": 403}


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response for an error, None for a fault of ours (which becomes a 500 and is logged)."""
    if isinstance(error, Refused | Http404):
        note_refusal(context["request"]._request, error)
    response = _of_ours(error) or exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        field, message = _first(error.detail)
        response.data = _body(message, "invalid", field) | {"errors": error.detail}
    elif isinstance(error, Http404 | exceptions.NotFound):
        response.data = _body(NOT_FOUND, "not_found")
    elif isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        response.data = _body(str(getattr(error, "detail", "") or "This is not yours to do."), "forbidden")
    elif isinstance(error, exceptions.APIException):
        response.data = _body(str(error.detail), str(error.default_code))
    return response


def _of_ours(error: Exception) -> Response | None:
    if isinstance(error, Refused):
        return Response(_body(error.message, error.code, error.field), status=STATUS.get(error.code, 400))
    if isinstance(error, RequestDataTooBig):
        return Response(_body(TOO_LARGE, "too_large"), status=413)
    if not isinstance(error, WasSent):
        return None
    headers = {"Location": error.location} if error.location else {}
    return Response(error.data, status=error.status, headers={REPLAYED: "true"} | headers)


def _body(message: str, code: str, field: str | None = None) -> dict[str, Any]:
    return {"message": message, "code": code, "field": field}


def _first(detail: Any, field: str | None = None) -> tuple[str | None, str]:
    """The first thing that is wrong, with the field it is about."""
    if isinstance(detail, dict) and detail:
        name, inner = next(iter(detail.items()))
        return _first(inner, field if name == "non_field_errors" else ".".join(filter(None, [field, str(name)])))
    if isinstance(detail, list) and detail:
        return _first(next((item for item in detail if item), ""), field)
    return field, str(detail)
