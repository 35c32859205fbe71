"""Asking for documents and making them, by a real worker too, and what happens when that goes wrong."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from decisions import exports, tasks
from decisions.actions import exports as actions
from decisions.models import Export
from decisions.pdf import CannotRender, Rendered
from tests.clock import Clock
from tests.decisions.documents import HISTORY, REFERRAL, asked, events
from tests.factories import Cast
from tests.factories_disputes import make_dispute, people_under
from tests.processes import Worker


@pytest.fixture
def people(db: None, now: datetime) -> Cast:
    return people_under("halton", now=now)


# --- asking and making ---------------------------------------------------------------------------------------------


def test_asking_needs_a_reason_and_the_right_to_read(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    for by, kind, reason, code in (
        (people.council.practitioner, HISTORY, "  ", "invalid"),
        (people.council.practitioner, HISTORY, "a" * 301, "invalid"),
        (people.council.practitioner, REFERRAL, "For the chair.", "shut"),
        (people.stranger, HISTORY, "Curious.", "forbidden"),
        (people.board_manager, HISTORY, "For my list.", "forbidden"),
    ):
        with pytest.raises(Refused) as refusal:
            actions.request_export(dispute=dispute, kind=kind, reason=reason, by=by, now=now)
        assert refusal.value.code == code
    assert not Export.objects.exists()


def test_asked_twice_while_waiting_it_is_one_document(people: Cast, now: datetime) -> None:
    dispute = make_dispute(people, now=now)
    first = asked(dispute, people.council.practitioner, now)
    assert asked(dispute, people.council.practitioner, now).pk == first.pk
    assert asked(dispute, people.health.practitioner, now).pk != first.pk
    assert events(first) == ["export_requested"]


def test_made_once_kept_with_its_hash_and_frozen(people: Cast, now: datetime) -> None:
    export = asked(make_dispute(people, now=now), people.council.practitioner, now)
    tasks.render_exports()
    export.refresh_from_db()
    assert export.state == Export.State.READY, export.problem
    assert export.pdf is not None
    assert export.sha256 == hashlib.sha256(bytes(export.pdf)).hexdigest()
    assert events(export) == ["export_requested", "export_ready"]
    ready = AuditEvent.objects.get(action="export_ready")
    assert ready.data["sha256"] == export.sha256
    assert ready.data["bundle_sha256"] == exports.fingerprint(export.bundle)
    tasks.render_exports()
    assert events(export) == ["export_requested", "export_ready"]


def test_a_failure_is_tried_three_times_and_then_told(
    people: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(make_dispute(people, now=now), people.council.practitioner, now)
    bundles = []

    def fail(bundle: dict[str, Any], fingerprint: str) -> Rendered:
        bundles.append(fingerprint)
        raise CannotRender("The document needed more memory than it may have and was stopped.")

    monkeypatch.setattr(actions, "as_pdf", fail)
    tasks.render_exports()
    export.refresh_from_db()
    assert (export.state, export.attempts) == (Export.State.FAILED, 3)
    assert export.problem == "The document needed more memory than it may have and was stopped."
    assert export.pdf is None
    assert len(set(bundles)) == 1, "every attempt makes the same document"
    assert events(export) == ["export_requested", "export_failed"]


def test_a_vanished_worker_loses_its_claim_and_cannot_finish_late(people: Cast, now: datetime) -> None:
    asked(make_dispute(people, now=now), people.council.practitioner, now)
    lost = actions.claim_export(now=now)
    assert lost is not None
    assert actions.claim_export(now=now + timedelta(minutes=1)) is None
    later = now + timedelta(minutes=4)
    taken = actions.claim_export(now=later)
    assert taken is not None
    assert taken.pk == lost.pk
    assert not actions.finish_export(export=lost, rendered=Rendered(b"%PDF-late", 1), now=later)
    actions.make_export(export=taken, now=later)
    taken.refresh_from_db()
    assert taken.state == Export.State.READY
    assert taken.attempts == 2


def test_a_worker_that_vanishes_three_times_is_told(people: Cast, now: datetime) -> None:
    export = asked(make_dispute(people, now=now), people.council.practitioner, now)
    for minutes in (0, 4, 8, 12):
        actions.claim_export(now=now + timedelta(minutes=minutes))
    export.refresh_from_db()
    assert export.state == Export.State.FAILED
    assert "three times" in export.problem


def test_somebody_whose_role_ended_meanwhile_gets_nothing(people: Cast, now: datetime) -> None:
    export = asked(make_dispute(people, now=now), people.council.practitioner, now)
    Appointment.objects.filter(pk=people.council.practitioner.pk).update(ends_on=(now - timedelta(days=1)).date())
    claimed = actions.claim_export(now=now)
    assert claimed is not None
    actions.make_export(export=claimed, now=now)
    export.refresh_from_db()
    assert (export.state, export.pdf) == (Export.State.FAILED, None)


# --- a real worker -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_makes_it(worker: Callable[..., Worker], clock: Clock) -> None:
    now = datetime.now(UTC)
    clock.move_to(now)
    people = people_under("halton", now=now)
    export = asked(make_dispute(people, now=now), people.council.practitioner, now)
    running = worker()
    tasks.render_exports.delay()
    end = time.monotonic() + 240
    while export.state in actions.UNFINISHED and time.monotonic() < end:
        time.sleep(0.2)
        export.refresh_from_db()
        connection.close()
    assert export.state == Export.State.READY, export.problem or running.log.read_text()[-2000:]
    assert bytes(export.pdf or b"").startswith(b"%PDF-1.7")
