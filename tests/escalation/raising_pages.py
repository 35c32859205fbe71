"""Walking through the pages of raising as a browser does."""

from __future__ import annotations

from typing import Any

from django.test import Client

from cases.models import Appointment
from escalation.models import Draft
from tests.factories import Cast

WORRY = {
    "worry": "She cannot get out of bed alone and lives by herself.",
    "proposed_resolution": "Delay the discharge until the night sitter can start.",
}
SAFE = {"answer": "safe", "how": "Seen on the ward at nine this morning; the nurse in charge agrees."}


def answers(people: Cast) -> dict[str, dict[str, Any]]:
    """What fills every page with the least that is required."""
    return {
        "danger": {"danger": "no"},
        "scope": {"about": "none"},
        "person": {"name": "Margaret Elsworth"},
        "decision": {
            "decision_disputed": "Discharge home on Friday without a care package.",
            "responding": [people.health.agency.pk],
        },
        "worry": WORRY,
        "safety": SAFE,
        "recipient": {},
    }


def begin(client: Client, by: Appointment, **data: Any) -> Draft:
    """Sign in and begin; the draft."""
    client.force_login(by.user)
    response = client.post("/disputes/raise/", data)
    assert response.status_code == 302
    return Draft.objects.get(pk=response["Location"].split("/")[3])


def address(draft: Draft, step: str) -> str:
    """The address of a page."""
    return f"/disputes/raise/{draft.pk}/{step}/"


def fill(client: Client, draft: Draft, pages: dict[str, dict[str, Any]]) -> str:
    """Send page after page, each from where the one before led; returns the last address."""
    here = address(draft, "danger")
    for step, data in pages.items():
        assert here == address(draft, step), f"expected {step}, came to {here}"
        assert client.get(here).status_code == 200
        response = client.post(here, data)
        assert response.status_code == 302, response.content.decode()
        here = response["Location"]
    return here


def text_of(response: Any) -> str:
    return str(response.content.decode())


def day_of(name: str, day: int, month: int, year: int, time: str = "") -> dict[str, str]:
    """A date as its boxes are sent."""
    boxes = {f"{name}_day": str(day), f"{name}_month": str(month), f"{name}_year": str(year)}
    return boxes | ({f"{name}_time": time} if time else {})
