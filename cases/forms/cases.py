"""Forms of cases and of the person at risk."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import GovukDateField, Radios
from cases.models.case import Capacity


class FindCaseForm(GovukForm):
    """Search by reference, and by nothing else."""

    reference = forms.CharField(
        label="Reference", max_length=30, required=False, help_text="For example, HAL-C-2026-0007, or a part of it"
    )


class PersonForm(GovukForm):
    """What is known of the person at risk."""

    name = forms.CharField(
        label="What is the person’s name?", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    date_of_birth = GovukDateField(
        label="When were they born?", called="The date of birth", required=False, help_text="For example, 3 6 1941"
    )
    is_child = forms.BooleanField(label="The person is under 18", required=False)
    address = forms.CharField(
        label="Where do they live?",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text="Everybody on the case reads it. If it must not become known, leave this empty and write down a safe address",
    )
    own_reference = forms.CharField(label="What is their reference in your own system?", max_length=60, required=False)
    desired_outcomes = forms.CharField(
        label="What does the person want?",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="In their own words where you can",
    )
    capacity = forms.ChoiceField(
        label="Can they make this decision themselves?", choices=Capacity.choices, widget=Radios()
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_date_of_birth(self) -> date | None:
        """A birthday lies in the past, and not before anybody living."""
        born: date | None = self.cleaned_data["date_of_birth"]
        if born and born > self.today:
            raise forms.ValidationError("The date of birth must be today or in the past")
        if born and born.year < self.today.year - 125:
            raise forms.ValidationError("Check the year of birth")
        return born

    def show_again(self, seen: str) -> None:
        """Keep what was typed, against a newer version."""
        answers: Any = self.data
        self.data = answers.copy()
        self.data["seen"] = seen  # type: ignore[index]

    @property
    def details(self) -> dict[str, Any]:
        """What was answered, without the version token."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}
