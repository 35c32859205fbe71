"""What the templates need to draw a form's field as a component of the design system."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from cases.forms.fields import DateParts

Context = dict[str, Any]

PLAIN_ROWS = {"rows": "10", "cols": "40"}  # what Django writes when nobody chose
COUNT_FROM_PERCENT = 75
DATE_WIDTHS = {"day": 2, "month": 2, "year": 4, "time": 5}


def kind_of(widget: forms.Widget) -> str:
    """Which template draws this widget."""
    kinds: list[tuple[type[forms.Widget], str]] = [
        (DateParts, "date"),
        (forms.CheckboxSelectMultiple, "checkboxes"),
        (forms.RadioSelect, "radios"),
        (forms.SelectMultiple, "checkboxes"),
        (forms.Select, "select"),
        (forms.CheckboxInput, "checkbox"),
        (forms.Textarea, "textarea"),
        (forms.PasswordInput, "password"),
        (forms.FileInput, "file"),
    ]
    return next((kind for cls, kind in kinds if isinstance(widget, cls)), "text")


def field_id(bound: BoundField) -> str:
    """The id of the control, or of the first one of a group."""
    return str(bound.field.widget.attrs.get("id") or bound.auto_id or bound.html_name)


def error_anchor(bound: BoundField) -> str:
    """The id to which the error summary leads."""
    if kind_of(bound.field.widget) != "date":
        return field_id(bound)
    parts = _parts_in_error(bound)
    return f"{field_id(bound)}-{next((part for part in bound.field.widget.parts() if part in parts), 'day')}"


def field_context(bound: BoundField, *, size: str | None = None, heading: bool = False) -> Context:
    """Everything that the template of this field needs."""
    widget, kind, identifier = bound.field.widget, kind_of(bound.field.widget), field_id(bound)
    errors = [str(error) for error in bound.errors]
    hint = str(bound.help_text or "")
    wanted = size if size is not None else getattr(bound.form, "sizes", {}).get(bound.name, "s")
    context: Context = {
        "kind": kind,
        "id": identifier,
        "name": bound.html_name,
        "label": str(bound.label),
        "size": wanted,
        "heading": heading,
        "hint": hint,
        "errors": errors,
        "count": None,
        "threshold": COUNT_FROM_PERCENT,
        "group_class": "",
    }
    drawers = {"date": _date, "radios": _choices, "checkboxes": _choices, "checkbox": _checkbox}
    described = [f"{identifier}-hint"] if hint else []
    described += [f"{identifier}-error"] if errors else []
    return context | drawers.get(kind, _control)(bound, widget, context, described)


def _control(bound: BoundField, widget: Any, context: Context, described: list[str]) -> Context:
    kind, limit = context["kind"], getattr(bound.field, "max_length", None)
    count = limit if kind == "textarea" and limit else None
    if count:
        described = [f"{context['id']}-info", *described]
    attrs = _control_attrs(bound, widget, kind, described)
    if count:
        attrs["class"] += " govuk-js-character-count"
    drawn = widget.get_context(context["name"], bound.value(), {})["widget"]
    value = drawn["value"] if kind != "select" else None
    return {
        "attrs": _flat({"id": context["id"], "name": context["name"]} | attrs),
        "value": "" if value is None else value,
        "has_value": value not in (None, "") and kind not in ("file", "password"),
        "options": _select_options(drawn) if kind == "select" else [],
        "count": count,
    }


def _control_attrs(bound: BoundField, widget: Any, kind: str, described: list[str]) -> Context:
    base = {"select": "govuk-select", "textarea": "govuk-textarea", "file": "govuk-file-upload"}.get(
        kind, "govuk-input"
    )
    classes = [base]
    if kind == "password":
        classes.append("govuk-password-input__input govuk-js-password-input-input")
    if bound.errors:
        classes.append(f"{base}--error")
    attrs = {
        key: value
        for key, value in widget.attrs.items()
        if key not in ("maxlength", "minlength", "required", "placeholder", "min", "max", "step")
    }
    if attrs.get("class"):
        classes.append(attrs.pop("class"))
    attrs = _type_attrs(widget, kind) | attrs
    attrs["class"] = " ".join(classes)
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.field.disabled:
        attrs["disabled"] = True
    if kind == "textarea":
        attrs = {key: value for key, value in attrs.items() if PLAIN_ROWS.get(key) != str(value)}
        attrs.setdefault("rows", 5)
    return attrs


def _type_attrs(widget: Any, kind: str) -> Context:
    if kind == "password":
        return {"type": "password", "spellcheck": "false", "autocomplete": "current-password", "autocapitalize": "none"}
    if kind in ("textarea", "select"):
        return {}
    if kind == "file":
        return {"type": "file"}
    if isinstance(widget, forms.NumberInput):
        return {"type": "text", "inputmode": "numeric"}
    if isinstance(widget, forms.EmailInput):
        return {"type": "email", "autocomplete": "email", "spellcheck": "false"}
    return {"type": widget.input_type if widget.input_type in ("text", "tel", "url", "search") else "text"}


def _select_options(drawn: Context) -> list[tuple[str | None, list[Context]]]:
    return [(group, [_option(option) for option in options]) for group, options, _ in drawn["optgroups"]]


def _option(option: Context) -> Context:
    return {
        "value": option["value"],
        "label": option["label"],
        "selected": bool(option["selected"]),
        "disabled": bool(option["attrs"].get("disabled")),
    }


def _choices(bound: BoundField, widget: Any, context: Context, described: list[str]) -> Context:
    drawn = widget.get_context(context["name"], bound.value(), {})["widget"]
    items = [item for _, options, _ in drawn["optgroups"] for item in options]
    return {
        "component": context["kind"],
        "type": "radio" if context["kind"] == "radios" else "checkbox",
        "described": " ".join(described),
        "modifier": _modifier(widget, context["kind"]),
        "items": [_choice(bound, widget, context["id"], number, item) for number, item in enumerate(items, 1)],
    }


def _modifier(widget: Any, kind: str) -> str:
    names = [name for name in ("inline", "small") if getattr(widget, name, False)]
    return "".join(f" govuk-{kind}--{name}" for name in names)


def _choice(bound: BoundField, widget: Any, identifier: str, number: int, item: Context) -> Context:
    value = str(item["value"])
    revealed = [bound.form[name] for name in getattr(widget, "reveals", {}).get(value, [])]
    return {
        "id": identifier if number == 1 else f"{identifier}-{number}",
        "value": value,
        "label": item["label"],
        "checked": bool(item["selected"]),
        "disabled": bool(bound.field.disabled or item["attrs"].get("disabled")),
        "hint": getattr(widget, "hints", {}).get(value, ""),
        "revealed": revealed,
        "divider": getattr(widget, "divide_before", None) == value,
    }


def _checkbox(bound: BoundField, widget: Any, context: Context, described: list[str]) -> Context:
    return {
        "checked": bool(widget.get_context(context["name"], bound.value(), {})["widget"]["attrs"].get("checked")),
        "described": " ".join([f"{context['id']}-error"] if context["errors"] else []),
        "value": widget.attrs.get("value", "on"),
        "disabled": bool(bound.field.disabled),
    }


def _parts_in_error(bound: BoundField) -> set[str]:
    parts = set(bound.field.widget.parts())
    codes = [str(error.code) for error in bound.form.errors.as_data().get(bound.name, [])]
    named = {part for code in codes for part in code.split("+")} & parts
    return named or (parts if codes else set())


def _date(bound: BoundField, widget: Any, context: Context, described: list[str]) -> Context:
    value = bound.value()
    values = value if isinstance(value, list) else widget.decompress(value)
    wrong, birthday = _parts_in_error(bound), widget.attrs.get("autocomplete") == "bday"
    return {
        "described": " ".join(described),
        "boxes": [
            {
                "id": f"{context['id']}-{part}",
                "name": f"{context['name']}_{part}",
                "label": "Time, like 14:30" if part == "time" else part.capitalize(),
                "width": DATE_WIDTHS[part],
                "value": box or "",
                "error": part in wrong,
                "numeric": part != "time",
                "autocomplete": f"bday-{part}" if birthday else "",
            }
            for part, box in zip(widget.parts(), values, strict=False)
        ],
    }


def _flat(attrs: Context) -> SafeString:
    return flatatt({key: value for key, value in attrs.items() if value not in (None, False)})


def top_fields(form: forms.BaseForm) -> Iterator[BoundField]:
    """The visible fields that no option of another field reveals."""
    revealed = {
        name
        for field in form.fields.values()
        for names in getattr(field.widget, "reveals", {}).values()
        for name in names
    }
    return (bound for bound in form.visible_fields() if bound.name not in revealed)


def summary_of(form: forms.BaseForm) -> list[dict[str, str]]:
    """All errors of a form in the order of its fields, each with the id to which it leads."""
    found = [{"text": str(error), "anchor": ""} for error in form.non_field_errors()]
    for name in form.fields:
        bound = form[name]
        anchor = "" if bound.is_hidden else error_anchor(bound)
        found += [{"text": str(error), "anchor": anchor} for error in bound.errors]
    return found
