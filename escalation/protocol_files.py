"""Protocol files: reading them, saying what is wrong in which line, and the canonical form with its hash."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from escalation.protocol import Protocol
from escalation.protocol_errors import in_words

Place = tuple[str | int, ...]
LARGEST_FILE = 500_000


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file: where it is, what is wrong, and what to write instead."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.path}: {self.message}" if self.path else f"line {self.line}: {self.message}"


class ProtocolFileError(Exception):
    """A file that is not a valid protocol, with every problem that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class _Loader(yaml.SafeLoader):
    """YAML without its traps: ``on:`` stays a word, 23:59 stays a time, a date stays text, no entry stands for another."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="* refers to another entry; write it out instead", problem_mark=mark)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


@dataclass(frozen=True)
class Checked:
    """A file that was looked at: the protocol it holds, or what is wrong with it; and what deserves a second look."""

    protocol: Protocol | None
    problems: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()
    lines: Mapping[Place, int] = field(default_factory=dict)

    def placed(self, place: Place, message: str) -> Problem:
        """Something found in this file, with its line and its place as people write it."""
        return Problem(_line_of(place, self.lines), _written(place), message)


def load(path: Path) -> Protocol:
    """The protocol in this file; ProtocolFileError with every problem otherwise."""
    return loads(_read(path))


def loads(text: str) -> Protocol:
    """The protocol in this text (YAML, or JSON, which is YAML too); ProtocolFileError with every problem otherwise."""
    return _validated(text)[0]


def check_text(text: str) -> tuple[Problem, ...]:
    """What is wrong with a text as a protocol file; nothing when it is one."""
    try:
        _validated(text)
    except ProtocolFileError as error:
        return tuple(Problem(one.line, _printable(one.path), _printable(one.message)) for one in error.problems)
    return ()


def _printable(text: str) -> str:
    """Words of a file as they can be shown again, whatever stood there."""
    return text.encode("utf-8", "replace").decode()


def document_in(text: str) -> dict[str, Any]:
    """The settings written in a text, whether or not they make a protocol; ProtocolFileError when it holds none."""
    document = _construct(_compose(text))
    if not isinstance(document, dict):
        raise ProtocolFileError([Problem(1, "", "a protocol file is a list of settings such as 'format: 1'")])
    return {str(name): value for name, value in document.items()}


def dumps(protocol: Protocol) -> str:
    """The protocol as a file that reads back as the same protocol; settings that keep their default are left out."""
    return dumps_document(protocol.model_dump(mode="json", exclude_defaults=True))


def dumps_document(document: Mapping[str, Any]) -> str:
    """Settings as a file, complete or not."""
    return yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True, width=110, default_flow_style=False)


def check(path: Path) -> Checked:
    """Everything there is to say about a file, without raising."""
    try:
        protocol, lines = _validated(_read(path))
    except ProtocolFileError as error:
        return Checked(None, problems=error.problems)
    checked = Checked(protocol, lines=lines)
    return replace(checked, advice=tuple(checked.placed(one.place, one.message) for one in protocol.advice()))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ProtocolFileError([Problem(1, "", f"the file cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ProtocolFileError([Problem(1, "", "the file is not UTF-8 text; save it as UTF-8")]) from error


def _validated(text: str) -> tuple[Protocol, Mapping[Place, int]]:
    node = _compose(text)
    lines = dict(_lines(node, ()))
    repeated = list(_repeated_keys(node, ()))
    if repeated:
        raise ProtocolFileError(repeated)
    document = _construct(node)
    if not isinstance(document, dict):
        raise ProtocolFileError([Problem(1, "", "a protocol file is a list of settings such as 'format: 1'")])
    try:
        return Protocol.model_validate(document), lines
    except ValidationError as error:
        raise ProtocolFileError(_problems(error, lines)) from error


def _compose(text: str) -> yaml.Node:
    if len(text) > LARGEST_FILE:
        raise ProtocolFileError([Problem(1, "", f"the file is longer than {LARGEST_FILE} characters")])
    try:
        node = _Loader(text).get_single_node()
    except yaml.YAMLError as error:
        raise ProtocolFileError([_not_yaml(error)]) from error
    except RecursionError as error:
        raise ProtocolFileError([Problem(1, "", "settings are nested too deeply to be a protocol")]) from error
    if node is None:
        raise ProtocolFileError([Problem(1, "", "the file is empty")])
    return node


def _construct(node: yaml.Node) -> Any:
    try:
        return _Loader("").construct_document(node)
    except yaml.YAMLError as error:
        raise ProtocolFileError([_not_yaml(error)]) from error
    except ValueError as error:
        raise ProtocolFileError([Problem(1, "", f"a value cannot be read: {error}")]) from error


def _not_yaml(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or "a character that does not belong in a text file"
    remedy = "put a text with : # ? , { or [ in it between quotation marks, and indent with spaces"
    return Problem(mark.line + 1 if mark else 1, "", f"this cannot be read as YAML: {said}; {remedy}")


def _lines(node: yaml.Node, place: Place) -> Iterator[tuple[Place, int]]:
    """The line of every place in the file."""
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            yield from _lines(value, inner)
            yield inner, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*place, index))


def _repeated_keys(node: yaml.Node, place: Place) -> Iterator[Problem]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                said = f"'{name}' is set twice here; keep one"
                yield Problem(key.start_mark.line + 1, _written((*place, name)), said)
            seen.add(name)
            yield from _repeated_keys(value, (*place, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _repeated_keys(value, (*place, index))


def _written(place: Place) -> str:
    """A place as people write it: ``stages[2].limits[1].unit``, counted from 1."""
    words = ""
    for part in place:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return words.lstrip(".")


def _problems(error: ValidationError, lines: Mapping[Place, int]) -> list[Problem]:
    errors = error.errors(include_url=False)
    around = {item["loc"][:length] for item in errors for length in range(len(item["loc"]))}
    found = [
        Problem(_line_of(item["loc"], lines), _written(item["loc"]), in_words(item))
        for item in errors
        if not (
            item["type"] == "too_short" and item["loc"] in around
        )  # short only of entries that are wrong themselves
    ]
    return sorted(found, key=lambda problem: (problem.line, problem.path))


def _line_of(place: Place, lines: Mapping[Place, int]) -> int:
    """The line of the place, or of the nearest thing around it that is in the file."""
    while place not in lines:
        place = place[:-1]
    return lines[place]


def canonical_json(protocol: Protocol) -> str:
    """The protocol as one text that is the same for the same protocol, whoever writes it and whenever."""
    return json.dumps(protocol.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256(protocol: Protocol) -> str:
    """The SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical_json(protocol).encode()).hexdigest()
