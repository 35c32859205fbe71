"""Forms that take a closed dispute up again, link two, or merge duplicates."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import GovukDateTimeField, Radios
from escalation.actions.links import NotHeld
from escalation.actions.safety import Safety
from escalation.forms.work import SafetyForm, line, words

SAFETY = ("answer", "how", "measures", "measures_owner", "review_on")


class ReopenForm(SafetyForm):
    """What did not hold; and first whether the person is safe."""

    reason = words("What did not hold?", "Say what did not hold", rows=4)
    noticed_at = GovukDateTimeField(
        label="When did you notice?", called="The time you noticed", error_messages={"required": "Say when you noticed"}
    )
    proposed_resolution = words("What would resolve it now?", "Say what would resolve it now", rows=3)
    immediate_risk_reason = words(
        "Is the person at immediate risk? If so, why can it not begin at the first stage?", "", required=False, rows=3,
        hint="Leave it empty otherwise. It then begins at the first stage",
    )  # fmt: skip

    def __init__(self, *args: Any, is_theme: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_theme = is_theme
        for name in (*SAFETY, "immediate_risk_reason") if is_theme else ():
            del self.fields[name]

    @property
    def held(self) -> NotHeld:
        """What did not hold, for the action."""
        return NotHeld(**{name: self.cleaned_data[name] for name in NotHeld.__dataclass_fields__ if name in self.fields})

    @property
    def said_of_safety(self) -> Safety | None:
        """Whether the person is safe, for the action; nobody's safety is asked of a theme."""
        if self.is_theme:
            return None
        said = {name: self.cleaned_data[name] for name in SAFETY}
        if said["answer"] != "with_measures":
            said |= {"measures": "", "measures_owner": "", "review_on": None}
        return Safety(**said)


class LinkForm(GovukForm):
    """Which other dispute, and how the two belong together."""

    kind = forms.ChoiceField(
        label="How do they belong together?",
        choices=[("related", "They have to do with each other"), ("duplicate", "They are the same disagreement")],
        widget=Radios(hints={"duplicate": "This one is withdrawn and goes on as the other. Both keep their history"}),
        error_messages={"required": "Say how they belong together"},
    )  # fmt: skip
    other = line("What is the reference of the other one?", "Give the reference of the other dispute", length=30)
    reason = words("Why?", "Say why", rows=3)

    def clean_other(self) -> str:
        """As references are written."""
        given: Any = self.cleaned_data["other"]
        return str(given).strip().upper()
