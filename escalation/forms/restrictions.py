"""Forms that shut a case to others: who may know of it, whether that stays so, and what somebody says of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Checkboxes, Radios
from cases.models import Appointment
from escalation.forms.work import YES_NO, line, words


class RestrictForm(GovukForm):
    """Who may know of it, and why nobody else."""

    people = forms.MultipleChoiceField(
        label="Who may know of it?", widget=Checkboxes(), error_messages={"required": "Name at least two people"},
        help_text="At least two, one of them a senior manager, the chief social work officer or the chair",
    )  # fmt: skip
    reason = words(
        "Why may nobody else know of it?", "Say why nobody else may know of it", rows=4,
        hint="For example, that somebody who works here is related to the person. Only those you name read this",
    )  # fmt: skip

    def __init__(self, *args: Any, offered: Iterable[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(who.pk): who for who in offered}
        self.fields["people"].choices = [(key, who.described) for key, who in self.offered.items()]  # type: ignore[attr-defined]

    @property
    def named(self) -> list[Appointment]:
        """Those named."""
        return [self.offered[key] for key in self.cleaned_data["people"]]


class DecideForm(GovukForm):
    """Yes or no to what somebody asked."""

    agrees = forms.ChoiceField(
        label="May only those named know of it?", choices=YES_NO, widget=Radios(), error_messages={"required": "Say yes or no"}
    )
    why = words("If no, why not?", "", required=False, rows=3, hint="Whoever asked is told")


class ReviewForm(RestrictForm):
    """Whether it stays restricted, and to whom."""

    keeps = forms.ChoiceField(
        label="Must it stay restricted?", choices=YES_NO, widget=Radios(), error_messages={"required": "Say yes or no"}
    )
    field_order = ("keeps", "reason", "people")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].required = False
        self.fields["reason"].label = "Why?"
        self.fields["reason"].help_text = "What has changed, or what has not"
        self.fields["reason"].error_messages["required"] = "Say why it stays restricted, or why it no longer needs to be"


class InterestForm(GovukForm):
    """What somebody says of themselves when they first open a case."""

    has_conflict = forms.ChoiceField(
        label="Do you know this person, or anybody close to them, outside your work?",
        choices=[("no", "No"), ("yes", "Yes, or I have another reason not to work on this")], widget=Radios(),
        error_messages={"required": "Say whether you know this person outside your work"},
    )  # fmt: skip
    what = line(
        "If yes, of what kind is it?", "", required=False, length=200,
        hint="In a few words, such as ‘a neighbour’. You will see nothing of it any more, and somebody else takes your part",
    )  # fmt: skip
