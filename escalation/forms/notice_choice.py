"""The form in which a person chooses when their e-mail comes."""

from __future__ import annotations

from datetime import time

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Radios

INVALID = "Enter the time like 08:30"


class NoticeChoiceForm(GovukForm):
    """At once, or as one digest and when."""

    how = forms.ChoiceField(
        label="When do you want e-mail about notices?",
        choices=[("at_once", "At once, one for each notice"), ("digest", "Once a working day, all in one")],
        widget=Radios(reveals={"digest": ["at"]}),
        error_messages={"required": "Choose when you want e-mail"},
    )
    at = forms.TimeField(
        label="At what time of day?", help_text="Such as 08:30. On the working days of your partnership", required=False,
        input_formats=["%H:%M", "%H.%M"], widget=forms.TextInput(attrs={"class": "govuk-input--width-5"}),
        error_messages={"invalid": INVALID},
    )  # fmt: skip

    @classmethod
    def of(cls, digest_at: time | None) -> NoticeChoiceForm:
        """As the person has it now."""
        return cls(initial={"how": "digest" if digest_at else "at_once", "at": f"{digest_at:%H:%M}" if digest_at else ""})

    def clean(self) -> None:
        """A digest needs its time."""
        if self.cleaned_data.get("how") == "digest" and not self.errors and self.cleaned_data.get("at") is None:
            self.add_error("at", INVALID)

    @property
    def digest_at(self) -> time | None:
        """The time of the digest; None is at once."""
        return self.cleaned_data.get("at") if self.cleaned_data.get("how") == "digest" else None
