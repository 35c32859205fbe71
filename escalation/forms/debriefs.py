"""The form that says what became of a debrief."""

from __future__ import annotations

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Radios
from escalation.models import Debrief


class DebriefAnswerForm(GovukForm):
    """Held or declined; what was said there is not asked."""

    answer = forms.ChoiceField(
        label="Was the debrief held?", choices=[("held", "It was held"), ("declined", "It was declined")],
        widget=Radios(hints={Debrief.Answer.DECLINED: "Only the person it was offered to can say this"}),
        error_messages={"required": "Say whether the debrief was held or declined"},
    )  # fmt: skip
