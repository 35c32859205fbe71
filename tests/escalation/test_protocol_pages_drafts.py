"""The board manager's drafts of the protocol: written by forms, imported, tried, and nothing typed by another overwritten."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Appointment
from cases.roles import Role
from escalation.models import ProtocolDraft, ProtocolVersion
from escalation.protocol_files import dumps, loads
from tests.clock import Clock
from tests.escalation.protocol_pages import add, begin, change, go, seen, submit
from tests.factories import Cast, cast, make_partnership
from tests.factories_disputes import people_under, source_protocol
from tests.worlds import shared

pytestmark = pytest.mark.django_db


@shared
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


def test_what_contradicts_itself_is_kept_and_listed_with_the_way_to_its_place(client: Client, people: Cast) -> None:
    draft = begin(client, people.board_manager)
    page = change(client, people.board_manager, draft, "stages.3.limits.0", number="x", label="")
    assert "Something on this page is still to be corrected" in page
    assert "write a whole number" in page
    page = go(client, people.board_manager, f"/protocol/drafts/{draft.pk}/")
    assert "2 things to correct before it can be published" in page
    assert "Submit for approval" not in page
    client.force_login(people.board_manager.user)
    assert "/part/stages.3.limits.0/#id_number" in client.get(f"/protocol/drafts/{draft.pk}/").content.decode()
    page = go(client, people.board_manager, f"/protocol/drafts/{draft.pk}/submit/", {"seen": seen(draft)}, status=409)
    assert "2 things are to be corrected first" in page
    change(
        client,
        people.board_manager,
        draft,
        "stages.3.limits.0",
        number="16",
        label="Stage 4 starts, no later than Day 16",
    )
    assert "to correct" not in go(client, people.board_manager, f"/protocol/drafts/{draft.pk}/")


def test_stages_are_added_moved_and_removed_and_nothing_typed_by_another_is_overwritten(
    client: Client, people: Cast
) -> None:
    who = people.board_manager
    draft = begin(client, who, "one_stage")
    page = add(client, who, draft, "stages")
    assert "What happens at this stage?" in page
    change(client, who, draft, "stages.1", name="Directors", about="The directors meet.")
    add(client, who, draft, "stages.1.limits")
    change(client, who, draft, "stages.1.limits.0", label="Concluded within 5 days")
    add(client, who, draft, "stages.1.duties")
    add(client, who, draft, "stages.1.leads.roles")
    path = f"/protocol/drafts/{draft.pk}/"
    stale = seen(draft)
    assert "Moved." in go(client, who, f"{path}move/stages.1/", {"seen": stale, "way": "up"})
    draft.refresh_from_db()
    assert [stage["name"] for stage in draft.document["stages"]] == ["Directors", "Managers"]
    assert [stage["order"] for stage in draft.document["stages"]] == [1, 2]
    page = go(client, who, f"{path}remove/stages.0/", {"seen": stale})
    assert "Somebody else changed this draft" in page
    page = go(client, who, f"{path}part/clock/", {"seen": stale, "silence_days": "9"}, status=409)
    assert "Somebody else changed this draft" in page
    assert "What this part says now" in page
    assert "Removed." in go(client, who, f"{path}remove/stages.0/", {"seen": seen(draft)})
    draft.refresh_from_db()
    assert [stage["name"] for stage in draft.document["stages"]] == ["Managers"]
    assert draft.document["clock"].get("silence_days") is None


def test_every_part_of_every_source_has_a_page_that_saves_what_it_shows(
    client: Client, people: Cast, now: datetime
) -> None:
    for key in ("halton", "dundee", "luton", "south_lanarkshire"):
        draft = begin(client, people.board_manager, key)
        before = loads(dumps(source_protocol(key)))
        client.force_login(people.board_manager.user)
        overview = client.get(f"/protocol/drafts/{draft.pk}/").content.decode()
        places = set(re.findall(r"/part/([a-z0-9_.]+)/", overview))
        places |= {f"stages.{stage.order - 1}.leads.roles.0" for stage in before.stages}
        for place in sorted(places):
            change(client, people.board_manager, draft, place)
        draft.refresh_from_db()
        changes = {"key": "halton", "effective_from": now.date(), "version": "1", "approved_by": "", "review_due": None}
        expected = before.model_copy(update=changes | {"nation": people.partnership.nation})
        assert loads(dumps(source_protocol(key).model_validate(draft.document))) == expected


def test_a_file_with_errors_is_told_line_by_line_and_can_be_kept(client: Client, people: Cast) -> None:
    who = people.board_manager
    text = dumps(source_protocol("halton")).replace("number: 9", "number: nine", 1).replace("nation:", "nationn:")
    page = go(client, who, "/protocol/import/", {"text": text})
    assert "did you mean 'nation'?" in page
    assert "write a whole number" in page
    assert "Line " in page
    assert not ProtocolDraft.objects.exists()
    page = go(client, who, "/protocol/import/", {"text": text, "keep": "1"})
    assert "Left out" in page
    assert "things to correct before it can be published" in page
    file = SimpleUploadedFile("policy.yaml", dumps(source_protocol("luton")).encode())
    assert "The file is a draft now." in go(client, who, "/protocol/import/", {"file": file})
    page = go(client, who, "/protocol/import/", {"text": "name: [unclosed"})
    assert "cannot be read as YAML" in page
    assert "Keep it as a draft" not in page
    assert "Choose a file" in go(client, who, "/protocol/import/", {"text": " "})


def test_the_tester_finds_who_is_missing_before_publishing(client: Client, people: Cast) -> None:
    Appointment.objects.filter(role=Role.LINE_MANAGER).update(ends_on="2026-01-01")
    Appointment.objects.filter(role=Role.SAFEGUARDING_LEAD, agency=people.health.agency).update(ends_on="2026-01-01")
    draft = begin(client, people.board_manager)
    page = go(client, people.board_manager, f"/protocol/drafts/{draft.pk}/")
    assert "nobody in the directory leads this stage (line manager or safeguarding lead) for" in page
    assert people.health.agency.short_name in page
    assert "this notice would reach nobody" in page
    change(client, people.board_manager, draft, "words", reporting="Each quarter, to the board.")
    page = go(client, people.board_manager, f"/protocol/drafts/{draft.pk}/submit/", {"seen": seen(draft)})
    assert "Read each warning and tick it" in page
    assert not ProtocolDraft.objects.get(pk=draft.pk).is_submitted
    submit(client, people.board_manager, draft)
    draft.refresh_from_db()
    assert draft.is_submitted
    assert len(draft.acknowledged) >= 2


def test_the_file_of_a_draft_and_a_template_for_another_nation(client: Client, clock: Clock, now: datetime) -> None:
    clock.move_to(now)
    people = cast(make_partnership("dundee"))
    assert "No version yet" in go(client, people.board_manager, "/protocol/")
    draft = begin(client, people.board_manager, "one_stage")
    client.force_login(people.board_manager.user)
    found = loads(client.get(f"/protocol/drafts/{draft.pk}/file/").content.decode())
    assert (found.nation, found.key, found.effective_from) == ("scotland", "dundee", now.date())
    submit(client, people.board_manager, draft)
    go(client, people.chair, f"/protocol/drafts/{draft.pk}/approve/", {"seen": seen(draft)})
    assert ProtocolVersion.objects.newest_for(people.partnership) is not None
    assert "The managers of both agencies talk" in go(client, people.council.practitioner, "/guidance/")


def test_characters_and_places_that_cannot_be_do_no_harm(client: Client, people: Cast) -> None:
    who = people.board_manager
    text = 'format: 1\nname: "x\\0\\ud800y"\nprinciples: ["\\0", a]\nstages: [{order: 1, label: "\\udfff"}]\n'
    go(client, who, "/protocol/import/", {"text": text})
    go(client, who, "/protocol/import/", {"text": text, "keep": "1"})
    draft = ProtocolDraft.objects.get()
    assert draft.document["name"] == "xy"
    for place in (
        "stages.9",
        "stages.x",
        "stages",
        "0",
        "nothing",
        "stages.0.leads.roles",
        "stages.0.leads.mode",
        "name",
        "a..b",
    ):
        for verb in ("part", "add", "remove", "move"):
            path = f"/protocol/drafts/{draft.pk}/{verb}/{place}/"
            client.force_login(who.user)
            answer = client.post(path, {"seen": "0"}) if verb != "part" else client.get(path)
            assert answer.status_code in (302, 404), (path, answer.status_code)
    go(client, who, f"/protocol/drafts/{draft.pk}/part/stages.0/", {"seen": "x"})
    page = go(
        client, who, "/protocol/versions/1/simulate/?concern_day=1&concern_month=1&concern_year=9999&concern_time=10:00"
    )
    assert "The year must be from" in page
