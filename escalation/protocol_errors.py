"""What the validation of a protocol found, in plain words with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic_core import ErrorDetails

from escalation.protocol import Data, Protocol

WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "enum": lambda ctx: f"write one of these words: {ctx['expected']}",
    "literal_error": lambda ctx: f"write one of these words: {ctx['expected']}",
    "int_parsing": lambda ctx: "write a whole number",
    "int_type": lambda ctx: "write a whole number",
    "int_from_float": lambda ctx: "write a whole number",
    "bool_parsing": lambda ctx: "write true or false",
    "bool_type": lambda ctx: "write true or false",
    "string_type": lambda ctx: "write a text",
    "string_unicode": lambda ctx: "write a text of ordinary characters",
    "string_too_short": lambda ctx: "this is empty: write a text",
    "string_too_long": lambda ctx: f"this is too long: write at most {ctx['max_length']} characters",
    "tuple_type": lambda ctx: "write a list: one entry per line, each after '- '",
    "too_short": lambda ctx: f"this list needs {ctx['min_length']} or more entries",
    "too_long": lambda ctx: f"this list may have at most {ctx['max_length']} entries",
    "greater_than": lambda ctx: f"write a number above {ctx['gt']}",
    "greater_than_equal": lambda ctx: f"write {ctx['ge']} or more",
    "less_than_equal": lambda ctx: f"write {ctx['le']} or less",
    "string_pattern_mismatch": lambda ctx: (
        "write a short name of small letters, digits, - and _, beginning with a letter, at most 40 characters"
    ),
}
A_DATE = "write a date as year-month-day, such as 2026-04-01"
A_TIME = 'write a time between quotation marks, such as "17:00"'


def in_words(error: ErrorDetails) -> str:
    """One error of pydantic as a sentence: what is wrong, and what to write."""
    kind = error["type"]
    name = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "missing":
        return f"'{name}' is missing here: add '{name}:'"
    if kind == "extra_forbidden":
        return _unknown(name, settings_at(error["loc"][:-1]))
    if kind.startswith(("date_", "time_")):
        return f"{_given(error)}{A_DATE if kind.startswith('date_') else A_TIME}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"write settings here ({', '.join(settings_at(error['loc']))}), each as 'name: value'"
    if kind in WORDS:
        return f"{_given(error)}{_meant(error)}{WORDS[kind](error.get('ctx', {}))}"
    return error["msg"].removeprefix("Value error, ")


def settings_at(place: tuple[str | int, ...]) -> list[str]:
    """The names of the settings that may stand at a place of the file."""
    model: Any = Protocol
    for part in place:
        if isinstance(part, str) and model is not None:
            field = model.model_fields.get(part)
            model = next(_models_in(field.annotation), None) if field else None
    return list(model.model_fields) if model else []


def _models_in(annotation: Any) -> Iterator[type[Data]]:
    if isinstance(annotation, type) and issubclass(annotation, Data):
        yield annotation
    elif get_origin(annotation) in (tuple, Union, UnionType):
        for inner in get_args(annotation):
            yield from _models_in(inner)


def _unknown(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    if close:
        return f"there is no setting '{name}' here: did you mean '{close[0]}'?"
    return f"there is no setting '{name}' here: remove it, or write one of {', '.join(known)}"


def _meant(error: ErrorDetails) -> str:
    """The word that was probably meant, where one of a list is asked for."""
    if error["type"] not in ("enum", "literal_error"):
        return ""
    listed = re.findall(r"'([^']+)'", str(error.get("ctx", {}).get("expected", "")))
    close = get_close_matches(str(error["input"]), listed, n=1)
    return f"did you mean '{close[0]}'? Or " if close else ""


def _given(error: ErrorDetails) -> str:
    given = error["input"]
    if isinstance(given, str | int) and not isinstance(given, bool) and 0 < len(str(given)) <= 40:
        return f"'{given}' does not do here: "
    return ""
