"""Forms of meetings: proposing one, its minutes, calling it off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Checkboxes, GovukDateTimeField, Radios
from cases.models import Appointment
from escalation.actions.meetings import Minutes, Proposed
from escalation.forms.work import line, words
from escalation.models.work import ContactMode


class MeetingForm(GovukForm):
    """What meeting, when, where, and who comes."""

    kind = forms.ChoiceField(
        label="What kind of meeting?", widget=Radios(), error_messages={"required": "Choose the kind of meeting"}
    )
    aim = words("What is it to settle?", "Say what the meeting is to settle", rows=3)
    starts_at = GovukDateTimeField(
        label="When does it begin?", called="The time of the meeting", help_text="For example, 7 4 2026 at 14:30",
        error_messages={"required": "Say when it begins"},
    )  # fmt: skip
    place = line("Where is it?", "", required=False, length=200, hint="A room, or ‘video call’ with the link below")
    link = forms.URLField(
        label="Link to the call", required=False, max_length=500, assume_scheme="https",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "Give the whole link, from https:// on"},
    )  # fmt: skip
    invited = forms.MultipleChoiceField(
        label="Who is invited?", widget=Checkboxes(), error_messages={"required": "Invite at least one other person"}
    )

    def __init__(self, *args: Any, kinds: Iterable[str], people: Iterable[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, kind) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["invited"].choices = [(str(who.pk), who.described) for who in people]  # type: ignore[attr-defined]

    @property
    def proposed(self) -> Proposed:
        """The answers, for the action."""
        return Proposed(**{name: value for name, value in self.cleaned_data.items() if name != "invited"})


class MinutesForm(GovukForm):
    """What became of a meeting."""

    attended = forms.MultipleChoiceField(
        label="Who of those invited was there?", widget=Checkboxes(),
        error_messages={"required": "Say who of those invited was there. If nobody came, call the meeting off"},
    )  # fmt: skip
    also_there = line(
        "Who else was there?", "", required=False, length=300, hint="Name, role and agency of each",
    )  # fmt: skip
    held_at = GovukDateTimeField(
        label="When did it begin?", called="The time of the meeting", error_messages={"required": "Say when it began"}
    )
    mode = forms.ChoiceField(
        label="How did you meet?", choices=ContactMode.choices, widget=Radios(),
        error_messages={"required": "Say how you met"},
    )  # fmt: skip
    said = words("What was said?", "Say what was said", rows=6)
    decisions = words("What was decided?", "", required=False, rows=4, hint="Leave it empty if nothing was decided")
    dissent = words(
        "Who did not agree, and why?", "", required=False, rows=4,
        hint="Name and reason. It stays with the minutes; leave it empty if all agreed",
    )  # fmt: skip

    def __init__(self, *args: Any, people: Iterable[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attended"].choices = [(str(who.pk), who.described) for who in people]  # type: ignore[attr-defined]

    @property
    def minutes(self) -> Minutes:
        """The answers, for the action."""
        return Minutes(**{name: value for name, value in self.cleaned_data.items() if name != "attended"})


class CallOffForm(GovukForm):
    """Why a meeting does not take place."""

    why = words("Why does it not take place?", "Say why it does not take place", rows=3)
