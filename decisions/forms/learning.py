"""Forms of what was learned: writing it down, taking the names out, the second person's check, and the body's answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import GovukDateField, Radios
from cases.models import Appointment
from decisions.forms.outcomes import people_choices
from decisions.forms.records import words
from decisions.models import LearningKind
from escalation.protocol import Choice, OnwardRoute

KIND_HINTS: dict[str, str] = {
    LearningKind.LEARNING: "What you would do differently, or want others to know",
    LearningKind.POLICY_ISSUE: "For example, it does not say who pays at night, or two rules contradict each other",
    LearningKind.NOTHING: "Say in a line why",
}


class LearningForm(GovukForm):
    """What was learned or is not clear, and what changes."""

    kind = forms.ChoiceField(
        label="What do you write down?", choices=LearningKind.choices, widget=Radios(hints=KIND_HINTS),
        error_messages={"required": "Say what you write down"},
    )  # fmt: skip
    category = forms.ChoiceField(label="What is it about?", required=False)
    text = words(
        "What was learned, or what is not clear?",
        "In plain words and without blame. Everybody on this reads it; it leaves this record only without names", required=True,
        missing="Write down what was learned or is not clear, or why there is nothing new",
    )  # fmt: skip
    change = words("What changes?", "Leave this empty when nothing does, or when you do not know yet", rows=3)
    owner = forms.ChoiceField(label="Who sees to the change?", required=False)
    due_on = GovukDateField(label="By when?", called="The day by which the change is made", required=False)

    def __init__(self, *args: Any, categories: Sequence[Choice], people: Sequence[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(who.pk): who for who in people}
        named = [("", "Choose what it is about"), *((one.code, one.label) for one in categories)]
        self.fields["category"].choices = named  # type: ignore[attr-defined]
        self.fields["owner"].choices = people_choices(people)  # type: ignore[attr-defined]


class PlainForm(GovukForm):
    """The text as the body gets it."""

    body = forms.ChoiceField(
        label="To which body?", widget=Radios(), required=False, error_messages={"required": "Choose a body"}
    )
    text = words(
        "What is the body to read?",
        "No names of people or agencies, no addresses, days, numbers or references. Say “a hospital”, “an adult”, “in spring”",
        rows=10, required=True, missing="Write what the body is to read",
    )  # fmt: skip

    def __init__(self, *args: Any, bodies: Sequence[OnwardRoute], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].choices = [(route.code, route.body) for route in bodies]  # type: ignore[attr-defined]
        self.fields["body"].widget.hints = {route.code: route.when for route in bodies}
        if len(bodies) < 2:
            del self.fields["body"]


class CheckForm(GovukForm):
    """The second person's word."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=20_000)
    verdict = forms.ChoiceField(
        label="Can anybody tell from this text whom it is about?",
        choices=[("send", "No: send it"), ("return", "Yes, or it is not clear: it must be changed")], widget=Radios(),
        error_messages={"required": "Say whether it can be sent"},
    )  # fmt: skip
    reason = words("What is to be changed?", "Only when it must be changed", rows=3)


class ChangeMadeForm(GovukForm):
    """How a change was made."""

    note = words(
        "How was it done, and how can that be seen?", "For example, the team’s guide says it since May", rows=3,
        required=True, missing="Say how it was done, so that others can see it",
    )  # fmt: skip


class ItemForm(GovukForm):
    """When the body looks at it, and what came of it."""

    meeting_on = GovukDateField(
        label="On which day is it looked at, or was it?", called="The day of the meeting", help_text="For example, 21 5 2026",
        error_messages={"required": "Give the day of the meeting, or the day on which it is looked at"},
    )  # fmt: skip
    result = words("What came of it?", "Leave this empty until it has been looked at. Those who wrote it read it", rows=5)


class ClosingForm(GovukForm):
    """What was done with an item."""

    closing = words(
        "What was done?", "For example, the guidance says now who pays at night. Those who wrote it read it", rows=4,
        required=True, missing="Say what was done with it, so that those who wrote it know",
    )  # fmt: skip
