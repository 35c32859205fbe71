"""The API described for people, from the same OpenAPI document that machines read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from cases.http import ActingRequest

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One thing the API can do."""

    method: str
    path: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    answers: list[str]
    takes: str


@require_safe
def documentation(request: ActingRequest) -> HttpResponse:
    """Every operation with what it takes and answers."""
    generator: Any = SchemaGenerator
    schema: dict[str, Any] = generator().get_schema(request=None, public=True)
    parts: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                parts.setdefault(path.split("/")[2], []).append(_operation(method, path, methods[method]))
    return render(request, "cases/api_docs.html", {"parts": sorted(parts.items()), "shapes": _shapes(schema)})


def _operation(method: str, path: str, told: dict[str, Any]) -> Operation:
    content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Operation(
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        description=told.get("description", ""),
        parameters=[{"name": known["name"], "text": known.get("description", "")} for known in told.get("parameters", [])],
        answers=sorted(told.get("responses", {})),
        takes=_name_of(content.get("schema", {})),
    )


def _shapes(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects that go in and out, each with its fields."""
    shapes = schema.get("components", {}).get("schemas", {})
    return [
        {
            "name": name,
            "fields": [_field(field, told, shape) for field, told in shape.get("properties", {}).items()],
            "values": [str(value) for value in shape.get("enum", [])],
        }
        for name, shape in sorted(shapes.items())
    ]


def _field(name: str, told: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    needed = name in shape.get("required", [])
    return {"name": name, "type": _name_of(told), "needed": needed, "text": told.get("description", "")}


def _name_of(told: dict[str, Any]) -> str:
    if "$ref" in told:
        return str(told["$ref"]).rpartition("/")[2]
    for joined in ("allOf", "oneOf", "anyOf"):
        if joined in told:
            return " or ".join(filter(None, (_name_of(part) for part in told[joined])))
    if told.get("type") == "array":
        return f"list of {_name_of(told.get('items', {}))}"
    if "enum" in told:
        return "one of " + ", ".join(str(value) for value in told["enum"])
    return str(told.get("format") or told.get("type") or "")
