"""What every door shares: who acts, what they may see, how a refusal is told, how a list is paged, what reading leaves.

A page view looks like this (the API does the same with ``request.acting`` and ``acted_at``)::

    @require_http_methods(["GET", "POST"])
    def withdraw(request: ActingRequest, reference: str) -> HttpResponse:
        dispute = visible_or_404(Dispute.objects.with_page_data(), request.acting, reference=reference)
        form, status = WithdrawForm(request.POST or None), 200
        if request.method == "POST" and form.is_valid():
            try:
                withdraw_dispute(dispute=dispute, reason=form.cleaned_data["reason"], by=request.acting, now=acted_at())
                return redirect("dispute", reference)
            except Refused as error:
                status = refused(request, form, error)
        return render(request, "escalation/withdraw.html", {"form": form, "dispute": dispute}, status=status)

Addresses take references as ``<ref:reference>`` (cases and disputes), so that a wrong one is a 404 before any query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Manager, Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.urls import register_converter

from cases import audit
from cases.clock import database_now
from cases.errors import Refused
from cases.models import Appointment, Case, User

M = TypeVar("M", bound=Model)
NOT_FOUND = "There is nothing at this address, or nothing that is shared with you in the role in which you act."
PAGE_SIZE = 25
PATIENCE = "5s"  # how long a reader waits for somebody who writes about the same case


class ActingRequest(HttpRequest):
    """A request of somebody signed in who acts in a role; every page but the public ones gets this."""

    acting: Appointment
    can_switch_role: bool
    role_ended: bool
    refused_for: Exception | None
    user: User


class ReferenceConverter:
    """References of cases and disputes in addresses, such as HAL-2026-0012 and HAL-C-2026-0007."""

    regex = r"[A-Z]{2,6}-(?:[A-Z]-)?[0-9]{4}-[0-9]{4,8}"

    def to_python(self, value: str) -> str:
        """The reference as it is."""
        return value

    def to_url(self, value: str) -> str:
        """The reference as it is."""
        return value


register_converter(ReferenceConverter, "ref")

acted_at = database_now


class Hidden(Http404):
    """What ``lookup`` names is not there, or is not shared with whoever asked: the same answer to them."""

    def __init__(self, model: type[Model], lookup: Mapping[str, Any]) -> None:
        super().__init__(NOT_FOUND)
        self.model, self.lookup = model, lookup


def visible_or_404(source: QuerySet[M] | Manager[M], acting: Appointment, **lookup: Any) -> M:
    """The one row that ``lookup`` names, if ``acting`` may see it; what is unknown and what is hidden give the same 404."""
    visible: QuerySet[M] = source.visible_to(acting)  # type: ignore[union-attr]
    try:
        return visible.get(**lookup)
    except (ObjectDoesNotExist, ValueError, ValidationError) as error:
        raise Hidden(source.model, lookup) from error


def note_refusal(request: HttpRequest, error: Exception) -> None:
    """Leave on the request what was refused, for the one place that writes it into the audit trail."""
    cast("Any", request).refused_for = error


def refused(request: HttpRequest, form: forms.BaseForm | None, error: Refused) -> int:
    """Tell a refusal where it belongs, and answer the status for the page: 409 when the state changed, 403, else 200.

    With a form: at the field it concerns, or on top. Without one: as a message, for the page you redirect to.
    """
    note_refusal(request, error)
    if form is None:
        messages.warning(request, error.message)
    else:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    return {"shut": 409, "stale": 409, "forbidden": 403}.get(error.code, 200)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of a list, with the addresses of its neighbours (None at either end)."""

    rows: Sequence[M]
    newer: str | None
    older: str | None


def page_of(queryset: QuerySet[M], request: HttpRequest, key: str = "-pk", size: int = PAGE_SIZE) -> Page[M]:
    """One page by keyset: ``key`` is a field of the model that is never null, with ``-`` for the latest first.

    Rows with the same value are told apart by their primary key. Other parameters of the address (filters) are kept.
    The template: ``{% pagination newer=page.newer older=page.older %}``.
    """
    name, falling = key.removeprefix("-"), key.startswith("-")
    back, mark = "newer" in request.GET, request.GET.get("newer") or request.GET.get("older")
    down = falling != back
    sign = "-" if down else ""
    if mark:
        queryset = queryset.filter(_beyond(queryset.model, name, mark, down=down))
    rows = list(queryset.order_by(f"{sign}{name}", f"{sign}pk")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()
    has_newer, has_older = (more, bool(mark)) if back else (bool(mark), more)
    return Page(
        rows=rows,
        newer=_address(request, "newer", _mark(rows[0], name)) if rows and has_newer else None,
        older=_address(request, "older", _mark(rows[-1], name)) if rows and has_older else None,
    )


def _beyond(model: type[Model], name: str, mark: str, *, down: bool) -> Q:
    value_text, _, pk_text = mark.rpartition("~")
    side = "lt" if down else "gt"
    pk = model._meta.pk
    field = pk if name == "pk" else model._meta.get_field(name)
    try:
        last = pk.to_python(pk_text)
        value = last if name == "pk" else field.to_python(value_text)  # type: ignore[union-attr]
    except ValidationError as error:
        raise Http404(NOT_FOUND) from error
    if last is None or value is None or "\x00" in mark or len(pk_text) > 18:
        raise Http404(NOT_FOUND)
    if name == "pk":
        return Q(**{f"pk__{side}": last})
    return Q(**{f"{name}__{side}": value}) | Q(**{name: value, f"pk__{side}": last})


def _mark(row: Model, name: str) -> str:
    if name == "pk":
        return f"~{row.pk}"
    return f"{row._meta.get_field(name).value_to_string(row)}~{row.pk}"  # type: ignore[union-attr]


def _address(request: HttpRequest, way: str, mark: str) -> str:
    parameters = request.GET.copy()
    for taken in ("newer", "older"):
        parameters.pop(taken, None)
    parameters[way] = mark
    return f"?{parameters.urlencode()}"


# What packages above know of how somebody reads a case that is not shared with them; put here when they are wired.
READS_UNDER: list[Callable[[Case, Appointment], dict[str, int]]] = []


def _under(case: Case, acting: Appointment) -> dict[str, int] | None:
    if acting.reads_under is not None:
        return acting.reads_under
    found: dict[str, int] = {}
    for under in READS_UNDER:
        found |= under(case, acting)
    return found or None


class ReadNotWritten(Exception):
    """The database would not take the event of a read: nothing of the case may leave."""


def record_read(case: Case, acting: Appointment) -> None:
    """Write that the content of a case was read, by whom and when; ``ReadNotWritten`` when that cannot be done.

    Doors call ``cases.reads.opened``, which calls this.
    """
    try:
        with transaction.atomic():
            now = database_now(patience=PATIENCE)
            audit.record("case_read", case, scope=audit.scope_of_case(case.pk), by=acting, now=now, data=_under(case, acting))
    except DatabaseError as error:
        raise ReadNotWritten from error
