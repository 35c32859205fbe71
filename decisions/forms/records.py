"""Forms of a decision record: the seven elements as guided questions, rows of options and consultations, the signer's reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from cases.forms.base import GovukForm
from cases.forms.fields import GovukDateField
from decisions.completeness import ConsultedText, Content, OptionText
from decisions.forms.keeping import initial_from

ROWS_AT_MOST = 12
ADDED = {"add-option": "options", "add-consulted": "consulted"}


def words(label: str, hint: str, *, rows: int = 5, required: bool = False, missing: str = "") -> forms.CharField:
    """A question answered in one's own words."""
    messages = {"required": missing} if missing else {}
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=10_000, error_messages=messages,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


class RecordForm(GovukForm):
    """What was decided and why it can be defended; only the decision itself is needed to begin."""

    decision = words(
        "What was decided?", "One or two sentences: who does what, from when", rows=3, required=True,
        missing="Say what was decided",
    )  # fmt: skip
    evidence = words(
        "What evidence does it rest on?", "For example, the ward notes of 1 April, the home visit of 30 March, her own words"
    )
    not_known = words(
        "What did you look for and not know at the time?",
        "For example, whether her niece can stay at weekends; two calls were not answered", rows=3,
    )  # fmt: skip
    sources_tested = words(
        "How did you test what you were told?",
        "What you compared, whom you asked again, what you did not take at face value. More than one source where you can",
        rows=4,
    )  # fmt: skip
    analysis = words("What do the facts mean?", "Not the facts again: what they say about the risk, and how sure you are")
    rationale = words("Why this decision?", "The reasons, from the evidence to the decision, so that somebody else can follow")
    policy_and_law = words(
        "Which policy and law does it follow?", "For example, Care Act 2014 section 42; discharge policy, part 3", rows=3
    )
    plain_summary = words(
        "What would you tell the person it is about?",
        "Short and respectful, in words they use. They may read it, now or in years", rows=4,
    )  # fmt: skip
    settles = forms.BooleanField(
        label="This decision settles the disagreement",
        help_text="Once it is signed off, each agency is asked to confirm it in writing",
        required=False,
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)

    def show_again(self, seen: str) -> None:
        """Keep what was typed, against a newer version."""
        answers: Any = self.data
        self.data = answers.copy()
        self.data["seen"] = seen  # type: ignore[index]


class OptionForm(GovukForm):
    """One option that was weighed."""

    option = forms.CharField(label="Option", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    likely_outcome = forms.CharField(
        label="Likely outcome", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    risks = forms.CharField(label="Risks", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    why = forms.CharField(
        label="Why chosen or not", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    is_chosen = forms.BooleanField(label="This one was chosen", required=False)

    def clean(self) -> dict[str, Any]:
        """A row in which anything was said names its option."""
        said = dict(self.cleaned_data)
        if any(said.get(name) for name in ("likely_outcome", "risks", "why", "is_chosen")) and not said.get("option"):
            self.add_error("option", "Say what the option was")
        return said


class ConsultedForm(GovukForm):
    """Somebody who was consulted."""

    who = forms.CharField(
        label="Who", max_length=200, required=False, help_text="Name, role and agency",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    on = GovukDateField(label="When", called="The day on which they were consulted", required=False)
    view = forms.CharField(
        label="What they thought", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        """A row in which anything was said is complete."""
        said = dict(self.cleaned_data)
        if not any(said.values()) and not self.errors:
            return said
        asks = {
            "who": "Say who was consulted", "on": "Give the day on which they were consulted", "view": "Say what they thought",
        }  # fmt: skip
        for name, ask in asks.items():
            if name not in self.errors and not said.get(name):
                self.add_error(name, ask)
        return said


class RecordPage:
    """The whole page: the questions, the rows of options and of consultations; a row is added without JavaScript."""

    def __init__(
        self, data: QueryDict | None, *, content: Content | None = None, seen: str = "", is_theme: bool = False,
        kept: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data
        self.is_restored = bool(kept)
        first = (initial_from(kept, RecordForm.base_fields) if kept else _first(content)) | {"seen": seen}
        self.form = RecordForm(data, initial=first)
        if is_theme:
            self.form.fields["evidence"].help_text = "For example, the letters of March, the log of the duty desk"
            self.form.fields["not_known"].help_text = "For example, how often it happens on other wards; nobody counts it"
            self.form.fields["plain_summary"].label = "How would you say it to anybody whom it may concern?"
            self.form.fields["plain_summary"].help_text = "Short and respectful, in plain words, without anybody’s name"
        options = [vars(row) for row in content.options] if content else []
        consulted = [vars(row) for row in content.consulted] if content else []
        self.options = _rows(OptionForm, "options", data, _kept_rows(OptionForm, "options", kept) if kept else options, 2)
        self.consulted = _rows(
            ConsultedForm, "consulted", data, _kept_rows(ConsultedForm, "consulted", kept) if kept else consulted, 1
        )

    @property
    def seen(self) -> int:
        """The count of edits the writer saw."""
        text = str(self.form.cleaned_data.get("seen", ""))
        return int(text) if text.isdecimal() else -1

    @property
    def forms(self) -> list[GovukForm]:
        """Every form on the page, for the error summary."""
        return [self.form, *self.options, *self.consulted]

    @property
    def wants_a_row(self) -> bool:
        """Whether the button pressed only adds a row."""
        return self.data is not None and any(name in self.data for name in ADDED)

    def is_valid(self) -> bool:
        """Whether every form can be taken."""
        return all([form.is_valid() for form in self.forms])

    @property
    def content(self) -> Content:
        """What was written, for the action; empty rows are left out."""
        said = {name: value for name, value in self.form.cleaned_data.items() if name != "seen"}
        options = [OptionText(**row.cleaned_data) for row in self.options if row.cleaned_data.get("option")]
        consulted = [ConsultedText(**row.cleaned_data) for row in self.consulted if row.cleaned_data.get("who")]
        return Content(**said, options=tuple(options), consulted=tuple(consulted))


def _first(content: Content | None) -> dict[str, Any]:
    if content is None:
        return {}
    return {name: value for name, value in vars(content).items() if name not in ("options", "consulted")}


def _rows(
    kind: type[GovukForm], name: str, data: QueryDict | None, initial: Sequence[Mapping[str, Any]], least: int
) -> list[GovukForm]:
    if data is None:
        filled = [kind(prefix=f"{name}-{number}", initial=row) for number, row in enumerate(initial)]
        return filled + [kind(prefix=f"{name}-{number}") for number in range(len(filled), max(least, len(filled)))]
    more = any(button in data and there == name for button, there in ADDED.items())
    count = min(_count(data.get(f"{name}-count")) + more, ROWS_AT_MOST)
    return [kind(data, prefix=f"{name}-{number}") for number in range(max(count, least))]


def _kept_rows(kind: type[GovukForm], name: str, kept: Mapping[str, str]) -> list[Mapping[str, Any]]:
    rows = min(_count(kept.get(f"{name}-count")), ROWS_AT_MOST)
    return [initial_from(kept, kind.base_fields, f"{name}-{number}") for number in range(rows)]


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 3 else 0


class ReasonsForm(GovukForm):
    """A manager's own reasons."""

    rationale = words("", "", rows=8, required=True)

    def __init__(self, *args: Any, label: str, hint: str, missing: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rationale"]
        field.label, field.help_text = label, hint
        field.error_messages["required"] = missing
