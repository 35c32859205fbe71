"""Forms in which people hand in evidence and withdraw it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from cases.forms.base import GovukForm
from escalation.actions.evidence import SHOWS, TOO_LARGE, HandedIn
from escalation.evidence import kinds
from escalation.forms.work import words

CHOOSE_AGAIN = "Choose the file again: a browser does not keep it when something else is wrong."


class EvidenceForm(GovukForm):
    """A file, and what it shows."""

    shows = words(
        "What does it show?", SHOWS, rows=3,
        hint="For example, the ward’s chart of 1 April: seen at nine, could not stand alone. It is told in the story",
    )  # fmt: skip
    file = forms.FileField(
        label="Which file?", max_length=500, allow_empty_file=True,
        help_text=f"{kinds.TAKEN}, up to 20 MB. Its name is shown on the page of the evidence only",
        error_messages={"required": "Choose a file", "invalid": "Choose a file", "max_length": "Give the file a shorter name"},
    )  # fmt: skip

    def __init__(self, data: Any = None, uploads: Any = None, *, is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(data, uploads, **kwargs)
        if is_too_large:
            self.fields["file"].error_messages["required"] = TOO_LARGE

    def clean(self) -> dict[str, Any]:
        """A file that was right must be chosen again when something else was wrong."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors and "file" in cleaned:
            self.add_error("file", CHOOSE_AGAIN)
        return cleaned

    @property
    def handed_in(self) -> HandedIn:
        """The file, for the action."""
        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        return HandedIn(upload.read(), upload.name or "", self.cleaned_data["shows"])


class WithdrawEvidenceForm(GovukForm):
    """Why it is withdrawn."""

    why = words(
        "Why is it withdrawn?", "Say why it is withdrawn", rows=3,
        hint="For example, the wrong file: it is about somebody else. Do not name them here. The reason is told in the story",
    )  # fmt: skip
