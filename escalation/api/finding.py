"""How an endpoint finds its dispute and reads what it was given; unknown and forbidden are the same 404."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Serializer

from cases.api.authentication import ActingApiRequest
from cases.errors import Refused
from cases.http import NOT_FOUND, visible_or_404
from cases.models import Agency, Appointment
from cases.reads import opened
from escalation import permissions
from escalation.glass import only_read
from escalation.models import Dispute

S = TypeVar("S", bound=Serializer[Any])
STORABLE = "Remove the character that cannot be stored."


def endpoint(*methods: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An address of the API that takes these methods, as a function that is given who acts."""
    made: Callable[[Callable[..., Any]], Callable[..., Any]] = api_view(list(methods))
    return made


def whole() -> QuerySet[Dispute]:
    """Disputes with everything the API shows of one, in a fixed number of queries."""
    return Dispute.objects.with_page_data().prefetch_related(
        "participants__appointment__partnership", "positions__agency", "duties__agency"
    )


def dispute_to_see(request: ActingApiRequest, reference: str) -> Dispute:
    """The dispute if the caller may know of it; that content was read is recorded."""
    found = visible_or_404(whole(), request.acting, reference=reference)
    only_read(request, found)
    if permissions.may_read(found, request.acting):
        opened(request, found.case)
    return found


def dispute_to_read(request: ActingApiRequest, reference: str) -> Dispute:
    """The dispute if the caller may read its content; every endpoint that shows or changes some starts here."""
    found = dispute_to_see(request, reference)
    if not permissions.may_read(found, request.acting):
        raise Http404(NOT_FOUND)
    return found


def given_to(request: ActingApiRequest, takes: type[S]) -> dict[str, Any]:
    """What the caller sent, checked; every error names its field."""
    given = takes(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def agencies_named(keys: list[str], request: ActingApiRequest) -> list[Agency]:
    """The agencies of the caller's partnership with these keys, in the order given."""
    known = {agency.key: agency for agency in Agency.objects.visible_to(request.acting).filter(key__in=keys)}
    if unknown := [key for key in keys if key not in known]:
        raise Refused(f"No agency of this partnership has the key {unknown[0]}.", field="responding")
    return [known[key] for key in dict.fromkeys(keys)]


def person_named(pk: int, request: ActingApiRequest, field: str) -> Appointment:
    """Somebody of the caller's partnership by the id of their role."""
    people = Appointment.objects.visible_to(request.acting).select_related("user", "agency", "partnership")
    found = people.filter(pk=pk).first()
    if found is None:
        raise Refused("Nobody of this partnership has a role with this id.", field=field)
    return found


def asked_in_address(request: ActingApiRequest, *names: str) -> dict[str, str]:
    """The filters in the address that are not empty; text that cannot be stored is refused."""
    asked = {name: request.query_params.get(name, "").strip() for name in names}
    for name, value in asked.items():
        if "\x00" in value:
            raise ValidationError({name: [STORABLE]})
    return {name: value for name, value in asked.items() if value}
