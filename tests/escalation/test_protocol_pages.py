"""The board manager's pages of the protocol: drafted by forms, imported, tried, submitted, approved by a second person."""

from __future__ import annotations

import html
import re
from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Appointment, AuditEvent
from cases.roles import Role
from escalation.models import Notification, ProtocolDraft, ProtocolVersion
from escalation.protocol_files import dumps, loads
from tests.clock import Clock
from tests.factories import Cast, cast, make_appointment, make_partnership
from tests.factories_disputes import make_dispute, people_under, publish, source_protocol

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(clock: Clock, now: datetime) -> Cast:
    clock.move_to(now)
    return people_under("halton", now=now)


def text_of(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def go(client: Client, who: Appointment, path: str, data: dict[str, Any] | None = None, status: int = 200) -> str:
    client.force_login(who.user)
    response = client.post(path, data, follow=True) if data is not None else client.get(path)
    assert response.status_code == status, (path, text_of(response)[:500])
    return text_of(response)


def begin(client: Client, who: Appointment, origin: str = "v1") -> ProtocolDraft:
    client.force_login(who.user)
    answer = client.post("/protocol/drafts/new/", {"origin": origin})
    return ProtocolDraft.objects.get(pk=answer["Location"].split("/")[3])


def seen(draft: ProtocolDraft) -> int:
    return ProtocolDraft.objects.get(pk=draft.pk).edits


def answers(page: str) -> dict[str, Any]:
    """What a form on a page holds, as a browser would send it."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = {name: html.unescape(value) for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag)}
        if attributes.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        if "name" in attributes:
            found.setdefault(attributes["name"], []).append(
                attributes.get("value", "on" if attributes.get("type") == "checkbox" else "")
            )
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.S):
        found[name] = [html.unescape(value) for value in re.findall(r'<option value="([^"]*)" selected', options)]
    for name, value in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.S):
        found[name] = [html.unescape(value).lstrip("\r\n")]
    return found


def change(client: Client, who: Appointment, draft: ProtocolDraft, place: str, **new: Any) -> str:
    """Open a part's page, change some answers and save."""
    client.force_login(who.user)
    path = f"/protocol/drafts/{draft.pk}/part/{place}/"
    return go(client, who, path, answers(client.get(path).content.decode()) | new)


def add(client: Client, who: Appointment, draft: ProtocolDraft, place: str) -> str:
    return go(client, who, f"/protocol/drafts/{draft.pk}/add/{place}/", {"seen": seen(draft)})


def submit(client: Client, who: Appointment, draft: ProtocolDraft) -> str:
    path = f"/protocol/drafts/{draft.pk}/submit/"
    client.force_login(who.user)
    page = client.get(path).content.decode()
    warnings = [
        html.unescape(value) for value in re.findall(r'name="acknowledged" type="checkbox" value="([^"]*)"', page)
    ]
    warnings = warnings or [
        html.unescape(v) for v in re.findall(r'<input[^>]*type="checkbox"[^>]*value="([^"]*)"', page)
    ]
    return go(client, who, path, {"seen": seen(draft), "acknowledged": warnings})


def test_the_protocol_in_force_is_read_as_a_timetable_with_its_versions(client: Client, people: Cast) -> None:
    page = go(client, people.board_manager, "/protocol/")
    assert "Halton professional challenge and escalation" in page
    assert "Stage 2 is concluded, by Day 9" in page
    assert "In force" in page
    assert "Version 1" in go(client, people.chair, "/protocol/versions/1/")


@pytest.mark.parametrize(
    "path", ["", "versions/1/", "versions/1/file/", "versions/1/simulate/", "differences/", "import/", "drafts/new/"]
)
def test_nobody_else_gets_there(client: Client, people: Cast, path: str) -> None:
    elsewhere = cast(make_partnership("luton"))
    for who in (people.council.practitioner, people.council.lead, people.auditor):
        go(client, who, f"/protocol/{path}", status=404)
    if "versions" in path:
        go(client, elsewhere.board_manager, f"/protocol/{path}", status=404)


def test_a_draft_is_its_partnerships_alone_and_the_chair_sees_it_once_submitted(client: Client, people: Cast) -> None:
    draft = begin(client, people.board_manager)
    elsewhere = cast(make_partnership("luton"))
    for path in ("", "file/", "simulate/", "submit/", "discard/", "part/clock/"):
        go(client, elsewhere.board_manager, f"/protocol/drafts/{draft.pk}/{path}", status=404)
        go(client, people.chair, f"/protocol/drafts/{draft.pk}/{path}", status=404)


def test_the_file_of_a_version_reads_back_as_the_same_protocol(client: Client, people: Cast) -> None:
    client.force_login(people.board_manager.user)
    answer = client.get("/protocol/versions/1/file/")
    assert answer["Content-Disposition"] == 'attachment; filename="protocol-version-1.yaml"'
    assert loads(answer.content.decode()) == source_protocol("halton")


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


def test_a_simulated_case_shows_every_date_and_who_is_told(client: Client, people: Cast) -> None:
    query = (
        "?concern_day=2&concern_month=4&concern_year=2026&concern_time=10:00&stage1=silence&stage2=reply&stage3=agreement"
        f"&raising={people.council.agency.pk}&responding={people.health.agency.pk}"
    )
    page = go(client, people.board_manager, f"/protocol/versions/1/simulate/{query}")
    assert "by Sat 4 April, end of day" in page
    assert "The clock opens Stage 2 by itself" in page
    assert "Agreed; each agency is asked to confirm it in writing" in page
    assert people.council.line_manager.user.name in page
    assert f"Stage 4: {source_protocol('halton').stage(4).name}" not in page.partition("Try it another way")[0]
    assert "It cannot be raised before" in go(
        client,
        people.board_manager,
        f"/protocol/versions/1/simulate/{query}&raised_day=1&raised_month=4&raised_year=2026&raised_time=10:00",
    )


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


def test_a_version_that_would_stand_in_place_of_a_later_one_is_told(
    client: Client, people: Cast, now: datetime
) -> None:
    publish(people.partnership, now=now, effective_from=date(2026, 9, 1), version="later")
    draft = begin(client, people.board_manager, "v1")
    assert "applies from 01 September 2026" in go(client, people.board_manager, f"/protocol/drafts/{draft.pk}/")
    assert "Later" in go(client, people.board_manager, "/protocol/")
