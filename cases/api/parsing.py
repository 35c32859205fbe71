"""JSON as the API takes it: without the character that no text column can hold, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser

from cases.forms.base import NUL, NUL_REFUSED


class PlainJson(JSONParser):
    """Refuses a NUL in any text and in any key; Django has refused what is too large before (DATA_UPLOAD_MAX_MEMORY_SIZE)."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """What was sent."""
        sent = super().parse(stream, media_type, parser_context)
        if (place := next(_with_nul(sent, ""), None)) is not None:
            raise ValidationError({place or "non_field_errors": [NUL_REFUSED]})
        return sent


def _with_nul(value: Any, field: str) -> Iterator[str]:
    """The field of the outermost object in which a NUL stands, nothing where it has none."""
    if isinstance(value, str):
        if NUL in value:
            yield field
    elif isinstance(value, dict):
        for key, inner in value.items():
            if NUL in key:
                yield field
            yield from _with_nul(inner, field or key.replace(NUL, ""))
    elif isinstance(value, list):
        for inner in value:
            yield from _with_nul(inner, field)
