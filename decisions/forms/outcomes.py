"""Forms of agreements, the last word, confirmations, outstanding issues, referrals and further bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import GovukDateField, Radios
from cases.models import Appointment
from decisions.actions.afterwards import NewIssue
from decisions.actions.referrals import LONGEST_ANSWER
from decisions.forms.keeping import initial_from
from decisions.forms.records import words
from escalation.forms.moves import MoveForm
from escalation.protocol import BoardFormField, OnwardRoute

ISSUE_ROWS = 3


def people_choices(people: Iterable[Appointment]) -> list[tuple[str, str]]:
    """People to choose from, nobody first."""
    return [("", "Choose a person"), *((str(who.pk), who.described) for who in people)]


class IssueForm(GovukForm):
    """Something left open, with who pursues it and by when."""

    what = forms.CharField(
        label="What is still open?", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    owner = forms.ChoiceField(label="Who pursues it?", required=False)
    due_on = GovukDateField(label="By when?", called="The day by which it is done", required=False)

    def __init__(self, *args: Any, people: Sequence[Appointment], is_needed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_needed = is_needed
        self.people = {str(who.pk): who for who in people}
        self.fields["owner"].choices = people_choices(people)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """All three, or nothing."""
        said = dict(self.cleaned_data)
        if not any(said.values()) and not self.errors and not self.is_needed:
            return said
        asks = {"what": "Say what is still open", "owner": "Choose who pursues it", "due_on": "Give the day by which it is done"}
        for name, ask in asks.items():
            if name not in self.errors and not said.get(name):
                self.add_error(name, ask)
        return said

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said in this row."""
        return not self.cleaned_data.get("what")

    @property
    def issue(self) -> NewIssue:
        """For the action."""
        said = self.cleaned_data
        return NewIssue(what=said["what"], owner=self.people.get(said["owner"]), due_on=said["due_on"])


class OutcomeForm(MoveForm):
    """What ends it, and why."""

    text = words("", "", rows=6, required=True)
    reasons = words("", "", rows=6, required=True)
    instead_of = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, asks: Mapping[str, tuple[str, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, hint, missing) in asks.items():
            field = self.fields[name]
            field.label, field.help_text = label, hint
            field.error_messages["required"] = missing

    def show_again(self, seen: str, instead_of: int | None = None) -> None:
        """Keep what was typed, against where it stands now and the words proposed meanwhile."""
        super().show_again(seen)
        self.data["instead_of"] = "" if instead_of is None else str(instead_of)  # type: ignore[index]


class OutcomePage:
    """The outcome and the rows of what it leaves open."""

    def __init__(
        self, data: Any, *, asks: Mapping[str, tuple[str, str, str]], people: Sequence[Appointment], kept: Mapping[str, str],
        **initial: Any,
    ) -> None:  # fmt: skip
        self.form = OutcomeForm(data, asks=asks, initial=initial_from(kept, OutcomeForm.base_fields) | initial)
        self.issues = [
            IssueForm(data, prefix=prefix, people=people, initial=initial_from(kept, IssueForm.base_fields, prefix))
            for prefix in (f"issue-{number}" for number in range(ISSUE_ROWS))
        ]

    @property
    def forms(self) -> list[GovukForm]:
        """Every form on the page, for the error summary."""
        return [self.form, *self.issues]

    def is_valid(self) -> bool:
        """Whether every form can be taken."""
        return all([form.is_valid() for form in self.forms])

    @property
    def has_issues(self) -> bool:
        """Whether anything was typed into a row, so that the rows are shown open."""
        return any(row.has_changed() if row.is_bound else bool(row.initial) for row in self.issues)

    @property
    def new_issues(self) -> tuple[NewIssue, ...]:
        """What is left open, for the action; empty rows are left out."""
        return tuple(row.issue for row in self.issues if not row.is_empty)


class ConcurForm(MoveForm):
    """Joining in another's words: those that were read."""

    outcome = forms.IntegerField(widget=forms.HiddenInput)
    comment = words("Do you want to add anything?", "It is kept with your agreement", rows=3)


class ConfirmForm(MoveForm):
    """One agency's written answer."""

    of_a_theme: ClassVar = {"text": "For example, we name who reads the inbox from Monday; our duty manager is told"}

    accepts = forms.ChoiceField(
        label="Does your agency accept the outcome?", choices=[("yes", "Yes, we accept it"), ("no", "No, we do not accept it")],
        widget=Radios(), error_messages={"required": "Say whether your agency accepts the outcome"},
    )  # fmt: skip
    text = words(
        "What will your agency do, or why does it not accept?",
        "For example, we arrange the night sitter from Monday; our duty manager is told", required=True,
        missing="Say in writing what your agency will do, or why it does not accept",
    )  # fmt: skip

    def __init__(self, *args: Any, if_not: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accepts"].widget.hints = {"no": if_not}


class DoneForm(GovukForm):
    """How an outstanding issue was done."""

    note = words(
        "How was it done, and how can that be seen?", "For example, rota agreed, e-mail of 8 April on our file", rows=3,
        required=True, missing="Say how it was done, so that others can see it",
    )  # fmt: skip


class ReferralForm(GovukForm):
    """The board's own form: one question for each field of the protocol; a draft may leave any of them empty."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)

    def __init__(self, *args: Any, fields: Sequence[BoardFormField], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in fields:
            is_long = field.long or "\n" in str(self.initial.get(field.code, ""))
            one_line = forms.TextInput(attrs={"autocomplete": "off"})
            self.fields[field.code] = forms.CharField(
                label=field.label if field.required else f"{field.label} (optional)", required=False, max_length=LONGEST_ANSWER,
                widget=forms.Textarea(attrs={"rows": 6}) if is_long else one_line,
            )  # fmt: skip
        self.codes = [field.code for field in fields]

    @property
    def answers(self) -> dict[str, str]:
        """Code → text, for the action."""
        return {code: self.cleaned_data[code] for code in self.codes}

    def show_again(self, seen: str) -> None:
        """Keep what was typed, against a newer version."""
        answers: Any = self.data
        self.data = answers.copy()
        self.data["seen"] = seen  # type: ignore[index]


class ReturnForm(MoveForm):
    """Why a referral goes back."""

    reason = words(
        "What is missing?", "What must be added or made clear before you can decide", rows=4, required=True,
        missing="Say what is missing, so that it can be added",
    )  # fmt: skip


class OnwardForm(GovukForm):
    """On to a further body."""

    code = forms.ChoiceField(label="To which body?", widget=Radios(), error_messages={"required": "Choose a body"})
    reason = words(
        "Why does it go there, and what do you ask of it?", "Without names, if the body works without them", rows=4,
        required=True, missing="Say why it goes to this body and what you ask of it",
    )  # fmt: skip

    def __init__(self, *args: Any, routes: Sequence[OnwardRoute], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [(route.code, route.body) for route in routes]  # type: ignore[attr-defined]
        self.fields["code"].widget.hints = {route.code: route.when for route in routes}


class ResultForm(GovukForm):
    """When the body meets, and what came of it."""

    meeting_on = GovukDateField(
        label="When does the body meet, or when did it?", called="The day of the meeting", help_text="For example, 21 5 2026",
        error_messages={"required": "Give the day of the body’s meeting"},
    )  # fmt: skip
    result = words("What came of it?", "Leave this empty until it has met", rows=4)
