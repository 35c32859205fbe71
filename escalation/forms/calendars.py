"""Forms of the partnership's calendar."""

from __future__ import annotations

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import GovukDateField


class AddClosureForm(GovukForm):
    """A day that is not worked here."""

    day = GovukDateField(label="Which day is not worked?", called="The day")
    name = forms.CharField(
        label="What is the day called?", max_length=80, help_text="Shown wherever a date is worked out, such as Town holiday"
    )
    reason = forms.CharField(
        label="Why is it not worked?", max_length=300, help_text="For example, decided by the council on 4 March"
    )


class RemoveClosureForm(GovukForm):
    """Why a day is worked after all."""

    reason = forms.CharField(label="Why is this day worked after all?", max_length=300)
