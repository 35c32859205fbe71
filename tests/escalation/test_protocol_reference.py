"""The reference in docs/protocols.md: every setting, every word and no other, with an example that is valid."""

import re
from enum import StrEnum

import pytest

from cases.roles import Nation, Role
from escalation import protocol as model
from escalation.protocol_files import (
    loads,
)
from tests.escalation.protocol_texts import REFERENCE

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


def test_the_examples_in_the_reference_are_valid_and_need_no_advice() -> None:
    whole, tracks = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)
    assert loads(whole).advice() == ()
    with_tracks = loads(whole + tracks)
    assert with_tracks.advice() == ()
    assert [rules.about for _, rules in with_tracks.ways] == ["person", "person", "theme"]
