"""Asking for a document."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Radios
from decisions.models import Export

HINTS = {
    Export.Kind.CASE_HISTORY: "Everything you may read: what happened, positions, decisions and reasons, and what is still owed",
    Export.Kind.REFERRAL: "Two or three pages for whoever has the last word, with the board's own form",
}


class ExportForm(GovukForm):
    """What kind, and why it is needed."""

    kind = forms.ChoiceField(
        label="Which document?", choices=Export.Kind.choices, widget=Radios(hints={str(k): v for k, v in HINTS.items()}),
        error_messages={"required": "Choose a document"},
    )  # fmt: skip
    reason = forms.CharField(
        label="Why do you need it?", max_length=300, help_text="It is printed on the document and kept.",
        error_messages={"required": "Say why you need this document"},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, has_referral: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if not has_referral:
            kinds: Any = self.fields["kind"]
            kinds.choices = [choice for choice in Export.Kind.choices if choice[0] != Export.Kind.REFERRAL]
            kinds.initial = Export.Kind.CASE_HISTORY
