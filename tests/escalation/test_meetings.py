"""Meetings: invited without personal data, held with minutes and dissent, a discussion for every agency that came (F18)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cases.errors import Refused
from cases.models import AuditEvent
from decisions.exports import assemble
from escalation.actions.meetings import Minutes, Proposed, call_off, hold_meeting, kinds_of, propose_meeting
from escalation.models import Dispute, Meeting, Notification
from tests.calling import signed_in
from tests.clock import Clock
from tests.factories import Cast
from tests.factories_disputes import climb, fresh, make_dispute, people_under
from tests.worlds import shared

pytestmark = pytest.mark.django_db
MINUTES = Minutes("video", "We went through the nights.", "A sitter for a week.", "Health holds that a sitter is not needed.")


@shared
def people(now: datetime) -> Cast:
    return people_under("halton", now=now)


@shared
def dispute(people: Cast, now: datetime) -> Dispute:
    return make_dispute(people, now=now)


@shared
def meeting(dispute: Dispute, people: Cast, now: datetime) -> Meeting:
    proposed = Proposed("Strategy Meeting", now + timedelta(hours=2), "Who covers the nights?", link="https://meet.example/1")
    return propose_meeting(
        dispute=dispute, proposed=proposed, invited=[people.health.practitioner], by=people.council.practitioner, now=now
    )


def test_kinds_are_those_of_the_stage_and_those_always_possible(dispute: Dispute) -> None:
    kinds = kinds_of(dispute)
    assert kinds[: len(dispute.rules_now.suggested_meetings)] == list(dispute.rules_now.suggested_meetings)
    assert {"Best interests meeting", "Multi-agency meeting"} <= set(kinds)
    assert len({kind.casefold() for kind in kinds}) == len(kinds)


def test_those_invited_are_told_and_nobody_else(meeting: Meeting, people: Cast) -> None:
    told = Notification.objects.filter(key__contains=":meeting:")
    assert [one.recipient_id for one in told] == [people.health.practitioner.pk]
    assert "Strategy" not in told[0].mail_text


def test_the_diary_entry_names_nobody(client: Client, meeting: Meeting, dispute: Dispute, people: Cast) -> None:
    client.force_login(people.health.practitioner.user)
    answer = client.get(f"/disputes/{dispute.reference}/meetings/{meeting.pk}/diary/")
    text = answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert f"SUMMARY:{dispute.reference}: meeting\r\n" in text
    assert "DTSTART:20260402T110000Z" in text
    for hidden in ("Strategy", "nights", people.council.agency.name, people.council.practitioner.user.name, "meet.example"):
        assert hidden not in text


def test_minutes_are_a_discussion_of_every_agency_that_came(now: datetime) -> None:
    people = people_under("south_lanarkshire", now=now)
    dispute = climb(climb(make_dispute(people, now=now), now=now), now=now)
    owed = dispute.duties.filter(kind="discussion_held", done_at__isnull=True)
    assert owed.exists()
    proposed = Proposed("Multi-agency meeting", now + timedelta(hours=2), "The nights.", "Room 4")
    meeting = propose_meeting(
        dispute=dispute, proposed=proposed, invited=[people.health.senior_manager], by=people.council.senior_manager, now=now
    )
    later = now + timedelta(hours=3)
    attended = [people.health.senior_manager.pk, people.council.senior_manager.pk]
    hold_meeting(meeting=meeting, minutes=MINUTES, attended=attended, by=people.council.senior_manager, now=later)
    assert not owed.exists()
    assert dispute.discussions.latest("pk").kind == "meeting"
    assert AuditEvent.objects.filter(action="meeting_held").count() == 1


def test_minutes_are_written_once_and_frozen(meeting: Meeting, people: Cast, now: datetime) -> None:
    by, attended, later = people.council.practitioner, [people.health.practitioner.pk], now + timedelta(hours=3)
    with pytest.raises(Refused, match="after the meeting"):
        hold_meeting(meeting=meeting, minutes=MINUTES, attended=attended, by=by, now=now)
    with pytest.raises(Refused, match="call the meeting off"):
        hold_meeting(meeting=meeting, minutes=MINUTES, attended=[], by=by, now=later)
    hold_meeting(meeting=meeting, minutes=MINUTES, attended=attended, by=by, now=later)
    with pytest.raises(Refused) as refusal:
        hold_meeting(meeting=meeting, minutes=MINUTES, attended=attended, by=by, now=later)
    assert refusal.value.code == "stale"
    with pytest.raises(DatabaseError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(dissent="")


def test_a_meeting_called_off_tells_those_invited(meeting: Meeting, people: Cast, now: datetime) -> None:
    with pytest.raises(Refused):
        call_off(meeting=meeting, why=" ", by=people.council.practitioner, now=now)
    call_off(meeting=meeting, why="The ward cannot come.", by=people.council.practitioner, now=now)
    assert Notification.objects.filter(key__endswith=":off", recipient=people.health.practitioner).count() == 1


def test_only_people_of_the_dispute_are_invited_and_only_they_invite(dispute: Dispute, people: Cast, now: datetime) -> None:
    proposed = Proposed("Strategy Meeting", now + timedelta(hours=2), "The nights.", "Room 4")
    with pytest.raises(Refused, match="on this dispute"):
        propose_meeting(
            dispute=dispute, proposed=proposed, invited=[people.stranger], by=people.council.practitioner, now=now
        )
    with pytest.raises(Refused) as refusal:
        propose_meeting(
            dispute=dispute, proposed=proposed, invited=[people.council.practitioner], by=people.stranger, now=now
        )
    assert refusal.value.code == "forbidden"


def test_a_meeting_inside_one_agency_is_hidden_from_the_other(client: Client, now: datetime) -> None:
    people = people_under("dundee", now=now)
    dispute = climb(make_dispute(people, now=now), now=now)
    assert dispute.rules_now.single_agency
    manager = people.council.practitioner.manager
    assert manager is not None
    proposed = Proposed("Strategy meeting", now + timedelta(hours=2), "Our view.", "Room 4")
    row = propose_meeting(
        dispute=dispute, proposed=proposed, invited=[manager], by=people.council.practitioner, now=now
    )
    client.force_login(people.health.practitioner.user)
    for address in ("", "diary/", "hold/"):
        assert client.get(f"/disputes/{dispute.reference}/meetings/{row.pk}/{address}").status_code == 404
    assert "Strategy meeting" not in client.get(f"/disputes/{dispute.reference}/actions/").content.decode()


def test_pages(client: Client, dispute: Dispute, people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    client.force_login(people.council.practitioner.user)
    given = {
        "kind": "Strategy Meeting", "aim": "The nights.", "starts_at_day": "3", "starts_at_month": "4",
        "starts_at_year": "2026", "starts_at_time": "10:00", "place": "Room 4",
    }
    address = f"/disputes/{dispute.reference}/meetings/"
    assert "Invite at least one other person" in client.post(f"{address}propose/", given).content.decode()
    given["invited"] = str(people.health.practitioner.pk)
    assert client.post(f"{address}propose/", given).status_code == 302
    row = dispute.meetings.get()
    assert "Write the minutes" in client.get(f"{address}{row.pk}/").content.decode()
    clock.move_to(row.starts_at + timedelta(hours=1))
    client.force_login(people.council.practitioner.user)
    held = {
        "attended": [str(people.health.practitioner.pk)], "mode": "video", "said": "All of it.", "dissent": "Health.",
        "held_at_day": "3", "held_at_month": "4", "held_at_year": "2026", "held_at_time": "10:00",
    }
    assert client.get(f"{address}{row.pk}/hold/").status_code == 200
    assert client.post(f"{address}{row.pk}/hold/", held).status_code == 302
    page = client.get(f"{address}{row.pk}/").content.decode()
    assert "Who did not agree" in page
    assert "was not there" in page
    assert "not all agreed" in client.get(f"/disputes/{dispute.reference}/actions/").content.decode()
    assert client.get(f"{address}{row.pk}/call-off/").status_code == 403


def test_api_and_document(dispute: Dispute, people: Cast, now: datetime, clock: Clock) -> None:
    clock.move_to(now)
    api, address = signed_in(people.council.practitioner), f"/api/disputes/{dispute.reference}/"
    given = {
        "kind": "Best interests meeting", "starts_at": (now + timedelta(hours=1)).isoformat(), "aim": "The nights.",
        "place": "Room 4", "invited": [people.health.practitioner.pk],
    }
    assert api.post(f"{address}meetings/", given).status_code == 200
    row = dispute.meetings.get()
    minutes = {"mode": "video", "said": "All of it.", "dissent": "Health does not agree.", "attended": given["invited"]}
    assert api.post(f"{address}meetings/{row.pk}/hold/", minutes).status_code == 400
    clock.move_to(now + timedelta(hours=2))
    assert signed_in(people.health.practitioner).post(f"{address}meetings/{row.pk}/hold/", minutes).status_code == 200
    assert api.post(f"{address}meetings/{row.pk}/call-off/", {"why": "x"}).status_code == 409
    assert api.get(f"{address}work/").json()["meetings"][0]["dissent"] == "Health does not agree."
    made = assemble(fresh(dispute), kind="case_history", reason="r", by=people.council.practitioner, now=now)
    assert "Health does not agree." in str([one for one in made["sections"] if one["key"] == "meetings"])
