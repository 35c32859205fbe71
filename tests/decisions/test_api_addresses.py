"""Every address of the API of disputes and decisions × every method × (nobody, a stranger, another partnership)."""

from __future__ import annotations

import uuid
from datetime import datetime
from importlib import import_module
from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from cases.models import Appointment
from decisions.models import DecisionRecord, Export
from escalation.models import ChronologyEntry, Dispute, Notification
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast, cast, make_partnership
from tests.factories_disputes import make_dispute, people_under, publish
from tests.worlds import shared

pytestmark = pytest.mark.django_db

MODULES = ("escalation.api.urls", "decisions.api.urls")
LISTS = {"api_disputes", "api_notice_choice", "api_notices", "api_notices_read", "api_protocol", "api_undelivered"}
OURS = ("disputes/", "notices/", "protocol/")
PATTERNS = {
    pattern.name: pattern
    for module in MODULES
    for pattern in import_module(module).urlpatterns
    if str(pattern.pattern).startswith(OURS)
}
NAMES = sorted(PATTERNS)
METHODS = ("get", "post", "put", "patch", "delete")
Everything = tuple[Cast, Dispute, Appointment]


@shared
def world(clock: Clock, now: datetime) -> Everything:
    clock.move_to(now)
    people = people_under("halton", now=now)
    dispute = make_dispute(people, now=now)
    by = people.council.practitioner
    DecisionRecord.objects.create(
        pk=1, dispute=dispute, stage=1, agency=by.agency, author=by, decision="Secret.", created_at=now, updated_at=now
    )
    Export.objects.create(
        pk=uuid.UUID(int=1), dispute=dispute, kind="case_history", reason="Secret.", requested_by=by, requested_at=now
    )
    elsewhere = cast(make_partnership("luton"))
    publish(elsewhere.partnership, now=now)
    return people, dispute, elsewhere.council.practitioner


def address(name: str, dispute: Dispute) -> str:
    """The address of this name about the dispute, or about the first thing of its kind."""
    found: dict[str, Any] = {"reference": dispute.reference, "pk": 1}
    if name == "api_notice_read":
        found["pk"] = Notification.objects.filter(dispute=dispute).order_by("pk")[0].pk
    if name.startswith("api_document"):
        found["pk"] = uuid.UUID(int=1)
    return reverse(name, kwargs={key: found[key] for key in PATTERNS[name].pattern.converters})


@pytest.mark.parametrize("name", NAMES)
def test_what_is_hidden_does_not_exist(world: Everything, name: str) -> None:
    people, dispute, outsider = world
    url, told = address(name, dispute), ChronologyEntry.objects.count()
    for held in (people.stranger, people.charity, outsider):
        for method in METHODS:
            answer = getattr(signed_in(held), method)(url, {})
            open_to_all = (200, 400) if name in LISTS else ()
            assert answer.status_code in (404, 405, *open_to_all), (held, method, answer.data)
            assert dispute.reference not in answer.content.decode()
            assert "Secret." not in answer.content.decode()
    assert ChronologyEntry.objects.count() == told


@pytest.mark.parametrize("name", NAMES)
def test_nobody_gets_anything_without_signing_in(world: Everything, name: str) -> None:
    _, dispute, _ = world
    for method in METHODS:
        assert getattr(APIClient(), method)(address(name, dispute), {}).status_code == 401
