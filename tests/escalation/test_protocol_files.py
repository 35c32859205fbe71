"""Protocol files: problems named by line, the canonical form, the commands, and a reference that matches the model."""

import json
import re
from datetime import datetime
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.errors import Refused
from cases.models import AuditEvent, Partnership
from cases.roles import Nation, Role
from escalation import protocol as model
from escalation.actions.protocols import publish_protocol
from escalation.models import ProtocolVersion
from escalation.protocol_files import (
    LARGEST_FILE,
    Problem,
    ProtocolFileError,
    canonical_json,
    check,
    load,
    loads,
    sha256,
)

FOLDER = Path("escalation/protocols")
FILES = sorted(FOLDER.glob("*.yaml"))
HALTON_FILE = FOLDER / "halton.yaml"
HALTON = HALTON_FILE.read_text(encoding="utf-8")
REFERENCE = Path("docs/protocols.md").read_text(encoding="utf-8")


def changed(*changes: tuple[str, str]) -> str:
    """Halton's file with each first text replaced by the second."""
    text = HALTON
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return text


def problems(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ProtocolFileError) as refused:
        loads(text)
    return [(problem.line, problem.path, problem.message) for problem in refused.value.problems]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("before", "after", "path", "message"),
    [
        ("unit: hours", "unit: hour", "stages[1].limits[1].unit", "'hours', 'days', 'calendar_days' or 'working_days'"),
        ("number: 24", "number: twenty", "stages[1].limits[1].number", "write a whole number"),
        ("number: 24", "number: 2.5", "stages[1].limits[1].number", "write a whole number"),
        ("number: 24", "number: -1", "stages[1].limits[1].number", "write 0 or more"),
        ("number: 24", "number: 5000", "stages[1].limits[1].number", "write 1000 or less"),
        ("effective_from: 2024-11-12", "effective_from: 12 Nov", "effective_from", "such as 2026-04-01"),
        ('day_end: "23:59"', "day_end: late", "clock.day_end", 'such as "17:00"'),
        ("nation: england-and-wales", "nation: wales", "nation", "england-and-wales"),
        ("populations: [adult]", "populations: [people]", "populations[1]", "'adult' or 'child'"),
        ("populations: [adult]", "populations: adult", "populations", "write a list"),
        ("populations: [adult]", "populations: []", "populations", "1 or more entries"),
        (
            "may_enter_any_stage: true",
            "may_enter_any_stage: perhaps",
            "immediate_risk.may_enter_any_stage",
            "true or false",
        ),
        ("key: s1-start", "key: Stage 1 Start", "stages[1].limits[1].key", "small letters"),
        ("first_day_number: 1", "first_day: 1", "clock.first_day", "did you mean 'first_day_number'?"),
        ("first_day_number: 1", "xyz: 1", "clock.xyz", "write one of anchor, days"),
        ("warn_hours_before: [24]", "warn_hours_before: [0]", "clock.warn_hours_before[1]", "above 0"),
        ("kind: recommendation", "kind: advice", "final_authority.kind", "'recommendation'"),
        ("name: Professionals\n", "name: ''\n", "stages[1].name", "write a text"),
        ("name: Professionals\n", "name: [a]\n", "stages[1].name", "write a text"),
        ("name: Professionals\n", 'name: "a\\0b"\n', "stages[1].name", "NUL"),
        ("name: Professionals\n", 'name: "\\ud800"\n', "stages[1].name", "ordinary characters"),
        ("roles: [{role: chair}]", "roles: chair", "stages[4].leads.roles", "write a list"),
        ("roles: [{role: chair}]", "roles: [chair]", "stages[4].leads.roles[1]", "role, remit, label"),
        ("prefill: person.name", "prefill: person.nam", "board_form[1].prefill", "person.date_of_birth"),
    ],
)
def test_a_problem_names_its_line_its_place_and_what_to_write(before: str, after: str, path: str, message: str) -> None:
    text = changed((before, after))
    [(line, where, said)] = problems(text)
    assert (line, where) == (line_of(text, after.split("\n")[0]), path)
    assert message in said


def test_every_problem_is_named_at_once_in_the_order_of_the_file() -> None:
    text = changed(("unit: hours", "unit: hour"), ("populations: [adult]", "populations: []"))
    assert [path for _, path, _ in problems(text)] == ["populations", "stages[1].limits[1].unit"]


def test_a_missing_setting_is_named_where_it_belongs() -> None:
    text = changed(("        kind: start\n        number: 24\n", "        number: 24\n"))
    assert problems(text) == [
        (line_of(text, "key: s1-start"), "stages[1].limits[1].kind", "'kind' is missing here: add 'kind:'")
    ]


def test_a_contradiction_has_its_line() -> None:
    text = changed(("number: 9\n", "number: 2\n"))
    [(line, path, said)] = problems(text)
    assert (line, path) == (line_of(text, "number: 2\n"), "stages[2].limits[2].number")
    assert "would be due before 's2-start'" in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("# only a comment", "empty"),
        ("[]", "a protocol file is a list of settings"),
        ("just words", "a protocol file is a list of settings"),
        ("a: [", "cannot be read as YAML"),
        ("a: b: c", "cannot be read as YAML"),
        ("a: \x07", "a character that does not belong"),
        ("a: 1\n---\nb: 2", "cannot be read as YAML"),
        ("a: &x [1]\nb: *x", "write it out instead"),
        ("a: !!python/object/apply:os.system [ls]", "cannot be read as YAML"),
        ("? [a]\n: b", "cannot be read as YAML"),
        ("number: " + "9" * 5000, "cannot be read"),
        ("[" * 5000, "nested too deeply"),
        ("a" * (LARGEST_FILE + 1), "longer than"),
        ("format: 1\nformat: 1", "set twice"),
        ("stages: [{order: 1, order: 2}]", "stages[1].order: 'order' is set twice"),
    ],
)
def test_what_is_not_a_protocol_at_all_is_refused_in_plain_words(text: str, message: str) -> None:
    with pytest.raises(ProtocolFileError, match=re.escape(message)):
        loads(text)


def test_words_that_yaml_would_change_stay_as_written() -> None:
    protocol = loads(changed(('day_end: "23:59"', "day_end: 17:30"), ('version: "2024-11"', "version: 007")))
    assert f"{protocol.clock.day_end:%H:%M}" == "17:30"
    assert protocol.version == "007"
    assert protocol.stages[0].notices[0].on == "raised"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_canonical_form_is_the_same_whoever_writes_it(file: Path) -> None:
    protocol = load(file)
    as_json = loads(json.dumps(protocol.model_dump(mode="json"), indent=3))
    assert as_json == protocol
    assert canonical_json(as_json) == canonical_json(protocol)
    assert sha256(as_json) == sha256(protocol)
    assert sha256(protocol) != sha256(protocol.model_copy(update={"name": "Another"}))


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    [problem] = check(tmp_path / "none.yaml").problems
    assert "cannot be read" in problem.message
    (tmp_path / "latin.yaml").write_bytes(b"name: Caf\xe9")
    [problem] = check(tmp_path / "latin.yaml").problems
    assert "UTF-8" in problem.message
    (tmp_path / "marked.yaml").write_bytes(b"\xef\xbb\xbf" + HALTON.encode())
    assert check(tmp_path / "marked.yaml").protocol


# The commands.


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=out)
    except SystemExit as stopped:
        return int(stopped.code or 0), out.getvalue()
    return 0, out.getvalue()


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


@pytest.fixture
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


# The reference in docs/protocols.md.

MODELS = {
    name: part
    for name in model.__all__
    if isinstance(part := getattr(model, name), type) and issubclass(part, model.Data) and part is not model.Data
}
WORDS: dict[str, type[StrEnum]] = {
    name: part for name in model.__all__ if isinstance(part := getattr(model, name), type) and issubclass(part, StrEnum)
} | {"Role": Role, "Nation": Nation}


def rows(heading: str) -> list[str]:
    """The first column of the table under ``### `heading```."""
    section = re.search(rf"^### `{heading}`.*?$(.*?)(?=^##|\Z)", REFERENCE, re.DOTALL | re.MULTILINE)
    assert section, f"docs/protocols.md has no section on {heading}"
    return re.findall(r"^\| `(\w[\w-]*)` \|", section[1], re.MULTILINE)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_the_reference_has_every_setting_and_no_other(name: str) -> None:
    assert rows(name) == list(MODELS[name].model_fields)


@pytest.mark.parametrize("name", sorted(WORDS))
def test_the_reference_has_every_word_and_no_other(name: str) -> None:
    assert sorted(rows(name)) == sorted(WORDS[name])


def test_the_reference_has_no_section_on_what_does_not_exist() -> None:
    assert set(re.findall(r"^### `(\w+)`", REFERENCE, re.MULTILINE)) == set(MODELS) | set(WORDS)


def test_the_example_in_the_reference_is_valid_and_needs_no_advice() -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)
    assert loads(text).advice() == ()


# Whatever is handed in, the answer is a protocol or a list of problems, never a crash.


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_protocol_or_a_list_of_problems(text: str) -> None:
    with pytest.raises(ProtocolFileError) as refused:
        loads(text)
    assert refused.value.problems


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(HALTON)),
    st.integers(0, 400),
    st.sampled_from(["", "~", "[]", "{}", "- x", "true", "1", "a: b", "\n\n", ": "]),
)
def test_a_damaged_file_is_a_protocol_or_a_list_of_problems(start: int, length: int, instead: str) -> None:
    text = HALTON[:start] + instead + HALTON[start + length :]
    found: tuple[Problem, ...] = ()
    try:
        loads(text)
    except ProtocolFileError as error:
        found = error.problems
    assert all(1 <= problem.line <= text.count("\n") + 1 and problem.message for problem in found)
