"""Forms of questions to somebody outside: who is asked what, why it is taken back, the code, the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from textwrap import shorten
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from cases.forms.base import GovukForm
from cases.forms.fields import Checkboxes, GovukDateField
from escalation.actions.outside import MOST_QUESTIONS, ONLY_CLEAN, Wanted
from escalation.forms.sharing import LawfulForm
from escalation.forms.work import line, words
from escalation.models import Evidence, OutsideQuestion

SIX_DIGITS = RegexValidator(r"^[0-9]{6}$", "Enter the 6 digits of the code")
UNANSWERED = "Write an answer to “{question}”, or that you do not know"
MOST_REPEATED = 90  # characters of a question in the message that it is unanswered


class InviteOutsideForm(LawfulForm):
    """Who is asked, what, what they are told, what for and on what basis, and until when."""

    organisation = line(
        "Which organisation?", "Say which organisation they work for", hint="For example, Larchmount House care home"
    )
    name = line("Who there?", "Say who is asked", hint="The name of one person")
    email = forms.EmailField(
        label="Their e-mail address", max_length=254, error_messages={"required": "Enter their e-mail address"},
        help_text="One that only they read. The link and each code go there",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    purpose = words(
        "What do you share it for?", "Say what you share it for", rows=2,
        hint="For example, to find out whether the night was staffed",
    )  # fmt: skip
    shared = words(
        "What are they told?", "Write what they are told", rows=5,
        hint="They see these words and nothing else of this. Write initials instead of the person’s name",
    )  # fmt: skip
    until_on = GovukDateField(
        label="Until which day can they answer?", called="The day", help_text="At most 28 days ahead",
        error_messages={"required": "Give the last day on which they can answer"},
    )  # fmt: skip

    def __init__(self, *args: Any, files: Iterable[Evidence], usual: date, is_thematic: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_bases(is_thematic=is_thematic)
        self.offered = {str(one.pk): one for one in files}
        self.initial.setdefault("until_on", usual)
        if self.offered:
            self.fields["files"] = forms.MultipleChoiceField(
                label="Which files may they take out?", required=False, widget=Checkboxes(), help_text="None unless you tick one",
                choices=[(key, f"{one.label}: {one.shows}"[:200]) for key, one in self.offered.items()],
                error_messages={"invalid_choice": ONLY_CLEAN},
            )  # fmt: skip
        names = [f"question_{number}" for number in range(1, MOST_QUESTIONS + 1)]
        why = ("purpose", "sharing_basis", "sharing_consent", "sharing_why")
        self.order_fields(["organisation", "name", "email", *names, "shared", "files", *why, "until_on"])

    @property
    def wanted(self) -> Wanted:
        """All of it, for the action."""
        said = self.cleaned_data
        questions = [said[f"question_{number}"] for number in range(1, MOST_QUESTIONS + 1)]
        return Wanted(
            organisation=said["organisation"], name=said["name"], email=said["email"], purpose=said["purpose"],
            questions=questions, shared=said["shared"], until_on=said["until_on"],
            files=[self.offered[key] for key in said.get("files", ())], lawful=said["lawful"],
        )  # fmt: skip


for _number in range(1, MOST_QUESTIONS + 1):
    InviteOutsideForm.base_fields[f"question_{_number}"] = words(
        "Your question" if _number == 1 else f"Question {_number} (optional)", "Write at least one question", rows=2,
        required=_number == 1, hint="Ask what only they can know" if _number == 1 else "",
    )  # fmt: skip


class TakeBackOutsideForm(GovukForm):
    """Why they are not asked any more."""

    why = words(
        "Why are they not asked any more?", "Say why they are not asked any more", rows=3,
        hint="For example, answered by phone, and recorded",
    )  # fmt: skip


class CodeForm(GovukForm):
    """The code from the e-mail."""

    code = forms.CharField(
        label="The code in the e-mail", help_text="6 digits", max_length=20,
        error_messages={"required": "Enter the 6 digits of the code"},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "govuk-input--width-10"}),
    )  # fmt: skip

    def clean_code(self) -> str:
        """Without the spaces that somebody may put in."""
        code = "".join(str(self.cleaned_data["code"]).split())
        SIX_DIGITS(code)
        return code


class AnswerForm(GovukForm):
    """An answer to each question, with what was typed before."""

    def __init__(self, *args: Any, questions: Iterable[OutsideQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in questions:
            name = name_of(one.number)
            wrong = UNANSWERED.format(question=shorten(one.text, MOST_REPEATED, placeholder=" …"))
            self.fields[name] = words(one.text, wrong, rows=5)
            self.fields[name].error_messages["required"] = wrong
            self.initial[name] = one.draft

    @property
    def answers(self) -> Mapping[int, str]:
        """What was written, by the number of the question."""
        return {
            number: self.cleaned_data[name_of(number)] for number in numbers() if name_of(number) in self.cleaned_data
        }


def numbers() -> range:
    """The numbers that questions can have."""
    return range(1, MOST_QUESTIONS + 1)


def name_of(number: int) -> str:
    """The name of the box for an answer."""
    return f"answer_{number}"
