"""Forms about the name of whoever raised a dispute: to keep it for the few who have to know it, or to let it be known again."""

from __future__ import annotations

from django import forms

from cases.forms.base import GovukForm
from escalation.forms.work import words

WHY = "For example, that you fear for how you are treated. Only those who know the name read this"
# What ``know_raiser`` in the access table opens, in words.
WHO_KNOWS = (
    "Safeguarding leads of the agencies concerned go on reading the name. So do whoever stands by the person who raised it, the "
    "chair if it comes to them, an auditor under an engagement, and a senior manager or chief social work officer who has to "
    "break the glass."
)


class ProtectForm(GovukForm):
    """Why the name is kept."""

    protect_reason = words("Why should the name be kept?", "Say why the name should be kept", rows=3, hint=WHY)


class NameForm(GovukForm):
    """That somebody means it."""

    is_sure = forms.BooleanField(
        label="Everybody who reads the dispute may know that I raised it",
        error_messages={"required": "Tick the box if everybody who reads it may know your name"},
    )
