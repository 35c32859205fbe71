"""Forms of a conflict that was declared by mistake: the declarer's words, and the second person's yes or no."""

from __future__ import annotations

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Radios
from escalation.forms.work import YES_NO, line


class MistakeForm(GovukForm):
    """How the mistake came about."""

    why = line(
        "How did the mistake come about?", "Say in a few words how it came about", length=300,
        hint="For example, that you mistook the person for somebody of the same name. Write no name",
    )  # fmt: skip


class DecideMistakeForm(GovukForm):
    """Whether it was a mistake, and how the second person knows."""

    agrees = forms.ChoiceField(
        label="Was it a mistake?", choices=YES_NO, widget=Radios(), error_messages={"required": "Say whether it was a mistake"}
    )
    reason = line(
        "How do you know?", "Say how you know", length=300,
        hint="For example, that you asked them and their manager, and whom they took the person for. Write no name",
    )  # fmt: skip
