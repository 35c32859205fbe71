"""A draft of the protocol is submitted, sent back, taken back, and approved by a second person."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.test import Client

from cases.models import AuditEvent
from cases.roles import Role
from escalation.models import Notification, ProtocolDraft, ProtocolVersion
from tests.clock import Clock
from tests.escalation.protocol_pages import begin, change, go, seen, submit
from tests.factories import Cast, make_appointment
from tests.factories_disputes import make_dispute, people_under, publish
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


def test_from_a_copy_to_a_version_that_running_disputes_do_not_notice(
    client: Client, people: Cast, now: datetime, clock: Clock
) -> None:
    running = make_dispute(people, now=now)
    draft = begin(client, people.board_manager)
    page = change(client, people.board_manager, draft, "stages.1.limits.1", number="10", unit="working_days")
    assert "Saved." in page
    change(
        client,
        people.board_manager,
        draft,
        "policy",
        effective_from_day="1",
        effective_from_month="5",
        effective_from_year="2026",
    )
    page = go(client, people.board_manager, f"/protocol/differences/?before=1&after={draft.pk}")
    assert "concluded by Day 9 (calendar days" in page
    assert "→ concluded by Day 10 (working days" in page
    page = submit(client, people.board_manager, draft)
    assert "Waits for approval" in page
    assert "Somebody else approves it" in page
    go(client, people.board_manager, f"/protocol/drafts/{draft.pk}/approve/", {"seen": seen(draft)}, status=403)
    assert ProtocolVersion.objects.count() == 1
    page = go(client, people.chair, f"/protocol/drafts/{draft.pk}/approve/", {"seen": seen(draft)})
    assert "Version 2 is published" in page
    version = ProtocolVersion.objects.get(version=2)
    assert version.published_by == people.chair
    assert running.protocol.version == 1
    assert make_dispute(people, now=now).protocol.version == 1  # version 2 begins in May
    later = datetime(2026, 5, 1, 9, 0, tzinfo=now.tzinfo)
    assert make_dispute(people, now=later).protocol == version
    running.refresh_from_db()
    assert running.protocol.version == 1
    told = Notification.objects.filter(event="protocol")
    assert {people.board_manager, people.chair, people.council.lead} <= {notice.recipient for notice in told}
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {
        "protocol_draft_started",
        "protocol_draft_edited",
        "protocol_draft_submitted",
        "protocol_draft_approved",
    } <= actions


def test_it_comes_back_with_reasons_and_is_taken_back(client: Client, people: Cast) -> None:
    other = make_appointment(Role.BOARD_MANAGER, partnership=people.partnership)
    draft = begin(client, people.board_manager)
    change(client, people.board_manager, draft, "words", reporting="Each quarter, to the board.")
    submit(client, people.board_manager, draft)
    path = f"/protocol/drafts/{draft.pk}/"
    go(client, other, f"{path}part/words/", {"seen": seen(draft), "reporting": "No"}, status=409)
    assert "Say what should be different" in go(client, other, f"{path}return/", {"why": ""})
    go(client, other, f"{path}return/", {"why": "Ask the hospital first."})
    assert "Ask the hospital first." in go(client, people.board_manager, path)
    submit(client, people.board_manager, draft)
    assert "The draft is yours again." in go(client, people.board_manager, f"{path}take-back/", {})
    assert "cannot be brought back" in go(client, people.board_manager, f"{path}discard/")
    go(client, people.board_manager, f"{path}discard/", {})
    assert not ProtocolDraft.objects.exists()


def test_nobody_who_wrote_in_a_draft_approves_it_and_two_approvals_make_one_version(
    client: Client, people: Cast
) -> None:
    other = make_appointment(Role.BOARD_MANAGER, partnership=people.partnership)
    third = make_appointment(Role.BOARD_MANAGER, partnership=people.partnership)
    draft = begin(client, people.board_manager)
    change(client, other, draft, "words", reporting="Each quarter, to the board.")
    change(client, people.board_manager, draft, "words", reporting="Each month, to the board.")
    submit(client, people.board_manager, draft)
    path = f"/protocol/drafts/{draft.pk}/"
    assert "never whoever wrote or submitted it" in go(client, other, path)
    go(client, other, f"{path}approve/", {"seen": seen(draft)}, status=403)
    asked = Notification.objects.filter(event="protocol", key__contains=":submitted:")
    assert {notice.recipient for notice in asked} == {people.chair, third}
    client.force_login(people.chair.user)
    assert client.get(f"/notices/{asked.get(recipient=people.chair).pk}/open/")["Location"] == "/protocol/"
    assert "Version 2 is published" in go(client, third, f"{path}approve/", {"seen": seen(draft)})
    go(client, people.chair, f"{path}approve/", {"seen": seen(draft)}, status=404)
    assert ProtocolVersion.objects.count() == 2


def test_a_version_that_would_stand_in_place_of_a_later_one_is_told(
    client: Client, people: Cast, now: datetime
) -> None:
    publish(people.partnership, now=now, effective_from=date(2026, 9, 1), version="later")
    draft = begin(client, people.board_manager, "v1")
    assert "applies from 1 September 2026" in go(client, people.board_manager, f"/protocol/drafts/{draft.pk}/")
    assert "Later" in go(client, people.board_manager, "/protocol/")
