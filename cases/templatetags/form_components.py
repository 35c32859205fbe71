"""The tags that draw forms, fields and buttons; `{% load components %}` brings them too."""

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from cases.forms.drawing import field_context, summary_of, top_fields

register = template.Library()


def draw(name: str, /, **context: Any) -> SafeString:
    """Render one component."""
    return SafeString(render_to_string(f"components/{name}.html", context))


@register.simple_tag
def govuk_field(field: BoundField, size: str | None = None, heading: bool = False) -> SafeString:
    """One field with its label, hint and error."""
    context = field_context(field, size=size, heading=heading)
    return draw(f"fields/{context['kind']}", **context)


@register.simple_tag
def govuk_form(form: forms.BaseForm, summary: bool = True) -> SafeString:
    """The error summary and every field of a form that no option reveals."""
    return draw("form", form=form, summary=summary, fields=list(top_fields(form)), hidden=form.hidden_fields())


@register.simple_tag
def error_summary(*bound_forms: forms.BaseForm) -> SafeString:
    """What is wrong, at the top of the page, each line leading to its field."""
    errors = [error for form in bound_forms for error in summary_of(form)]
    return draw("error_summary", errors=errors) if errors else SafeString("")


@register.simple_tag
def error_prefix(*bound_forms: forms.BaseForm) -> str:
    """The beginning of the page's title when a form was refused."""
    return "Error: " if any(form.is_bound and form.errors for form in bound_forms) else ""


@register.simple_block_tag(end_name="end_post_to", takes_context=True)
def post_to(
    context: template.Context, content: str, url: str = "", *, autosave: str = "", upload: bool = False, label: str = ""
) -> SafeString:
    """A form that posts, with its CSRF token."""
    token = context.get("csrf_token", "")
    return draw("post_to", content=content, url=url, autosave=autosave, upload=upload, label=label, csrf_token=token)


@register.simple_block_tag(end_name="end_button_group")
def button_group(content: str) -> SafeString:
    """Buttons and links in one row."""
    return draw("button_group", content=content)


@register.simple_tag
def button(text: str, *, kind: str = "", name: str = "", value: str = "", formaction: str = "") -> SafeString:
    """A button; kind is secondary or warning."""
    return draw("button", text=text, kind=kind, name=name, value=value, formaction=formaction)


@register.simple_tag
def link_button(text: str, url: str, *, kind: str = "", start: bool = False) -> SafeString:
    """A link that looks like a button."""
    return draw("link_button", text=text, url=url, kind=kind, start=start)


@register.simple_tag
def filter_form(form: forms.BaseForm, *, clear_url: str = "", title: str = "Filter") -> SafeString:
    """A GET form of filters, folded away until something is filtered."""
    chosen = [name for name in form.changed_data if name in form.fields] if form.is_bound else []
    return draw("filter_form", form=form, clear_url=clear_url, title=title, chosen=len(chosen))


@register.simple_tag
def copy_text(identifier: str, label: str, text: str, *, hint: str = "", rows: int = 8) -> SafeString:
    """A text to take along, with a button that copies it."""
    return draw("copy_text", id=identifier, label=label, text=text, hint=hint, rows=rows)
