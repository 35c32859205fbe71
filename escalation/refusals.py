"""Every refused attempt becomes one event in the audit trail of what it was about, whichever door it came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch

from cases import rows
from cases.actions.refusals import Attempt, record_refusal
from cases.audit import scope_of_case
from cases.errors import Refused
from cases.http import Hidden, acted_at, note_refusal
from cases.models import Appointment, Case
from escalation.models import Dispute

CODES = {403: "forbidden", 404: "not_found", 409: "shut"}


class RefusedAttempts:
    """Writes down what was refused, in a transaction of its own after that of the attempt was rolled back.

    An attempt counts as refused when a rule said no (``Refused``), or the answer is 403, 404 or 409. It is written from what
    the address, or the lookup that found nothing, named. Nobody signed in: nothing is written. The answer stays as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        code = _code(request, response.status_code)
        by = _who(request) if code else None
        if by is not None and (address := request.resolver_match) is not None:
            with rows.everything("a refusal is written to the case it was about, of which whoever asked may know nothing"):
                record_refusal(attempt=_attempt(request, address, code), by=by, now=acted_at())
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """Remember why a page was refused; the answer is made elsewhere."""
        if isinstance(error, Http404 | PermissionDenied):
            note_refusal(request, error)


def _code(request: HttpRequest, status: int) -> str:
    error = getattr(request, "refused_for", None)
    return error.code if isinstance(error, Refused) else CODES.get(status, "")


def _who(request: HttpRequest) -> Appointment | None:
    """The role acted in; of somebody whose roles have all ended, the last one held."""
    acting: Appointment | None = getattr(request, "acting", None)
    if acting is not None or not request.user.is_authenticated:
        return acting
    return cast("Any", request.user).appointments.order_by("-pk").first()  # type: ignore[no-any-return]


def _attempt(request: HttpRequest, address: ResolverMatch, code: str) -> Attempt:
    data = {"verb": str(address.url_name), "method": str(request.method).lower(), "code": code}
    if "pk" in address.kwargs:
        data["row"] = str(address.kwargs["pk"])[:40]
    model, lookup = _named(request, address.kwargs)
    if model is None:
        return Attempt(f"{sorted(address.kwargs.items())}", data)
    about = _found(model, lookup)
    case_id = about.pk if isinstance(about, Case) else _case_of(about)
    asked = f"{model._meta.label_lower} {sorted((name, str(value)) for name, value in lookup.items())}"
    return Attempt(asked, data) if case_id is None else Attempt(asked, data, about, scope_of_case(case_id))


def _named(request: HttpRequest, kwargs: Mapping[str, Any]) -> tuple[type[Model] | None, Mapping[str, Any]]:
    """What the attempt was about: what a lookup did not find, or the dispute or case whose reference is in the address."""
    error = getattr(request, "refused_for", None)
    hidden = next((found for found in (error, getattr(error, "__cause__", None)) if isinstance(found, Hidden)), None)
    if hidden is not None:
        return hidden.model, hidden.lookup
    if "reference" not in kwargs:
        return None, {}
    model = Case if str(kwargs["reference"]).count("-") > 2 else Dispute
    return model, {"reference": kwargs["reference"]}


def _found(model: type[Model], lookup: Mapping[str, Any]) -> Model | None:
    try:
        return model._default_manager.filter(**lookup).first()
    except (ValueError, ValidationError):
        return None


def _case_of(about: Model | None) -> int | None:
    """The case of a dispute, or of what belongs to one."""
    row: Any = about
    row = getattr(row, "notice", row)
    row = row if isinstance(row, Dispute) else getattr(row, "dispute", None)
    return cast("int", row.case_id) if row is not None else None
