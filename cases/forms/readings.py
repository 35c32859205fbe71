"""The form of a lead who looked into a reading."""

from __future__ import annotations

from django import forms

from cases.forms.base import GovukForm


class LookIntoForm(GovukForm):
    """What came of it, in a few plain words."""

    words = forms.CharField(
        label="What came of looking into it?",
        help_text="Whom you asked, what they said, and whether anything more is to be done. It cannot be changed afterwards. "
        "Nobody is thought the worse of for being asked.",
        max_length=2000,
        error_messages={"required": "Write what came of looking into it"},
        widget=forms.Textarea,
    )
