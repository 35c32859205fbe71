"""Looking at My work and the list of disputes as somebody, and letting a limit pass."""

from __future__ import annotations

from datetime import datetime

from django.test import Client

from cases.models import Appointment
from escalation.actions.sweep import sweep
from tests.clock import Clock


def see(client: Client, who: Appointment, path: str = "/") -> str:
    client.force_login(who.user)
    response = client.get(path)
    assert response.status_code == 200
    return str(response.content.decode())


def block_of(page: str, key: str) -> str:
    """The text of one block."""
    start = page.index(f'id="block-{key}"')
    return page[start : page.index("</section>", start)]


def pass_by(day: datetime, clock: Clock) -> str:
    """Let time pass with nobody acting; how late the limit of stage 3 then is."""
    for _ in range(3):
        sweep(now=day)
    clock.move_to(day)
    return "1 day overdue"
