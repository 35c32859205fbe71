"""Forms of interim protection plans: what protects the person, and each look at it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import GovukDateField, Radios
from cases.models import Appointment
from escalation.forms.work import listed, words


def _day() -> GovukDateField:
    return GovukDateField(
        label="When is it looked at again?", called="The day of the review", help_text="For example, 10 4 2026",
        required=False,
    )  # fmt: skip


class PlanForm(GovukForm):
    """Whether a plan is needed, and which."""

    needed = forms.ChoiceField(
        label="Does the person need a plan that protects them meanwhile?",
        choices=[("yes", "Yes, a plan is needed"), ("no", "No plan is needed")],
        widget=Radios(reveals={"yes": ["measures", "owner", "review_on"], "no": ["why"]}),
        error_messages={"required": "Say whether a plan is needed"},
    )  # fmt: skip
    measures = words("Which measures protect the person for now?", "", rows=4, required=False)
    owner = forms.ChoiceField(label="Who looks after the plan?", required=False, error_messages=listed("Choose a person"))
    review_on = _day()
    why = words("Why is no plan needed?", "", rows=3, required=False)

    def __init__(self, *args: Any, people: Iterable[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(who.pk): who for who in people}
        _offer(self.fields["owner"], self.people)

    def clean(self) -> dict[str, Any] | None:
        """A plan needs measures, an owner and a day; going without one needs a reason."""
        said = self.cleaned_data
        asks = {"measures": "Say which measures protect the person", "owner": "Choose who looks after the plan",
                "review_on": "Give the day on which it is looked at again"}  # fmt: skip
        if said.get("needed") == "no":
            asks = {"why": "Say why no plan is needed"}
        for name, ask in asks.items() if "needed" in said else ():
            if not said.get(name) and name not in self.errors:
                self.add_error(name, ask)
        return said


class PlanReviewForm(GovukForm):
    """One look at a plan."""

    note = words("What did you find?", "Say what you found", rows=4)
    goes_on = forms.ChoiceField(
        label="Does the plan go on?", choices=[("yes", "It goes on"), ("no", "It ends")],
        widget=Radios(reveals={"yes": ["review_on", "owner"]}), error_messages={"required": "Say whether the plan goes on"},
    )  # fmt: skip
    review_on = _day()
    owner = forms.ChoiceField(label="Who looks after it from now on?", required=False)

    def __init__(self, *args: Any, people: Iterable[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(who.pk): who for who in people}
        _offer(self.fields["owner"], self.people)

    def clean(self) -> dict[str, Any] | None:
        """What goes on has a day on which it is looked at again."""
        said = self.cleaned_data
        if said.get("goes_on") == "yes" and not said.get("review_on") and "review_on" not in self.errors:
            self.add_error("review_on", "Give the day on which it is looked at again")
        return said

    @property
    def next_day(self) -> date | None:
        """When it is looked at again, None when it ends."""
        day: date | None = self.cleaned_data["review_on"]
        return day if self.cleaned_data["goes_on"] == "yes" else None


def _offer(field: forms.Field, people: dict[str, Appointment]) -> None:
    field.choices = [("", "Choose a person"), *((pk, who.described) for pk, who in people.items())]  # type: ignore[attr-defined]
