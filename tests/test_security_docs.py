"""The security documents name what exists: every test, every module, and each requirement of ASVS 5.0.0 in scope once."""

from __future__ import annotations

import ast
import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_codebase import BASE

DOCS = BASE / "docs" / "security"
NAMED_TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
NAMED_FILE = re.compile(r"\b((?:cases|escalation|decisions|tests|docs|scripts|static|templates|docker|benchmarks)/[\w./-]*\w)")
ANSWERS = {"tests", "checked", "not_applicable", "gap"}
ABUSES = [f"T{number}" for number in range(1, 21)]
# How many requirements each section of ASVS 5.0.0 has, and which of them are of level 3.
SECTIONS = {
    "1.1": 2, "1.2": 10, "1.3": 12, "1.4": 3, "1.5": 3, "2.1": 3, "2.2": 3, "2.3": 5, "2.4": 2, "3.1": 1, "3.2": 3, "3.3": 5,
    "3.4": 8, "3.5": 8, "3.6": 1, "3.7": 5, "4.1": 5, "4.2": 5, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 6, "5.3": 3, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 3, "7.6": 2, "8.1": 4, "8.2": 4, "8.3": 3, "8.4": 2, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 3, "10.3": 5, "10.4": 16,
    "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 4, "11.2": 5, "11.3": 5, "11.4": 4, "11.5": 2, "11.6": 2, "11.7": 2, "12.1": 5,
    "12.2": 2, "12.3": 5, "13.1": 4, "13.2": 6, "13.3": 4, "13.4": 7, "14.1": 2, "14.2": 8, "14.3": 3, "15.1": 5, "15.2": 5,
    "15.3": 7, "15.4": 4, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 4, "17.1": 2, "17.2": 8, "17.3": 2,
}  # fmt: skip
LEVEL_3 = set("""
    1.2.10 1.3.12 1.5.3 2.3.5 2.4.2 3.1.1 3.2.3 3.3.5 3.4.7 3.4.8 3.5.6 3.5.7 3.5.8 3.6.1 3.7.3 3.7.4 3.7.5 4.1.4 4.1.5 4.2.2
    4.2.3 4.2.4 4.2.5 5.2.4 5.2.5 5.2.6 5.3.3 6.3.5 6.3.6 6.3.7 6.3.8 6.4.5 6.4.6 6.5.6 6.5.7 6.5.8 6.6.4 6.7.1 6.7.2 7.5.3
    8.1.3 8.1.4 8.2.4 8.3.2 8.3.3 8.4.2 10.2.3 10.3.5 10.4.12 10.4.13 10.4.14 10.4.15 10.4.16 11.1.3 11.1.4 11.2.4 11.2.5
    11.3.4 11.3.5 11.5.2 11.6.2 11.7.1 11.7.2 12.1.4 12.1.5 12.3.5 13.1.2 13.1.3 13.1.4 13.2.6 13.3.3 13.3.4 13.4.6 13.4.7
    14.2.5 14.2.6 14.2.7 14.2.8 15.1.4 15.1.5 15.2.4 15.2.5 15.4.1 15.4.2 15.4.3 15.4.4 16.5.4 17.1.2 17.2.5 17.2.6 17.2.7
    17.2.8
""".split())
LEVEL_3_COUNTS_IN = {"2", "5", "7", "8", "14", "16"}  # business logic, files, sessions, authorisation, data, logging


@cache
def names_in(file: Path) -> set[str]:
    """The tests of a module, read and not imported."""
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}


def documents() -> list[Path]:
    return sorted(file for file in DOCS.iterdir() if file.suffix in {".md", ".yml"})


def answers() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((DOCS / "asvs.yml").read_text())["answers"]
    return found


@pytest.mark.parametrize("file", documents(), ids=lambda file: file.name)
def test_every_test_and_module_that_a_document_names_exists(file: Path) -> None:
    text = file.read_text()
    for path, name in NAMED_TEST.findall(text):
        assert (BASE / path).is_file(), f"{path} is gone"
        assert name in names_in(BASE / path), f"{path} has no {name}"
        assert name.startswith("test_"), name
    for path in NAMED_FILE.findall(text):
        assert (BASE / path).exists(), f"{path} is gone"


def test_each_requirement_in_scope_is_answered_once_and_no_other() -> None:
    every = {f"{section}.{number}" for section, many in SECTIONS.items() for number in range(1, many + 1)}
    assert every >= LEVEL_3
    wanted = {one for one in every if one not in LEVEL_3 or one.partition(".")[0] in LEVEL_3_COUNTS_IN}
    given = Counter(one for answer in answers() for one in answer["ids"].split())
    assert [one for one, times in given.items() if times > 1] == []
    assert wanted - set(given) == set(), "without an answer"
    assert set(given) - wanted == set(), "not in scope, or not in the standard"


def test_each_answer_is_of_one_kind_and_says_something() -> None:
    for answer in answers():
        kinds = ANSWERS & set(answer)
        assert len(kinds) == 1, answer["ids"]
        assert set(answer) - kinds == {"ids", "about"}, answer["ids"]
        kind = kinds.pop()
        if kind == "checked":
            assert isinstance(answer[kind]["day"], date), answer["ids"]
            assert answer[kind]["what"], answer["ids"]
        elif kind == "tests":
            assert all(NAMED_TEST.fullmatch(one) for one in answer[kind]), answer["ids"]
        assert answer[kind], answer["ids"]


def test_each_abuse_has_its_controls_its_tests_and_what_is_left() -> None:
    parts = re.split(r"^## (T\d+) ", (DOCS / "threat-model.md").read_text(), flags=re.MULTILINE)
    told = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert list(told) == ABUSES
    for number, text in told.items():
        for word in ("**Abuse.**", "**Controls.**", "**Tests.**", "**Left.**"):
            assert word in text, f"{number} without {word}"
        is_built = "**Not built.**" not in text
        assert NAMED_TEST.search(text) or not is_built, f"{number} has no test and does not say that it is not built"


def test_each_hazard_has_a_control_and_a_test() -> None:
    hazards = yaml.safe_load((DOCS / "hazards.yml").read_text())["hazards"]
    assert len({one["id"] for one in hazards}) == len(hazards) > 10
    for one in hazards:
        assert set(one) == {"id", "hazard", "harm", "causes", "controls", "tests", "severity", "likelihood", "left"}, one["id"]
        assert one["severity"] in {"catastrophic", "major", "considerable", "significant", "minor"}, one["id"]
        assert one["likelihood"] in {"very high", "high", "medium", "low", "very low"}, one["id"]
        assert all(NAMED_FILE.search(control) for control in one["controls"]), f"{one['id']}: a control names its module"
        assert all(NAMED_TEST.fullmatch(test) for test in one["tests"]), one["id"]
        assert one["tests"], one["id"]


def test_the_readme_leads_to_the_documents() -> None:
    for file in documents():
        assert file.name == "README.md" or f"]({file.name})" in (DOCS / "README.md").read_text(), file.name
    assert "(docs/security/)" in (BASE / "README.md").read_text()
