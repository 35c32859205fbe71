"""The forms in which advice is asked of a lead, given, and not needed any more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.models import Appointment
from escalation.actions.advice import Asked
from escalation.forms.work import listed, words


class AskAdviceForm(GovukForm):
    """Which lead, and what one wants to know."""

    adviser = forms.ChoiceField(
        label="Whom do you ask?", help_text="A lead of your agency, or one who advises it",
        error_messages=listed("Choose whom you ask"),
    )  # fmt: skip
    question = words(
        "What do you want advice on?", "Write what you want advice on", rows=6,
        hint="What you are unsure about, what you have tried, and by when you need an answer",
    )  # fmt: skip

    def __init__(self, *args: Any, people: Iterable[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(who.pk): who for who in people}
        choices = [("", "Choose a lead"), *((pk, who.described) for pk, who in self.people.items())]
        self.fields["adviser"].choices = choices  # type: ignore[attr-defined]
        if len(self.people) == 1:
            self.initial.setdefault("adviser", next(iter(self.people)))

    @property
    def asked(self) -> Asked:
        """Who is asked what, for the action."""
        return Asked(self.people[self.cleaned_data["adviser"]], self.cleaned_data["question"])


class AdviceForm(GovukForm):
    """The lead's own answer."""

    advice = words(
        "What do you advise?", "Write your advice, also when it is that you cannot give any", rows=8,
        hint="What you would do next, what it rests on, and what would change your view",
    )  # fmt: skip


class TakeBackAdviceForm(GovukForm):
    """Why the question is not needed any more."""

    why = words(
        "Why is the advice not needed any more?", "Say why the advice is not needed any more", rows=3,
        hint="For example, answered by phone on Tuesday, and recorded",
    )  # fmt: skip
