"""Unsent text that was kept, as the initial values of the form it was typed into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from cases.forms.fields import DateParts


def initial_from(data: Mapping[str, str], fields: Mapping[str, forms.Field], prefix: str = "") -> dict[str, Any]:
    """Kept text as the initial values of a form."""
    found: dict[str, Any] = {}
    for name, field in fields.items():
        key = f"{prefix}-{name}" if prefix else name
        if isinstance(field.widget, DateParts):
            boxes = [data.get(f"{key}_{part}", "") for part in field.widget.parts()]
            found |= {name: boxes} if any(boxes) else {}
        elif key in data and not isinstance(field.widget, forms.HiddenInput):
            found[name] = data[key]
    return found
