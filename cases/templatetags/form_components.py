"""The tags that draw forms, fields and buttons; `{% load components %}` brings them too."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.base import NodeList, Parser, Token
from django.template.library import parse_bits
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cases.forms.drawing import field_context, summary_of, top_fields
from cases.typed import KEY, is_kept, put_back, typed_here

register = template.Library()
# Where something is written or chosen, which is worth saving; not a button alone.
WRITTEN_IN = re.compile(r"<textarea|<select|<input [^>]*type=\"(?!hidden|password|file)")


def draw(name: str, /, **context: Any) -> SafeString:
    """Render one component."""
    return SafeString(render_to_string(f"components/{name}.html", context))


@dataclass
class Posting:
    """The form around what is being drawn: where it posts to, and whether unsent text was put back into it."""

    request: Any
    address: str
    is_restored: bool = False

    def put_back(self, form: forms.BaseForm) -> None:
        """Show what its reader typed there before and did not send."""
        if not form.is_bound and (answers := typed_here(self.request, self.address)):
            self.is_restored = put_back(form, answers) or self.is_restored


@register.simple_tag(takes_context=True)
def govuk_field(context: template.Context, field: BoundField, size: str | None = None, heading: bool = False) -> SafeString:
    """One field with its label, hint and error."""
    if posting := context.get("posting"):
        posting.put_back(field.form)
    drawn = field_context(field, size=size, heading=heading)
    return draw(f"fields/{drawn['kind']}", **drawn)


@register.simple_tag(takes_context=True)
def govuk_form(context: template.Context, form: forms.BaseForm, summary: bool = True) -> SafeString:
    """The error summary and every field of a form that no option reveals."""
    if posting := context.get("posting"):
        posting.put_back(form)
    return draw("form", form=form, summary=summary, fields=list(top_fields(form)), hidden=form.hidden_fields())


@register.simple_tag
def error_summary(*given: forms.BaseForm | Iterable[forms.BaseForm]) -> SafeString:
    """What is wrong with all these forms, in one box at the top of the page, each line leading to its field."""
    errors = [error for form in _each_form(given) for error in summary_of(form)]
    return draw("error_summary", errors=errors) if errors else SafeString("")


@register.simple_tag
def error_prefix(*given: forms.BaseForm | Iterable[forms.BaseForm]) -> str:
    """The beginning of the page's title when a form was refused."""
    return "Error: " if any(form.is_bound and form.errors for form in _each_form(given)) else ""


def _each_form(given: Iterable[forms.BaseForm | Iterable[forms.BaseForm]]) -> Iterator[forms.BaseForm]:
    """Forms and lists of them, one after the other."""
    for one in given:
        yield from [one] if isinstance(one, forms.BaseForm) else one


@register.simple_tag
def once() -> SafeString:
    """The one-time key under which a form is done once, however often it is sent."""
    return format_html('<input type="hidden" name="{}" value="{}">', KEY, secrets.token_urlsafe(16))


@register.tag("post_to")
def compile_post_to(parser: Parser, token: Token) -> PostTo:
    """``{% post_to url autosave=… upload=… label=… %}…{% end_post_to %}``: a form that posts, with its CSRF token and its key."""
    args, kwargs = cast("Any", parse_bits)(
        parser, token.split_contents()[1:], ["url"], None, None, ("",), ["autosave", "upload", "label"],
        {"autosave": True, "upload": False, "label": ""}, False, "post_to",
    )  # fmt: skip
    nodelist = parser.parse(("end_post_to",))
    parser.delete_first_token()
    return PostTo(nodelist, args, kwargs)


class PostTo(template.Node):
    """A form in which what one writes is saved while one writes it, and shown again until it is sent (F51)."""

    def __init__(self, nodelist: NodeList, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        self.nodelist, self.args, self.kwargs = nodelist, args, kwargs

    def render(self, context: template.Context) -> SafeString:
        """Draw the form around what stands in it."""
        request = context.get("request")
        given = {name: value.resolve(context) for name, value in self.kwargs.items()}
        url = str(self.args[0].resolve(context)) if self.args else ""
        here = str(getattr(request, "path", ""))
        posting = Posting(request, (url or here).partition("?")[0])
        with context.push(posting=posting):
            content = self.nodelist.render(context)
        is_saved = given.pop("autosave", True) and bool(WRITTEN_IN.search(content)) and is_kept(posting.address)
        return draw(
            "post_to", content=content, url=url, csrf_token=context.get("csrf_token", ""), here=here,
            autosave=posting.address if is_saved else "", restored=posting.is_restored, **given,
        )  # fmt: skip


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
