"""The form in which the board's office or the chair approves what an auditor reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import GovukDateField, Radios
from cases.models import Agency, Appointment
from escalation.actions.engagements import Wanted
from escalation.forms.work import line, listed, words
from escalation.models import Engagement


class EngagementForm(GovukForm):
    """Who reads what, for what purpose, from when until when."""

    reader = forms.ChoiceField(label="Who is to read?", widget=Radios(), error_messages=listed("Choose who is to read"))
    scope = forms.ChoiceField(
        label="How far does it go?", choices=Engagement.Scope.choices, widget=Radios(),
        error_messages={"required": "Say how far it goes"},
        help_text="As few disputes as the purpose needs. Cases restricted to named people stay shut in any case",
    )  # fmt: skip
    agency = forms.ModelChoiceField(
        Agency.objects.none(), label="Which agency?", required=False, empty_label="None", help_text="Where it is for one agency"
    )
    references = line(
        "Which disputes?", "", required=False, length=900,
        hint="Where it is for some disputes: their references, with spaces between",
    )  # fmt: skip
    purpose = words("What is it for?", "Say what it is for", rows=4, hint="For example, the yearly audit of limits missed")
    from_on = GovukDateField(label="From which day?", called="The first day", error_messages={"required": "Give the first day"})
    until_on = GovukDateField(
        label="Until the end of which day?", called="The last day", error_messages={"required": "Give the last day"},
        help_text="It ends by itself, a year later at most. You can end it early",
    )  # fmt: skip

    def __init__(self, *args: Any, readers: Iterable[Appointment], acting: Appointment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.readers = {str(who.pk): who for who in readers}
        self.fields["reader"].choices = [(key, who.described) for key, who in self.readers.items()]  # type: ignore[attr-defined]
        agency: Any = self.fields["agency"]
        agency.queryset = Agency.objects.visible_to(acting)

    @property
    def wanted(self) -> Wanted:
        """What was filled in."""
        said = self.cleaned_data
        return Wanted(
            self.readers[said["reader"]], said["scope"], said["purpose"], said["from_on"], said["until_on"], said["agency"],
            said["references"],
        )  # fmt: skip
