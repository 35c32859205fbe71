"""Forms of break-glass: which dispute and why it cannot wait, and what somebody else found afterwards."""

from __future__ import annotations

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Radios
from escalation.forms.work import line, words
from escalation.models import BreakGlass
from escalation.models.break_glass import LEAST_REASON


class BreakGlassForm(GovukForm):
    """Which dispute, of what kind the reason is, and the reason."""

    reference = line(
        "What is its reference?", "Enter the reference of the dispute", length=30,
        hint="Exactly as somebody told you, for example HAL-2026-0012",
    )  # fmt: skip
    category = forms.ChoiceField(
        label="Why can it not wait?", choices=BreakGlass.Category.choices, widget=Radios(),
        error_messages={"required": "Say what kind of reason it is"},
    )  # fmt: skip
    reason = words(
        "What has happened?", "Say what has happened", rows=4,
        hint=f"At least {LEAST_REASON} characters. Name nobody: whoever looks at this afterwards may not read the dispute",
    )  # fmt: skip


class ReviewGlassForm(GovukForm):
    """Whether it was justified, and what was found."""

    is_justified = forms.ChoiceField(
        label="Was it justified?", choices=[("yes", "Yes"), ("no", "No")], widget=Radios(),
        error_messages={"required": "Say whether it was justified"},
    )  # fmt: skip
    finding = words(
        "What did you find?", "Say what you found", rows=4,
        hint="For example, whom you asked, and what they needed to know. Name nobody whom the dispute is about",
    )  # fmt: skip
