"""The form that says how somebody was told whose e-mail did not arrive."""

from __future__ import annotations

from django import forms

from cases.forms.base import GovukForm


class ToldForm(GovukForm):
    """How and when the person was told."""

    note = forms.CharField(
        label="How and when were they told?",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text="For example, by telephone on Monday morning",
        error_messages={"required": "Say how and when the person was told"},
    )
