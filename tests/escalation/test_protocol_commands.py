"""The commands of protocols: check, explain the deadlines, and publish."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from cases.errors import Refused
from cases.models import AuditEvent, Partnership
from cases.roles import Nation
from escalation.actions.protocols import publish_protocol
from escalation.models import ProtocolVersion
from escalation.protocol_files import (
    load,
    sha256,
)
from tests.escalation.protocol_texts import FILES, FOLDER, HALTON_FILE, REFERENCE, changed, line_of, run
from tests.worlds import shared

INVENTED = Path(__file__).parent.parent / "protocols"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_check_finds_the_source_protocols_valid(file: Path) -> None:
    code, said = run("protocol", "check", str(file))
    assert code == 0
    assert said.startswith("Valid: ")
    assert sha256(load(file)) in said


def test_check_names_problems_and_fails(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(changed(("unit: hours", "unit: hour")), encoding="utf-8")
    code, said = run("protocol", "check", str(file))
    assert code == 1
    assert f"{file}: line {line_of(file.read_text(), 'unit: hour')}, stages[1].limits[1].unit: 'hour'" in said
    code, said = run("protocol", "check", str(file), "--json")
    assert code == 1
    answer = json.loads(said)
    assert answer["valid"] is False
    assert answer["problems"][0]["path"] == "stages[1].limits[1].unit"


def test_check_gives_advice_and_succeeds(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    duty = "{kind: position_stated, by: responding, gate: none, why: Responses are recorded}"
    file.write_text(changed((duty, "{kind: position_stated, by: responding, gate: leave}")), encoding="utf-8")
    code, said = run("protocol", "check", str(file))
    assert code == 0
    assert "look again at line" in said
    assert "silence bars it too" in said
    assert json.loads(run("protocol", "check", str(file), "--json")[1])["advice"]


def explain(*arguments: str, file: Path = HALTON_FILE) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("deadlines", "explain", str(file), *arguments, "--json")[1])
    return found


def test_deadlines_are_explained_from_the_file_alone() -> None:
    answer = explain("--concern-arose", "2026-04-02T10:30")
    dates = {row["key"]: row["due_local"] for row in answer["limits"]}
    assert dates == {
        "s1-start": "2026-04-03T10:30:00+01:00",
        "s2-start": "2026-04-04T23:59:00+01:00",
        "s2-conclude": "2026-04-10T23:59:00+01:00",
        "s3-start": "2026-04-10T23:59:00+01:00",
        "s3-conclude": "2026-04-15T23:59:00+01:00",
        "s4-start": "2026-04-17T23:59:00+01:00",
        "s4-conclude": "2026-04-22T23:59:00+01:00",
    }
    assert answer["limits"][1]["explanation"]["rule"].startswith("until the end of Day 3, counting calendar days")
    assert answer["protocol"]["sha256"] == sha256(load(HALTON_FILE))
    code, said = run("deadlines", "explain", str(HALTON_FILE), "--concern-arose", "2026-04-02T09:30Z")
    assert code == 0
    assert "due Fri 3 Apr 2026 10:30" in said


def test_deadlines_name_what_they_wait_for(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(re.search(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)[1], encoding="utf-8")  # type: ignore[index]
    waiting = {row["key"]: row["waiting_for"] for row in explain("--concern-arose", "2026-04-02", file=file)["limits"]}
    assert waiting == {"s1-reply": "dispute_raised", "s2-outcome": "stage_opened.2"}
    events = ["--event", "dispute_raised=2026-04-02T15:00", "--event", "stage_opened.2=2026-04-10T09:00"]
    answer = explain("--concern-arose", "2026-04-02", *events, "--closure", "2026-04-07=Flood", file=file)
    dates = {row["key"]: row["due_local"][:10] for row in answer["limits"]}
    assert dates == {"s1-reply": "2026-04-14", "s2-outcome": "2026-04-24"}
    assert {"day": "2026-04-07", "why": "Flood"} in answer["limits"][0]["explanation"]["skipped"]


def test_an_hour_that_comes_twice_is_told_apart_and_the_whole_belongs_to_all_stages() -> None:
    panel, hours = (str(INVENTED / f"{name}.yaml") for name in ("childrens_panel", "hours_only"))
    sent = ["--event", "request_sent=2026-10-25T00:30"]
    code, said = run("deadlines", "explain", hours, "--concern-arose", "2026-10-24T23:30", *sent)
    assert code == 0
    assert "due Sun 25 Oct 2026 01:30 GMT\n" in said
    assert "due Sun 25 Oct 2026 02:30\n" in said
    assert "All stages · The whole of it" in run("deadlines", "explain", panel, "--concern-arose", "2026-04-02")[1]


def test_what_trying_a_file_finds_has_its_line_too(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(changed(("referred_by: [{role: board_representative}]", "referred_by: []")), encoding="utf-8")
    code, said = run("protocol", "check", str(file))
    assert code == 0
    assert re.search(r"look again at line \d+, stages\[4\]\.referred_by: no role", said)


def test_deadlines_of_a_protocol_without_limits() -> None:
    code, said = run("deadlines", "explain", str(FOLDER / "dundee.yaml"), "--concern-arose", "2026-04-02T10:00")
    assert code == 0
    assert "nothing is ever overdue" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--concern-arose", "yesterday"], "such as 2026-04-02T10:00"),
        (["--concern-arose", "0001-01-01"], "write a year"),
        (["--concern-arose", "2026-04-02", "--event", "lunch=2026-04-02"], "no such event"),
        (["--concern-arose", "2026-04-02", "--event", "stage_opened.9=2026-04-02"], "write one of 1, 2, 3, 4"),
        (["--concern-arose", "2026-04-02", "--event", "dispute_raised.1=2026-04-02"], "nothing"),
        (["--concern-arose", "2026-04-02", "--event", "dispute_raised"], "NAME=VALUE"),
        (["--concern-arose", "2026-04-02", "--event", "own=2026-04-02"], "own_date.KEY"),
        (["--concern-arose", "2026-04-02", "--closure", "2026-05-01"], "DATE=WHY"),
        (["--concern-arose", "2026-04-02", "--closure", "May=Fair"], "write a date"),
    ],
)
def test_events_that_cannot_be_read_are_refused(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=re.escape(message)):
        run("deadlines", "explain", str(HALTON_FILE), *arguments)


def test_deadlines_of_a_file_that_is_no_protocol(tmp_path: Path) -> None:
    code, said = run("deadlines", "explain", str(tmp_path / "none.yaml"), "--concern-arose", "2026-04-02")
    assert code == 1
    assert "cannot be read" in said


# Publishing.


@shared
def partnership(db: None) -> Partnership:
    return Partnership.objects.create(
        key="test-board", name="Test Board", short_name="Test", reference_prefix="TST", nation=Nation.ENGLAND_AND_WALES
    )


def test_publishing_adds_an_immutable_version(partnership: Partnership, now: datetime) -> None:
    code, said = run("protocol", "publish", str(HALTON_FILE), "--partnership", "test-board")
    assert code == 0
    assert said.startswith("Published Halton")
    version = ProtocolVersion.objects.get()
    assert (version.version, version.sha256, version.protocol) == (1, sha256(load(HALTON_FILE)), load(HALTON_FILE))
    assert AuditEvent.objects.get(action="protocol_published").data == {"version": 1, "sha256": version.sha256}
    second = load(HALTON_FILE).model_copy(update={"version": "2025-01"})
    assert publish_protocol(partnership=partnership, document=second, by=None, now=now).version == 2


def test_publishing_what_is_in_force_changes_nothing(partnership: Partnership) -> None:
    run("protocol", "publish", str(HALTON_FILE), "--partnership", "test-board")
    code, said = run("protocol", "publish", str(HALTON_FILE), "--partnership", "test-board", "--json")
    assert (code, json.loads(said)["published"]) == (0, False)
    assert ProtocolVersion.objects.count() == 1
    assert "nothing changed" in run("protocol", "publish", str(HALTON_FILE), "--partnership", "test-board")[1]


def test_publishing_for_another_nation_or_nobody_is_refused(partnership: Partnership, now: datetime) -> None:
    with pytest.raises(CommandError, match="other days are holidays"):
        run("protocol", "publish", str(FOLDER / "dundee.yaml"), "--partnership", "test-board")
    with pytest.raises(CommandError, match=r"no partnership 'nobody'\. Known: test-board"):
        run("protocol", "publish", str(HALTON_FILE), "--partnership", "nobody")
    with pytest.raises(Refused, match="not a valid protocol"):
        publish_protocol(partnership=partnership, document={"format": 2}, by=None, now=now)
    assert not ProtocolVersion.objects.exists()


def test_publishing_an_invalid_file_names_its_problems(partnership: Partnership, tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("format: 1", encoding="utf-8")
    code, said = run("protocol", "publish", str(tmp_path / "ours.yaml"), "--partnership", "test-board")
    assert code == 1
    assert "'stages' is missing" in said
    assert not ProtocolVersion.objects.exists()
