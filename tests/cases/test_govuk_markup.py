"""Our components against the markup that the design system itself publishes."""

import json
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import Context
from django.utils.safestring import SafeString

from cases.forms.base import GovukForm
from cases.forms.fields import Checkboxes, DateParts, GovukDateField, Radios
from cases.templatetags import components as tags
from cases.templatetags import form_components as form_tags

Options = dict[str, Any]


class Outline(HTMLParser):
    """Markup as a list of tags with sorted attributes and of texts without superfluous spaces."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.events: list[Any] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "class" in found:
            found["class"] = " ".join(sorted(found["class"].split()))
        self.events.append((tag, sorted(found.items())))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("input", "br"):
            self.events.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.events.append(text)


def fixture(component: str, name: str) -> tuple[Options, str]:
    folder = Path(settings.NPM_DIR) / "govuk-frontend/dist/govuk/components" / component
    found = json.loads((folder / "fixtures.json").read_text())["fixtures"]
    chosen = next(item for item in found if item["name"] == name)
    return chosen["options"], chosen["html"]


def _text(options: Options, key: str) -> str:
    part = options.get(key) or {}
    return str(part.get("html") or part.get("text") or "")


def drawn_field(options: Options, field: forms.Field, data: Options | None = None) -> str:
    """The field as a form would show it, with the fixture's name, id, label, hint and error."""
    name = options.get("name") or options.get("namePrefix") or options["id"]
    label = (options.get("fieldset") or {}).get("legend") or options["label"]
    size = str(label.get("classes", "")).rpartition("--")[2] if "--" in str(label.get("classes")) else ""
    field.label, field.help_text, field.required = label["text"], _text(options, "hint"), False
    field.widget.attrs["id"] = options.get("idPrefix") or options.get("id") or name
    form = GovukForm({} if "errorMessage" in options else data)
    form.fields[name] = field
    if form.is_bound:
        form.full_clean()
        form.errors.clear()
    if "errorMessage" in options:
        part = next((part for part in ("day", "month", "year") if options.get(part)), None)
        form.add_error(name, forms.ValidationError(_text(options, "errorMessage"), code=part))
    return form_tags.govuk_field(Context(), form[name], size=size, heading=bool(label.get("isPageHeading")))


def text_input(options: Options) -> str:
    classes = options.get("classes", "")
    return drawn_field(options, forms.CharField(widget=forms.TextInput(attrs={"class": classes} if classes else {})))


def textarea(options: Options) -> str:
    rows = {"rows": options["rows"]} if "rows" in options else {}
    field = forms.CharField(
        widget=forms.Textarea(attrs=rows), max_length=options.get("maxlength"), initial=options.get("value", "")
    )
    return drawn_field(options, field)


def counted(options: Options) -> str:
    markup = textarea(options)
    return markup if "threshold" in options else markup.replace(' data-threshold="75"', "")


def _choices(options: Options) -> list[tuple[str, str]]:
    return [(str(item["value"]), item["text"]) for item in options["items"] if "value" in item]


def _extras(options: Options) -> Options:
    items = options["items"]
    divided = [after["value"] for before, after in pairwise(items) if "divider" in before]
    return {
        "hints": {str(item["value"]): item["hint"]["text"] for item in items if "hint" in item},
        "inline": "--inline" in options.get("classes", ""),
        "small": "--small" in options.get("classes", ""),
        "divide_before": divided[0] if divided else None,
    }


def radios(options: Options) -> str:
    checked = next((item["value"] for item in options["items"] if item.get("checked")), None)
    field = forms.ChoiceField(choices=_choices(options), widget=Radios(**_extras(options)), initial=checked)
    return drawn_field(options, field)


def checkboxes(options: Options) -> str:
    checked = [str(value) for value in options.get("values", [])]
    widget = Checkboxes(**_extras(options))
    return drawn_field(options, forms.MultipleChoiceField(choices=_choices(options), widget=widget, initial=checked))


def select(options: Options) -> str:
    field = forms.ChoiceField(choices=_choices(options), initial=options.get("value"))
    return drawn_field(options, field)


def date_input(options: Options) -> str:
    attrs = {"autocomplete": "bday"} if "autocomplete" in str(options.get("items")) else {}
    field = GovukDateField(widget=DateParts(attrs=attrs))
    values = options.get("values", {})
    field.initial = [str(values.get(part, "")) for part in ("day", "month", "year")]
    name = options.get("namePrefix") or options["id"]
    ours, theirs = f'name="{name}_', f'name="{name}-' if "namePrefix" in options else 'name="'
    return drawn_field(options, field).replace(ours, theirs)


def password(options: Options) -> str:
    return drawn_field(options, forms.CharField(widget=forms.PasswordInput))


def upload(options: Options) -> str:
    return drawn_field(options, forms.FileField())


def button(options: Options) -> str:
    kind = str(options.get("classes", "")).rpartition("--")[2]
    if "href" in options:
        return form_tags.link_button(
            options["text"], options["href"], kind=kind, start=bool(options.get("isStartButton"))
        )
    return form_tags.button(options["text"], kind=kind, name=options.get("name", ""), value=options.get("value", ""))


def error_summary(options: Options) -> str:
    errors = [{"text": item["text"], "anchor": item.get("href", "")[1:]} for item in options["errorList"]]
    return form_tags.draw("error_summary", errors=errors)


def tag(options: Options) -> str:
    return tags.tag(options["text"], str(options.get("classes", "")).rpartition("--")[2])


def banner(options: Options) -> str:
    words = f'<p class="govuk-notification-banner__heading">{options["text"]}</p>'
    success = options.get("type") == "success"
    return tags.banner(SafeString(words), success=success, identifier="govuk-notification-banner-title")


def panel(options: Options) -> str:
    title = options.get("titleText") or options["titleHtml"]
    return tags.panel(SafeString(options.get("html") or options.get("text") or ""), title)


def details(options: Options) -> str:
    return tags.details(options["text"], options["summaryText"], is_open=bool(options.get("open")))


def summary_list(options: Options) -> str:
    rows = "".join(
        tags.row(
            SafeString(_text(row, "value")),
            _text(row, "key"),
            change=next((item["href"] for item in row.get("actions", {}).get("items", [])), ""),
        )
        for row in options["rows"]
    )
    return tags.summary_list(SafeString(rows), card=_text(options.get("card", {}), "title"))


def table(options: Options) -> str:
    def drawn_cell(number: int, item: Options) -> str:
        return tags.cell(item["text"], header=number == 0, numeric=item.get("format") == "numeric")

    rows = "".join(
        tags.table_row(SafeString("".join(drawn_cell(number, item) for number, item in enumerate(row))))
        for row in options["rows"]
    )
    numeric = ", ".join(item["text"] for item in options["head"] if item.get("format") == "numeric")
    headings = [item["text"] for item in options["head"]]
    markup = tags.table(SafeString(rows), options["caption"], *headings, numeric=numeric)
    inner = markup[markup.index("<table") : markup.index("</table>") + len("</table>")]
    return inner.replace(" app-cell", "")


def breadcrumbs(options: Options) -> str:
    return tags.breadcrumbs([{"text": item["text"], "url": item.get("href")} for item in options["items"]])


def pagination(options: Options) -> str:
    urls = {
        ours: (options.get(theirs) or {}).get("href") for ours, theirs in (("newer", "previous"), ("older", "next"))
    }
    return tags.pagination(**urls, label="Pagination")


def back_link(options: Options) -> str:
    markup = tags.back_link(options.get("text", "Back"), options.get("href", "#"))
    return markup[markup.index("<a ") : markup.index("</nav>")]


GOLDEN: dict[str, tuple[Callable[[Options], str], tuple[str, ...]]] = {
    "input": (text_input, (
        "default", "with hint text", "with error message", "with error and hint", "with width-10 class",
        "with label as page heading")),
    "textarea": (textarea, (
        "default", "with hint", "with error message", "with hint and error message", "with default value",
        "with custom rows", "with label as page heading")),
    "character-count": (counted, (
        "default", "with hint", "with hint and error", "with default value", "with threshold",
        "with label as page heading")),
    "radios": (radios, ("default", "with hint", "inline", "with a divider", "with hint and error message")),
    "checkboxes": (checkboxes, (
        "default", "with hint", "with legend as a page heading", "with error message", "small with hint")),
    "select": (select, ("with hint text and error message", "error")),
    "date-input": (date_input, (
        "default", "with values", "with error on day input", "with error on year input",
        "with autocomplete values")),
    "password-input": (password, ("default", "with hint text", "with error message", "with label as page heading")),
    "file-upload": (upload, (
        "default", "with hint text", "with error message and hint", "with label as page heading")),
    "button": (button, ("default", "secondary", "warning", "name", "value", "link", "start link")),
    "error-summary": (error_summary, ("default", "without links", "mixed with and without links")),
    "tag": (tag, ("default", "grey", "red", "orange")),
    "notification-banner": (banner, ("default", "with type as success")),
    "panel": (panel, ("default", "title with no body text")),
    "warning-text": (lambda options: tags.warning(options["text"]), ("default", "multiple lines")),
    "inset-text": (lambda options: tags.inset(options["text"]), ("default",)),
    "details": (details, ("default", "expanded")),
    "summary-list": (summary_list, ("default", "as a summary card with a text header")),
    "table": (table, ("with head and caption",)),
    "breadcrumbs": (breadcrumbs, ("default", "with one level")),
    "pagination": (pagination, ("with prev and next only", "with previous only", "with next only")),
    "back-link": (back_link, ("default", "with custom text and link")),
}  # fmt: skip


# Where we differ on purpose: our own words, an id we do not need, a divider that does not count.
OUR_WORDS = {
    "pagination": {
        'Previous<span class="govuk-visually-hidden"> page</span>': "Newer",
        'Next<span class="govuk-visually-hidden"> page</span>': "Older",
    },
    "details": {' id="help-with-nationality"': ""},
    "radios": {"example-divider-4": "example-divider-3"},
}


def golden() -> Iterator[Any]:
    for component, (draw, names) in GOLDEN.items():
        for name in names:
            yield pytest.param(component, name, draw, id=f"{component}: {name}")


@pytest.mark.parametrize(("component", "name", "draw"), list(golden()))
def test_same_markup_as_the_design_system(component: str, name: str, draw: Callable[[Options], str]) -> None:
    options, theirs = fixture(component, name)
    for said, instead in OUR_WORDS.get(component, {}).items():
        theirs = theirs.replace(said, instead)

    assert Outline(draw(options)).events == Outline(theirs).events
