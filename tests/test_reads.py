"""Every answer that shows something of a case is written down once, and without that there is none: pages, API and files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import transaction
from django.urls import resolve

from cases import http
from cases.models import Appointment, AuditEvent
from escalation.embedded import OWNER_ROLE
from tests import url_matrix
from tests.calling import Browsers
from tests.clock import Clock
from tests.services import database_name, services
from tests.url_matrix_disputes import ROWS
from tests.url_matrix_world import World, make_world, member

pytestmark = pytest.mark.django_db(transaction=True)
OF_A_CASE = ("onward_result",)  # besides every address with a reference in it
OF_NO_CASE = ("take_place_in", "look_into")
OWN = ("home",)  # My work names what is the reader's own to do
CONTENT = ("Discharge home without a care package.", "Book the sitter.", "Seen at nine.", "The sitter starts first.")


@pytest.fixture
def world(clock: Clock, now: datetime) -> World:
    clock.move_to(now)
    return make_world(now)


def asked(world: World, case: str) -> Iterator[tuple[str, str, Appointment, str]]:
    """Every address of the product with somebody who may use it, and how it is asked."""
    for row in ROWS:
        url = row.url.format(**world.names)
        for method in ("get", "post") if is_of_a_case(row.name, url) else ("get",):
            yield row.name, url, member(world.people, row.insider), method
    for other in url_matrix.ROWS:
        if "{" not in other.url.replace("{case}", ""):
            yield other.name, other.url.format(case=case), member(world.people, other.insider), other.method


def is_of_a_case(name: str, url: str) -> bool:
    return (name in OF_A_CASE or "reference" in resolve(url.partition("?")[0]).kwargs) and name not in OF_NO_CASE


def answer(url: str, who: Appointment, method: str, browsers: Browsers, **headers: str) -> tuple[Any, int]:
    """What comes back, as if nothing had been asked before, and how many reads were written meanwhile."""
    client = browsers.of(who)
    with transaction.atomic():
        before = AuditEvent.objects.filter(action="case_read").count()
        response = getattr(client, method)(url, headers=headers)
        written = AuditEvent.objects.filter(action="case_read", user=who.user_id).count()
        transaction.set_rollback(True)
    return response, written - before


def own_case(world: World) -> str:
    from escalation.models import Dispute

    return Dispute.objects.get(reference=world.names["dispute"]).case.reference


@contextmanager
def refused_by_the_database(statement: str, undo: str) -> Iterator[None]:
    with psycopg.connect(services().url(OWNER_ROLE, database_name()), autocommit=True) as owner:
        owner.execute(statement)
        try:
            yield
        finally:
            owner.execute(undo)


NO_READS = """
CREATE FUNCTION public.no_reads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF NEW.action = 'case_read' THEN RAISE EXCEPTION 'not now'; END IF; RETURN NEW; END $$;
CREATE TRIGGER no_reads BEFORE INSERT ON cases_auditevent FOR EACH ROW EXECUTE FUNCTION public.no_reads()
"""


def test_each_answer_is_written_down_once_and_without_that_there_is_none(world: World) -> None:
    case, wrong, shown, browsers = own_case(world), list[str](), list[Any](), Browsers()
    for name, url, who, method in asked(world, case):
        response, written = answer(url, who, method, browsers)
        is_shown = response.status_code == 200 and is_of_a_case(name, url)
        if is_shown:
            shown.append((name, url, who, method))
        if written != 1 if is_shown else written > 1:
            wrong.append(f"{method} {url}: {response.status_code}, written {written} times")
        may_show = is_of_a_case(name, url) or written or name in OWN
        if not may_show and any(text in response.content.decode() for text in CONTENT[1:]):
            wrong.append(f"{method} {url}: shows content and is no address of a case")
    assert len(shown) > 100
    with refused_by_the_database(NO_READS, "DROP FUNCTION public.no_reads CASCADE"):
        for name, url, who, method in shown:
            response, written = answer(url, who, method, browsers)
            said = response.content.decode()
            if (response.status_code, written) != (503, 0) or any(text in said for text in (*CONTENT, case)):
                wrong.append(
                    f"{method} {url}: {response.status_code} although nobody could write down who reads {name}"
                )
    assert not wrong, "\n".join(wrong)


def test_whatever_keeps_the_event_from_being_written_is_the_same_plain_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, who, browsers = world.names["dispute"], world.people.council.practitioner, Browsers()
    monkeypatch.setattr(http, "PATIENCE", "50ms")
    held = "BEGIN; UPDATE cases_audithead SET seq = seq + 1"
    for statement, undo in (
        ("REVOKE INSERT ON cases_auditevent FROM escalation_web", "GRANT INSERT ON cases_auditevent TO escalation_web"),
        (held, "ROLLBACK"),
    ):
        with refused_by_the_database(statement, undo):
            page, _ = answer(f"/disputes/{reference}/", who, "get", browsers)
            told, _ = answer(f"/api/disputes/{reference}/", who, "get", browsers)
        assert (page.status_code, page["Retry-After"], told.status_code, told.json()["code"]) == (
            503,
            "30",
            503,
            "unavailable",
        )
        assert "999" in page.content.decode()
        assert reference not in page.content.decode() + told.content.decode()
    assert answer(f"/disputes/{reference}/", who, "get", browsers)[0].status_code == 200
