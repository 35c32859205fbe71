"""The form in which somebody says that they, or a colleague, will be away and who stands in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from cases.forms.base import GovukForm
from cases.forms.directory import Colleague
from cases.forms.fields import GovukDateField
from cases.models import Absence, Appointment


class AbsenceForm(GovukForm):
    """The days, the stand-in, and the reason in one word."""

    from_on = GovukDateField(label="What is the first day away?", called="The first day away")
    until_on = GovukDateField(
        label="What is the last day away?", called="The last day away",
        help_text="The stand-in can act until midnight of this day. Coming back sooner ends it at once",
    )  # fmt: skip
    stand_in = Colleague(
        Appointment.objects.none(), label="Who stands in?", required=False, empty_label="Nobody",
        help_text="They see what waits, act in their own name, and never sign off what they wrote themselves. With nobody, "
        "and no other lead, the board manager is told at once",
    )  # fmt: skip
    reason = forms.ChoiceField(
        label="Why?", choices=Absence.Reason.choices, initial=Absence.Reason.UNSAID, widget=forms.RadioSelect,
        help_text="Only who may record this sees it. Never write anything about health",
    )  # fmt: skip

    def __init__(self, *args: Any, colleagues: QuerySet[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stand_in: Any = self.fields["stand_in"]
        stand_in.queryset = colleagues
