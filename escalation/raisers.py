"""Whose name is kept from whom: what leaves for somebody who may not know it says 'A practitioner of …' instead (T9)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from cases.models import Appointment
from cases.rows import one_act
from escalation.models import Dispute, RaiserProtection
from escalation.permissions import may_know_raiser

# Where people are found whatever they raised: hiding them there would show who is hidden.
NOT_ABOUT_DISPUTES = (
    "/account/", "/directory/", "/protocol/", "/disputes/raise/", "/api/token/", "/api/roles/", "/api/schema/",
    "/api/directory/", "/api/protocol/", "/static/",
)  # fmt: skip
READ_AS_TEXT = ("text/", "application/json", "application/problem+json")
REFERENCE = re.compile(r"/([A-Z]{2,6}-(?:[A-Z]-)?[0-9]{4}-[0-9]{4,8})/")


@dataclass(frozen=True)
class Cover:
    """A person's name in every form in which it leaves, and what stands in its place."""

    name: re.Pattern[str]
    instead: str

    @classmethod
    def of(cls, dispute: Dispute) -> Cover:
        """The cover of whoever raised this dispute."""
        who = dispute.raised_by
        where = who.agency.short_name if who.agency else who.partnership.short_name
        forms = [_in_every_form(who.described), _in_every_form(who.user.name), _in_every_form(who.user.email)]
        return cls(re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE), f"A practitioner of {where}")


def _in_every_form(text: str) -> str:
    """As it is, in a page and in JSON; whatever space stands between its words."""
    forms = dict.fromkeys((text, escape(text), json.dumps(text)[1:-1]))
    return "|".join(r"\s+".join(map(re.escape, form.split())) for form in forms)


def covered(text: str, covers: Sequence[Cover]) -> str:
    """The text with every kept name replaced."""
    for cover in covers:
        text = cover.name.sub(cover.instead, text)
    return text


def covered_parts(parts: Any, covers: Sequence[Cover]) -> Any:
    """The same for plain data of any depth, such as a document before it is set."""
    if isinstance(parts, dict):
        return {key: covered_parts(value, covers) for key, value in parts.items()}
    if isinstance(parts, list):
        return [covered_parts(value, covers) for value in parts]
    return covered(parts, covers) if isinstance(parts, str) else parts


def covers_for(reader: Appointment, *, reference: str = "") -> list[Cover]:
    """The names that ``reader`` may not know: of one dispute or case by its reference, or of all in their partnership."""
    kept = RaiserProtection.objects.filter(lifted_at=None, dispute__partnership=reader.partnership_id)
    if reference:
        kept = kept.filter(Q(dispute__reference=reference) | Q(dispute__case__reference=reference))
    return [Cover.of(one) for one in _protected(kept) if not may_know_raiser(one, reader)]


@one_act
def covers_for_nobody() -> list[Cover]:
    """Every name that is kept: for somebody outside, who has no account and knows none of them."""
    return [Cover.of(one) for one in _protected(RaiserProtection.objects.filter(lifted_at=None))]


def _protected(kept: QuerySet[RaiserProtection]) -> Iterable[Dispute]:
    ids = list(kept.values_list("dispute_id", flat=True))
    found = Dispute.objects.with_page_data().filter(pk__in=ids).select_related(
        "case__person", "protocol", "partnership", "raising_agency", "raised_by__user", "raised_by__agency",
        "raised_by__partnership",
    )  # fmt: skip
    return found if ids else ()


class KeepsRaisers:
    """Stands directly before the views: the one way out of every page, answer and calendar, for every name that is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = cast("HttpResponse", self.get_response(request))
        if request.path.startswith(NOT_ABOUT_DISPUTES) or response.streaming or not response.content:
            return response
        if not response.headers.get("Content-Type", "").startswith(READ_AS_TEXT):
            return response
        reader = getattr(request, "acting", None)
        if reader is None and not request.path.startswith("/outside/"):
            return response
        found = REFERENCE.search(request.path)
        covers = covers_for(reader, reference=found[1] if found else "") if reader else covers_for_nobody()
        if covers:
            response.content = covered(response.content.decode(), covers).encode()
        return response
