"""Forms of the disagreement map: a point, and one agency's own column of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Radios
from escalation.actions.points import Column
from escalation.forms.work import line, words
from escalation.models import PointView


class ColumnForm(GovukForm):
    """What one's own agency says of a point."""

    of_a_theme: ClassVar = {"text": "One fact or judgement. For example, nobody reads the inbox on Saturdays"}
    choices_of_a_theme: ClassVar = {
        "weight": [(PointView.Weight.HIGH.value, PointView.HIGH_IN_A_THEME), *PointView.Weight.choices[1:]]
    }

    stance = forms.ChoiceField(
        label="Does your agency agree on this?", choices=PointView.Stance.choices,
        widget=Radios(hints={PointView.Stance.AGREED: "When every agency has said so, the point is agreed and locked"}),
        error_messages={"required": "Say whether your agency agrees on this or disputes it"},
    )  # fmt: skip
    says = words("What does your agency say?", "Say what your agency holds on this point", rows=4)
    weight = forms.ChoiceField(
        label="How much does it matter to the risk?", choices=PointView.Weight.choices, widget=Radios(),
        error_messages={"required": "Say how much this matters to the risk"},
    )  # fmt: skip
    threshold = line(
        "Which threshold or policy do you go by?", "", required=False, length=300,
        hint="For example, threshold document, section 3",
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)

    @property
    def column(self) -> Column:
        """The answers, for the action."""
        said: dict[str, Any] = self.cleaned_data
        return Column(said["stance"], said["says"], said["weight"], said["threshold"])


class PointForm(ColumnForm):
    """A new point, with one's own column."""

    text = line(
        "What is the point?", "Say in one sentence what the point is", length=500,
        hint="One fact or judgement. For example, she cannot be alone at night",
    )  # fmt: skip
    field_order = ["text", "stance", "says", "weight", "threshold"]
