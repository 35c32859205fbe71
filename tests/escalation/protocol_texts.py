"""Protocol files as the tests change them, read what is wrong with them, and hand them to the commands."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from escalation.protocol_files import (
    ProtocolFileError,
    loads,
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


# The commands.


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=out)
    except SystemExit as stopped:
        return int(stopped.code or 0), out.getvalue()
    return 0, out.getvalue()
