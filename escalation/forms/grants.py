"""The form that gives somebody access again to a dispute that has ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import GovukDateField, Radios
from cases.models import Appointment
from escalation.actions.grants import Again
from escalation.forms.work import listed, words


class GrantForm(GovukForm):
    """Who is to read it again, why, and until when."""

    holder = forms.ChoiceField(
        label="Who is to read it again?", widget=Radios(), error_messages=listed("Choose who is to read it again"),
        help_text="Only people who could read it before. They are told, by the reference alone",
    )  # fmt: skip
    reason = words(
        "Why do they need it?", "Say why they need to read it again", rows=4,
        hint="For example, that they answer a complaint about it. It is kept with the record",
    )  # fmt: skip
    until_on = GovukDateField(
        label="Until the end of which day?", called="The last day", error_messages={"required": "Give the last day of access"}
    )

    def __init__(self, *args: Any, offered: Iterable[Appointment], last: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(who.pk): who for who in offered}
        self.fields["holder"].choices = [(key, who.described) for key, who in self.offered.items()]  # type: ignore[attr-defined]
        self.fields["until_on"].help_text = f"At the latest {last:%-d %B %Y}"

    @property
    def again(self) -> Again:
        """What was asked."""
        said = self.cleaned_data
        return Again(self.offered[said["holder"]], said["reason"], said["until_on"])
