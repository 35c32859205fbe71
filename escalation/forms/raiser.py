"""Forms about the name of whoever raised a dispute: to keep it for safeguarding leads, or to let it be known again."""

from __future__ import annotations

from django import forms

from cases.forms.base import GovukForm
from escalation.forms.work import words

WHY = "For example, that you fear for how you are treated. Only those who know the name read this"


class ProtectForm(GovukForm):
    """Why the name is kept."""

    protect_reason = words(
        "Why may only safeguarding leads know the name?", "Say why only safeguarding leads may know the name", rows=3, hint=WHY
    )


class NameForm(GovukForm):
    """That somebody means it."""

    is_sure = forms.BooleanField(
        label="Everybody who reads the dispute may know that I raised it",
        error_messages={"required": "Tick the box if everybody who reads it may know your name"},
    )
