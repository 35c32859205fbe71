"""The form in which somebody who raised a dispute asks for support."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Radios
from cases.models import Appointment
from escalation.forms.work import listed, words
from escalation.models import Support


class SupportForm(GovukForm):
    """Who, what for, and why; the reason is between the two."""

    supporter = forms.ChoiceField(
        label="Whom do you ask?", help_text="A colleague, or a safeguarding lead of an agency that is no party",
        error_messages=listed("Choose whom you ask"),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="What do you ask of them?", choices=Support.Kind.choices,
        widget=Radios(hints={Support.Kind.SPEAK: "A colleague of your own agency; they are on it from then on"}),
        error_messages={"required": "Say what you ask of them"},
    )  # fmt: skip
    reason = words(
        "Why do you ask?", "", required=False, rows=3, hint="Only you and the person you ask can read this",
    )  # fmt: skip
    is_status_difference = forms.BooleanField(
        label="There is a difference of standing between me and those I disagree with", required=False
    )

    def __init__(self, *args: Any, people: Iterable[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(who.pk): who for who in people}
        choices = [("", "Choose a person"), *((pk, who.described) for pk, who in self.people.items())]
        self.fields["supporter"].choices = choices  # type: ignore[attr-defined]
