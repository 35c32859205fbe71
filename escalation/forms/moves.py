"""Forms of the moves that a person makes: further, straight to a later stage, or back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import Radios
from escalation.forms.work import words
from escalation.models.stage import ENDINGS
from escalation.protocol import Choice, DutyKind, Stage


class MoveForm(GovukForm):
    """A move remembers where the dispute stood when the page was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=80, required=False)

    def show_again(self, seen: str) -> None:
        """Keep what was typed, against where the dispute stands now."""
        answers: Any = self.data
        self.data = answers.copy()
        self.data["seen"] = seen  # type: ignore[index]


class EscalateForm(MoveForm):
    """To the next stage, with the notice and the feedback that are owed first written in the same act (F12, F16)."""

    trigger = forms.ChoiceField(
        label="What brings it to this stage?", widget=Radios(),
        error_messages={"required": "Say what brings it to this stage"},
    )
    reason = words(
        "What is not agreed, and why must it go further?", "Say what is not agreed and why it must go further",
        hint="Those who lead the next stage read this first",
    )  # fmt: skip
    intention = words(
        "What should the other side know before it goes further?", "", required=False, rows=4,
        hint="They are told that you intend to take it further. Needed here because they have not been told yet",
    )  # fmt: skip
    feedback = words(
        "What do you tell those who raised it?", "", required=False, rows=4,
        hint="What was done at this stage, also when it was nothing. Needed here because they have not been told yet",
    )  # fmt: skip

    def __init__(self, *args: Any, asks: Iterable[DutyKind], triggers: Sequence[Choice] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(triggers) < 2:
            del self.fields["trigger"]
        else:
            listed = [(choice.code, choice.label) for choice in triggers]
            self.fields["trigger"].choices = listed  # type: ignore[attr-defined]
        asked = set(asks)
        for name, kind in (("intention", DutyKind.INTENTION_NOTIFIED), ("feedback", DutyKind.FEEDBACK_GIVEN)):
            if kind not in asked:
                del self.fields[name]


class JumpForm(MoveForm):
    """Straight to a later stage."""

    to_stage = forms.TypedChoiceField(
        label="To which stage?", coerce=int, widget=Radios(),
        error_messages={
            "required": "Choose a stage",
            "invalid_choice": "Choose one of these stages: those before them are past",
        },
    )  # fmt: skip
    reason = words(
        "What is the immediate risk, and why can it not wait?", "Say what the immediate risk is, and why it cannot wait",
        hint="It is shown with the stages that are skipped",
    )  # fmt: skip

    def __init__(self, *args: Any, stages: Iterable[Stage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(stage.order), f"{stage.label}: {stage.name}") for stage in stages]
        self.fields["to_stage"].choices = choices  # type: ignore[attr-defined]


class WithdrawForm(MoveForm):
    """Take it back: how it ended, why, and whether anybody pressed for it."""

    of_a_theme: ClassVar = {"reason": "For example, the agency changed its practice on Tuesday and both sides see that it works"}

    ending = forms.ChoiceField(
        label="How did it end?", choices=[(code.value, words) for code, words in ENDINGS.items()], widget=Radios(),
        error_messages={"required": "Say how it ended"},
    )
    reason = words(
        "Why is it withdrawn?", "Say why it is withdrawn, so that the record shows it was not forgotten", rows=4,
        hint="For example, the agency changed its decision on Tuesday and the sitter starts tonight",
    )  # fmt: skip
    was_pressed = forms.ChoiceField(
        label="Has anybody pressed you to withdraw?", choices=[("no", "No"), ("yes", "Yes")], required=False,
        widget=Radios(reveals={"yes": ["pressure"]}),
        help_text="Only your own safeguarding lead and the board manager see your answer. It is not in the record.",
    )  # fmt: skip
    pressure = words("What happened?", "", required=False, rows=3)

    def clean_was_pressed(self) -> bool:
        """Only a plain yes counts."""
        return bool(self.cleaned_data["was_pressed"] == "yes")
