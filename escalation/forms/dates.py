"""Forms of a limit's date: more time, a pause, the other side's answer, going on."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import GovukDateField, GovukDateTimeField, Radios
from escalation.forms.work import YES_NO, words

READ_BY_ALL = "Everybody on this can read it"
SAFE_MEANWHILE = f"Say also how the person is kept safe meanwhile. {READ_BY_ALL}"


class ExtendForm(GovukForm):
    """A later day, and why."""

    of_a_theme: ClassVar = {"reason": READ_BY_ALL}

    day = GovukDateField(label="Until which day?", called="The day")
    reason = words("Why is more time needed?", "Say why more time is needed", hint=SAFE_MEANWHILE)


class SoonerForm(GovukForm):
    """A sooner date of one's own, and why."""

    at = GovukDateTimeField(label="By when do you need it?", called="The time", help_text="For example, 7 4 2026 at 14:30")
    reason = words("Why is it needed sooner?", "Say why it is needed sooner", rows=3)


class PauseForm(GovukForm):
    """Why the time should stand still."""

    of_a_theme: ClassVar = {"reason": READ_BY_ALL}

    reason = words("Why should the time stand still?", "Say why the time should stand still", hint=SAFE_MEANWHILE)


class ResumeForm(GovukForm):
    """Why the time goes on."""

    reason = words("Why does the time go on?", "Say why the time goes on", rows=3)


class AnswerForm(GovukForm):
    """Whether one's own side agrees."""

    agrees = forms.ChoiceField(
        label="Does your agency agree?", choices=YES_NO, widget=Radios(inline=True),
        error_messages={"required": "Say whether your agency agrees"},
    )  # fmt: skip
    reason = words("Why?", "", rows=3, required=False, hint="Needed when you do not agree")
