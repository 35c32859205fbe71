"""Reads the text of a PDF as a person copying it would get it, page by page, and its structure tree."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf


def opened(content: bytes) -> pikepdf.Pdf:
    """The PDF."""
    return pikepdf.open(io.BytesIO(content))


def text_of(content: bytes) -> str:
    """All its text, with every run of white space as one blank."""
    document = opened(content)
    return re.sub(r"\s+", " ", " ".join(_page_text(page) for page in document.pages))


def streams_of(content: bytes) -> bytes:
    """Everything that is packed in it, unpacked."""
    document = opened(content)
    return b"".join(one.read_bytes() for one in document.objects if isinstance(one, pikepdf.Stream))


def _page_text(page: Any) -> str:
    letters = {name: _letters(font) for name, font in page.Resources.Font.items()}
    current: dict[str, str] = {}
    found: list[str] = []
    for step in pikepdf.parse_content_stream(page, "Tf TJ Tj Tm Td"):
        operator = str(step.operator)
        if operator == "Tf":
            current = letters[str(step.operands[0])]
        elif operator in ("TJ", "Tj"):
            found += list(_shown(step.operands[0], current))
        else:
            found.append(" ")
    return "".join(found)


def _shown(operand: Any, letters: dict[str, str]) -> Iterator[str]:
    for part in operand if isinstance(operand, pikepdf.Array) else [operand]:
        if isinstance(part, pikepdf.String):
            codes = bytes(part).hex()
            yield from (letters.get(codes[at : at + 4], "?") for at in range(0, len(codes), 4))


def _letters(font: Any) -> dict[str, str]:
    table = font.ToUnicode.read_bytes().decode("latin-1")
    pairs = re.findall(r"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]{4,})>", table)
    return {code.lower(): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}


def tags_of(content: bytes) -> list[str]:
    """The structure types of the whole tree, in reading order."""
    document = opened(content)
    return list(_tags(document.Root.StructTreeRoot))


def _tags(node: Any) -> Iterator[str]:
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _tags(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield str(node.S).removeprefix("/")
        if "/K" in node:
            yield from _tags(node.K)
