"""The components of pages: small tags, each drawn by one template in templates/components."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from cases.templatetags.form_components import draw, register

Items = Iterable[Any]

# Telling


@register.simple_tag
def service_name() -> str:
    """What the product is called on its pages."""
    return str(settings.SERVICE_NAME)


@register.simple_tag
def tag(text: str, colour: str = "") -> SafeString:
    """A short state in a coloured box."""
    return draw("tag", text=text, colour=colour)


@register.simple_block_tag(end_name="end_panel")
def panel(content: str, title: str) -> SafeString:
    """The confirmation after something was done; its title is the page's heading."""
    return draw("panel", content=content, title=title)


@register.simple_block_tag(end_name="end_banner")
def banner(content: str, *, success: bool = False, title: str = "", identifier: str = "banner-title") -> SafeString:
    """A notification banner."""
    words = title or ("Success" if success else "Important")
    return draw("banner", content=content, success=success, title=words, id=identifier)


@register.simple_tag
def warning(text: str) -> SafeString:
    """A sentence that must not be missed."""
    return draw("warning", text=text)


@register.simple_block_tag(end_name="end_inset")
def inset(content: str) -> SafeString:
    """A passage set apart."""
    return draw("inset", content=content)


@register.simple_block_tag(end_name="end_details")
def details(content: str, summary: str, *, is_open: bool = False) -> SafeString:
    """A passage that opens on demand."""
    return draw("details", content=content, summary=summary, is_open=is_open)


@register.simple_block_tag(end_name="end_summary_list")
def summary_list(content: str, *, card: str = "") -> SafeString:
    """A list of facts; its rows are made by the row tag."""
    if "govuk-summary-list__actions" not in content:
        content = SafeString(content.replace(" govuk-summary-list__row--no-actions", ""))
    return draw("summary_list", content=content, card=card)


@register.simple_block_tag(end_name="end_row")
def row(content: str, key: str, *, change: str = "", change_text: str = "Change") -> SafeString:
    """One fact of a summary list."""
    return draw("row", content=content, key=key, change=change, change_text=change_text)


@register.simple_block_tag(end_name="end_table")
def table(
    content: str, caption: str, *headings: str, hide_caption: bool = False, numeric: str = "", size: str = "m"
) -> SafeString:
    """A table that scrolls by itself on a narrow screen; numeric names headings, separated by commas."""
    columns = [(heading, heading in numeric.split(", ")) for heading in headings]
    return draw("table", content=content, caption=caption, columns=columns, hide_caption=hide_caption, size=size)


@register.simple_block_tag(end_name="end_table_row")
def table_row(content: str) -> SafeString:
    """One row of a table; its cells are made by the cell tag."""
    return draw("table_row", content=content)


@register.simple_block_tag(end_name="end_cell")
def cell(content: str, label: str = "", *, header: bool = False, numeric: bool = False) -> SafeString:
    """One cell; on a narrow screen the rows become cards and each cell shows its label."""
    return draw("cell", content=content, label=label, header=header, numeric=numeric)


@register.simple_tag
def empty_state(heading: str, text: str, url: str = "", action: str = "") -> SafeString:
    """What a list says while it is empty: what will appear, and what to do meanwhile."""
    return draw("empty_state", heading=heading, text=text, url=url, action=action)


# Finding one's way


@register.simple_tag
def back_link(text: str = "Back", url: str = "/") -> SafeString:
    """The way back."""
    return draw("back_link", text=text, url=url)


@register.simple_tag
def breadcrumbs(items: Items) -> SafeString:
    """Where this page is."""
    return draw("breadcrumbs", items=items)


@register.simple_tag
def pagination(*, newer: str | None = None, older: str | None = None, label: str = "Pages") -> SafeString:
    """To newer and older rows."""
    return draw("pagination", newer=newer, older=older, label=label) if newer or older else SafeString("")


@register.simple_tag
def sub_navigation(items: Items, *, label: str = "Parts of this page") -> SafeString:
    """Links between the parts of one thing."""
    return draw("sub_navigation", items=items, label=label)


# The dispute


@register.simple_block_tag(end_name="end_timeline")
def timeline(content: str) -> SafeString:
    """A chronology; its entries are made by the event tag."""
    return draw("timeline", content=content)


@register.simple_block_tag(end_name="end_event")
def event(
    content: str,
    title: str,
    *,
    by: str = "",
    at: Any = None,
    late_for: Any = None,
    decision: bool = False,
    level: int = 3,
) -> SafeString:
    """One entry of a chronology."""
    return draw("event", content=content, title=title, by=by, at=at, late_for=late_for, decision=decision, level=level)


@register.simple_block_tag(end_name="end_identity_bar")
def identity_bar(content: str, *parts: str) -> SafeString:
    """Which dispute this is: reference, partnership, stage; tags as content."""
    return draw("identity_bar", content=content, parts=[part for part in parts if part])


STATES = {"done": "Done", "now": "Now", "skipped": "Skipped", "ahead": "Not yet"}


@register.simple_tag
def stage_progress(stages: Items, *, label: str = "Stages") -> SafeString:
    """The stages of the protocol: done, now, skipped, ahead."""
    drawn = [_fields(stage, ("number", "name", "state", "note", "skipped_by")) for stage in stages]
    for stage in drawn:
        stage["words"] = STATES.get(stage["state"], "")
    return draw("stage_progress", stages=drawn, label=label)


@register.simple_block_tag(end_name="end_safety_panel")
def safety_panel(
    content: str,
    answer: str,
    *,
    level: str = "unknown",
    confirmed: str = "",
    change_url: str = "",
    change_text: str = "Something changed",
    heading: str = "Is the person safe?",
) -> SafeString:
    """Whether the person is safe, how, who said so, and the way to say that it changed."""
    return draw(
        "safety_panel",
        content=content,
        answer=answer,
        level=level,
        confirmed=confirmed,
        change_url=change_url,
        change_text=change_text,
        heading=heading,
    )


@register.simple_block_tag(end_name="end_now_panel")
def now_panel(content: str, **said: Any) -> SafeString:
    """What happens now, whose turn it is, by when; the buttons as content."""
    known = ("whose", "act", "by", "day", "left", "then", "explained", "missed", "heading", "sentence")
    context = {"heading": "What happens now"} | {key: value for key, value in said.items() if value not in (None, "")}
    return draw("now_panel", content=content, **_fields(context, known))


@register.simple_tag
def duty_checklist(duties: Items, *, none: str = "Nothing is owed at this stage.") -> SafeString:
    """What is owed and what has been done."""
    keys = ("text", "is_done", "owner", "due", "url", "url_text", "is_missed")
    return draw("duty_checklist", duties=[_fields(duty, keys) for duty in duties], none=none)


@register.simple_tag
def date_list(dates: Items) -> SafeString:
    """What falls due when, in order."""
    drawn = [_fields(item, ("text", "at", "note", "is_past", "is_missed")) for item in dates]
    for item in drawn:
        item["is_words"] = isinstance(item["at"], str)
    return draw("date_list", dates=drawn)


def _fields(thing: Any, names: Sequence[str]) -> dict[str, Any]:
    """The named values of a mapping or an object; None where it has none."""
    if isinstance(thing, Mapping):
        return {name: thing.get(name) for name in names}
    return {name: getattr(thing, name, None) for name in names}
