"""Protocol files: problems named by line, the canonical form, and an answer to whatever is handed in."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from tests.escalation.protocol_texts import FILES, HALTON, changed, line_of, problems


@pytest.mark.parametrize(
    ("before", "after", "path", "message"),
    [
        ("unit: hours", "unit: hour", "stages[1].limits[1].unit", "'hours', 'working_day_hours', 'days', 'calendar_days' or"),
        ("unit: hours", "unit: workdays", "stages[1].limits[1].unit", "did you mean 'working_days'?"),
        ("{role: chair}", "{role: chairs}", "stages[4].leads.roles[1].role", "did you mean 'chair'?"),
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
