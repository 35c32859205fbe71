"""A protocol of several tracks is read, drafted, tried and explained track by track: pages, commands and API."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from django.core.management import CommandError
from django.test import Client

from cases.models import Appointment
from cases.roles import Nation
from escalation.actions.protocols import publish_protocol
from escalation.calendars import calendar_for
from escalation.models import ProtocolDraft
from escalation.protocol_files import dumps, load, loads
from escalation.protocol_tester import Agencies, tried
from tests.calling import signed_in
from tests.clock import Clock
from tests.escalation.protocol_pages import add, begin, change, go, seen
from tests.escalation.protocol_texts import run
from tests.escalation.test_protocol_tracks import FILE, TEXT
from tests.factories import Cast, cast, make_partnership
from tests.worlds import shared

pytestmark = pytest.mark.django_db

AT = ("--concern-arose", "2026-04-02T10:00")


@shared
def people(clock: Clock, now: datetime) -> Cast:
    """The cast of a partnership with three tracks."""
    clock.move_to(now)
    made = cast(make_partnership("saltmarsh", reference_prefix="SAL", nation=Nation.ENGLAND_AND_WALES))
    publish_protocol(partnership=made.partnership, document=load(FILE), by=None, now=now)
    return made


def test_everybody_reads_a_timetable_for_each_track(client: Client, people: Cast) -> None:
    page = go(client, people.council.practitioner, "/guidance/")
    assert page.index("Stage A1: Managers") < page.index("Step 1: Safeguarding leads") < page.index("Part 1: Heads of service")
    assert "It is about a child, or a child is in the household" in page
    assert "It names no person, and holds no personal data" in page
    assert page.count("When the person is at immediate risk") == 2
    html = client.get("/guidance/").content.decode()
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    leads = go(client, people.council.practitioner, "/directory/stages/")
    assert "Children, Step 1: Safeguarding leads" in leads
    assert "How agencies work together, Part 2" in leads
    for path in ("/protocol/", "/protocol/versions/1/"):
        assert "The chair's decision" in go(client, people.board_manager, path)


def of(draft: ProtocolDraft) -> ProtocolDraft:
    draft.refresh_from_db()
    return draft


def test_a_track_is_drafted_by_forms(client: Client, people: Cast) -> None:
    who: Appointment = people.board_manager
    draft = begin(client, who, "one_stage")
    add(client, who, draft, "tracks")
    page = change(client, who, draft, "tracks.0", key="people", label="Somebody", when="Somebody may be unsafe")
    assert "one track is no choice" in page
    add(client, who, draft, "tracks")
    page = change(client, who, draft, "tracks.1", key="themes", label="Patterns", when="No person", about="theme")
    assert "a theme is about no person" in page
    add(client, who, draft, "tracks.1.stages")
    change(client, who, draft, "tracks.1.stages.0", name="Directors", about="They talk.")
    add(client, who, draft, "tracks.1.stages.0.limits")
    change(client, who, draft, "tracks.1.stages.0.limits.0", label="Within ten days", number="10")
    page = go(client, who, f"/protocol/drafts/{draft.pk}/part/tracks.1.stages.0/")
    assert "Within ten days (concluded by Day 10" in page
    change(client, who, draft, "tracks.1.clock", first_day_number="0", days="working_days")
    page = go(client, who, f"/protocol/drafts/{draft.pk}/part/tracks.1.stages.0/")
    assert "by Day 10 (working days" in page
    assert of(draft).document["tracks"][1]["clock"]["days"] == "working_days"
    page = go(client, who, f"/protocol/drafts/{draft.pk}/remove/tracks.1.clock/", {"seen": seen(draft)})
    assert "Removed." in page
    assert "clock" not in of(draft).document["tracks"][1]
    if of(draft).document.get("final_authority", {}).get("kind") != "agreement":
        change(client, who, draft, "tracks.1.final_authority", kind="agreement", title="What they agree", role="")
    page = go(client, who, f"/protocol/drafts/{draft.pk}/")
    assert "to correct before it can be published" not in page, page[:3000]
    assert "Patterns" in page
    assert "What is different" in page or draft.based_on is None
    exported = client.get(f"/protocol/drafts/{draft.pk}/file/").content.decode()
    assert [track.key for track in loads(exported).tracks] == ["people", "themes"]
    go(client, who, f"/protocol/drafts/{draft.pk}/remove/tracks.1/", {"seen": seen(draft)})
    assert len(of(draft).document["tracks"]) == 1


def test_a_file_with_tracks_is_imported_and_compared(client: Client, people: Cast) -> None:
    text = TEXT.replace("number: 24, unit: hours", "number: 12, unit: hours")
    page = go(client, people.board_manager, "/protocol/import/", {"text": text})
    assert "Saltmarsh escalation" in page
    draft = ProtocolDraft.objects.get()
    page = go(client, people.board_manager, f"/protocol/differences/?before=1&after={draft.pk}")
    assert "Track “Children”, Step 1" in page
    page = go(client, people.board_manager, "/protocol/import/", {"text": TEXT.replace("key: children", "key: adults")})
    assert "tracks[2].key" in page


def test_a_case_is_simulated_through_one_track(client: Client, people: Cast) -> None:
    when = "concern_day=2&concern_month=4&concern_year=2026&concern_time=10:00"
    page = go(client, people.board_manager, "/protocol/versions/1/simulate/")
    assert "Stage A1: Managers" in page
    page = go(client, people.board_manager, "/protocol/versions/1/simulate/?track=system")
    assert "Part 1: Heads of service" in page
    assert "The person is at immediate risk" not in page
    page = go(client, people.board_manager, f"/protocol/versions/1/simulate/?track=children&{when}&stage1=silence")
    assert "The clock opens Step 2 by itself" in page
    assert "3 April 2026" in page


def test_the_commands_take_a_track() -> None:
    code, said = run("protocol", "check", str(FILE))
    assert code == 0
    assert "adults: 2 stages, 1 limit; children: 3 stages, 2 limits; system: 2 stages, 1 limit" in said
    assert json.loads(run("protocol", "check", str(FILE), "--json")[1])["tracks"] == ["adults", "children", "system"]
    for verb in (("deadlines", "explain"), ("protocol", "simulate")):
        with pytest.raises(CommandError, match="--track: this protocol has several tracks: choose one of adults"):
            run(*verb, str(FILE), *AT)
        with pytest.raises(CommandError, match="no track 'elderly'"):
            run(*verb, str(FILE), *AT, "--track", "elderly")
    event = ("--event", "dispute_raised=2026-04-02T10:00", "--event", "stage_opened.1=2026-04-02T10:00")
    found = json.loads(run("deadlines", "explain", str(FILE), *AT, *event, "--track", "system", "--json")[1])
    assert [(row["key"], row["due_local"][:10]) for row in found["limits"]] == [("answer", "2026-05-05")]
    course = json.loads(run("protocol", "simulate", str(FILE), *AT, "--track", "children", "--json")[1])
    assert [stage["label"] for stage in course["stages"]] == ["Step 1", "Step 2", "Step 3"]
    with pytest.raises(CommandError, match="a theme is about no person"):
        run("protocol", "simulate", str(FILE), *AT, "--track", "system", "--answers", "risk")


def test_the_tester_finds_what_one_track_runs_into() -> None:
    protocol = load(FILE)
    everybody = frozenset({("line_manager", ""), ("senior_manager", ""), ("chair", "")})
    directory = Agencies(by_agency={"Council": everybody}, everybody=everybody)
    found = {one.place: one.message for one in tried(protocol, calendar_for(protocol.nation), directory).warnings}
    assert "safeguarding lead" in found["tracks", 1, "stages", 0, "leads"]
    assert "board manager" in found["tracks", 2, "stages", 1, "notices", 0, "role"]
    assert ("stages", 0, "leads") not in found


def test_the_api_says_what_each_track_is(people: Cast) -> None:
    shown = signed_in(people.council.practitioner).get("/api/protocol/").data
    assert [(track["key"], track["about"]) for track in shown["tracks"]] == [
        ("adults", "person"), ("children", "person"), ("system", "theme"),
    ]  # fmt: skip
    assert shown["tracks"][1]["document"]["stages"][0]["label"] == "Step 1"
    assert shown["tracks"][0]["document"]["stages"] == shown["document"]["stages"]
    assert loads(dumps(load(FILE))) == load(FILE)
