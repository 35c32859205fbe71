"""What the description of the API says of every address alike."""

from __future__ import annotations

from typing import Any

from cases.sending import HEADER, LONGEST_KEY

UNSAFE = ("post", "put", "patch", "delete")
NO_KEY = ("/api/token/",)
KEY = {
    "in": "header", "name": HEADER, "schema": {"type": "string", "maxLength": LONGEST_KEY},
    "description": "Your own name for this act: sent again under it within three days, it is done once and answered alike.",
}  # fmt: skip


def with_keys(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Whatever changes something takes a key under which it is done once."""
    for path, item in result["paths"].items():
        for method, operation in item.items():
            if method in UNSAFE and path not in NO_KEY:
                operation.setdefault("parameters", []).append(KEY)
    return result
