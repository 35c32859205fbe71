"""Forms in which people work a stage: the questions, each with a good answer in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms

from cases.forms.base import GovukForm
from cases.forms.fields import GovukDateField, GovukDateTimeField, Radios
from cases.models import Appointment
from escalation.actions.safety import Safety, Voice
from escalation.models import Discussion, Evidence, PersonVoice, Position, SafetyConfirmation
from escalation.models.work import ContactMode

YES_NO = [("yes", "Yes"), ("no", "No")]


def words(label: str, missing: str, *, hint: str = "", rows: int = 5, required: bool = True) -> forms.CharField:
    """A question answered in one's own words."""
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=10_000, widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": missing},
    )  # fmt: skip


def line(label: str, missing: str, *, hint: str = "", length: int = 150, required: bool = True) -> forms.CharField:
    """A question answered in one line."""
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=length, error_messages={"required": missing},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


def listed(missing: str) -> dict[str, str]:
    """What is said when nobody was chosen, or somebody who is not on the list."""
    return {"required": missing, "invalid_choice": "Choose somebody from this list"}


class DiscussionForm(GovukForm):
    """An attempt, a talk, advice or a meeting."""

    of_a_theme: ClassVar = {"result": "For example, we agree that letters come late, and not yet who reads them on Saturdays"}

    kind = forms.ChoiceField(
        label="What was it?", choices=Discussion.Kind.choices, widget=Radios(),
        error_messages={"required": "Say what it was"},
    )  # fmt: skip
    mode = forms.ChoiceField(
        label="How were you in touch?", choices=ContactMode.choices, help_text="Face to face where possible",
        widget=Radios(), error_messages={"required": "Say how you were in touch"},
    )  # fmt: skip
    happened_at = GovukDateTimeField(
        label="When was it?", called="The time of the discussion", help_text="For example, 7 4 2026 at 14:30",
        error_messages={"required": "Say when it was"},
    )  # fmt: skip
    with_whom = line(
        "With whom?", "Say whom you tried to reach or spoke to: name, role, agency",
        hint="Name, role and agency of each. For example, Jo Price, discharge manager, Mersey Hospitals", length=300,
    )  # fmt: skip
    result = words(
        "What came of it?", "Say what came of it, also when it was nothing",
        hint="For example, we agree that she cannot be alone at night, and not yet who pays for the sitter",
    )  # fmt: skip


class PositionForm(GovukForm):
    """Where one's agency stands; the side that raised it is not asked whether it keeps to a decision."""

    stance = forms.ChoiceField(
        label="What is your answer?",
        choices=[choice for choice in Position.Stance.choices if choice[0] != Position.Stance.RAISES],
        widget=Radios(hints={Position.Stance.TALK: "You can still answer after you have talked, within the same time"}),
        error_messages={
            "required": "Say whether your agency keeps to its decision, changes it, or wants to talk first"
        },
    )
    text = words(
        "What is your agency’s position, and why?", "Write your agency’s position and the reasons for it",
        hint="What you decided or want decided, on what facts, and what you think the risk is", rows=8,
    )  # fmt: skip
    role_and_remit = words(
        "What is your agency’s part in this, and what is not?", "", required=False, rows=3,
        hint="If it matters here: what you may and must do, and what belongs to somebody else",
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)

    def __init__(self, *args: Any, is_asked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_asked:
            del self.fields["stance"]

    def show_again(self, seen: str) -> None:
        """Keep what was typed, against a newer version."""
        answers: Any = self.data
        self.data = answers.copy()
        self.data["seen"] = seen  # type: ignore[index]


class ReviewForm(GovukForm):
    """A manager's own view."""

    agrees = forms.ChoiceField(
        label="Do you agree with the concern?", choices=YES_NO, widget=Radios(inline=True),
        error_messages={"required": "Say whether you agree with the concern"},
    )  # fmt: skip
    rationale = words(
        "What are your reasons?", "Give your reasons. A review without them cannot be followed later",
        hint="The facts you relied on, what you weighed, and why you came down on this side", rows=8,
    )  # fmt: skip
    next_steps = words("What happens next?", "", hint="Who does what by when, if anything", rows=3, required=False)


class SafetyForm(GovukForm):
    """Is the person safe now, and how is that known?"""

    answer = forms.ChoiceField(
        label="Is the person safe now?", choices=SafetyConfirmation.Answer.choices,
        widget=Radios(reveals={SafetyConfirmation.Answer.WITH_MEASURES: ["measures", "measures_owner", "review_on"]}),
        error_messages={"required": "Say whether the person is safe now"},
    )  # fmt: skip
    measures = words(
        "Which measures keep the person safe for now?", "", rows=3, required=False,
        hint="For example, a night sitter until Friday",
    )  # fmt: skip
    measures_owner = line("Who looks after them?", "", hint="Name, role and agency", required=False)
    review_on = GovukDateField(
        label="When are they looked at again?", called="The day of the review", required=False,
        help_text="For example, 10 4 2026",
    )  # fmt: skip
    how = words(
        "How do you know?", "Say how you know: whom you saw or spoke to, and when", rows=4,
        hint="For example, seen on the ward at nine this morning; the nurse in charge agrees",
    )  # fmt: skip

    @property
    def safety(self) -> Safety:
        """The answer, for the action; measures count only where the answer is 'with measures'."""
        said = dict(self.cleaned_data)
        if said["answer"] != SafetyConfirmation.Answer.WITH_MEASURES:
            said |= {"measures": "", "measures_owner": "", "review_on": None}
        return Safety(**said)


class VoiceForm(GovukForm):
    """What the person wants, and whether they know."""

    desired_outcomes = words(
        "What does the person want?", "Say what the person wants, in their own words if you can",
        hint="In their own words where you can. If nothing has changed, leave what is here",
    )  # fmt: skip
    own_view = words(
        "What do they think about this disagreement?", "", rows=3, required=False, hint="If they know of it",
    )  # fmt: skip
    told = forms.ChoiceField(
        label="Does the person know that professionals disagree?", choices=PersonVoice.Told.choices, widget=Radios(),
        error_messages={"required": "Say whether the person knows that professionals disagree"},
    )  # fmt: skip
    not_told_reason = words("If not, why?", "", rows=3, required=False, hint="Only if the person has not been told")
    review_on = GovukDateField(
        label="If not, when is this looked at again?", called="The day on which this is looked at again", required=False,
        help_text="For example, 10 4 2026",
    )  # fmt: skip
    advocate = line(
        "Does anybody speak for the person?", "", required=False, hint="An advocate, attorney or relative: name and part",
    )  # fmt: skip

    @property
    def voice(self) -> Voice:
        """The answers, for the action."""
        said = dict(self.cleaned_data)
        if said["told"] == PersonVoice.Told.YES:
            said |= {"not_told_reason": "", "review_on": None}
        return Voice(**said)


class OwnRecordForm(GovukForm):
    """Where it stands in the agency's own system."""

    own_reference = line(
        "Under which reference is it in your own system?", "Give the reference under which it stands in your own system",
        length=80,
    )  # fmt: skip
    recorded_on = GovukDateField(
        label="When was it recorded there?", called="The day on which it was recorded", help_text="Today or earlier",
        error_messages={"required": "Give the day on which it was recorded"},
    )  # fmt: skip


class ExhaustionForm(GovukForm):
    """That everything at this level was tried."""

    statement = words(
        "What was tried at this level, and why can no more be done here?",
        "Say what was tried at this level, or why nothing more could be",
        hint="For example, two calls and a meeting; we differ about the threshold and neither of us can change it",
    )  # fmt: skip


class IntentionForm(GovukForm):
    """Word to the other side."""

    text = words(
        "What should the other side know?", "Write what the other side is to know: that you intend to go further, and why",
        hint="That you intend to take it further, when, and what would make that unnecessary",
    )  # fmt: skip


class FeedbackForm(GovukForm):
    """Word to those who carried the concern here."""

    text = words(
        "What was done, and what came of it?", "Say what was done, or that nothing was done and why",
        hint="Also when nothing was done: say so, and why",
    )  # fmt: skip
    no_action = forms.BooleanField(label="No action was taken", required=False)


class DebriefForm(GovukForm):
    """An offer to one's own people, to whoever has the last word, or from there to everybody."""

    whom = forms.ChoiceField(label="To whom?", required=False, widget=Radios())
    text = words(
        "When and how can the debrief take place?", "Say when and how the debrief can take place", rows=3,
        hint="For example, Thursday at ten with me, or with somebody from outside the team if you prefer",
    )  # fmt: skip

    def __init__(self, *args: Any, groups: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["whom"].choices = list(groups.items())  # type: ignore[attr-defined]
        if len(groups) < 2:
            del self.fields["whom"]


def _people(appointments: Iterable[Appointment]) -> list[tuple[str, str]]:
    return [(str(who.pk), who.described) for who in appointments]


class ActionForm(GovukForm):
    """Something to be done by somebody by a day."""

    what = words("What is to be done?", "Say what is to be done", rows=3)
    owner = forms.ChoiceField(label="Who does it?", error_messages=listed("Choose who does it"))
    due_on = GovukDateField(
        label="By when?", called="The day by which it is done", help_text="For example, 10 4 2026",
        error_messages={"required": "Say by when it is to be done"},
    )  # fmt: skip

    def __init__(self, *args: Any, people: Iterable[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", "Choose a person"), *_people(people)]  # type: ignore[attr-defined]


class DoneForm(GovukForm):
    """How it was done."""

    of_a_theme: ClassVar = {"note": "For example, rota agreed, e-mail of 8 April on our file"}

    note = words(
        "How was it done, and how can that be seen?", "Say how it was done, so that others can see it", rows=3,
        hint="For example, sitter confirmed by the agency, e-mail of 8 April on our file",
    )  # fmt: skip
    evidence = forms.ChoiceField(
        label="Which file shows it?", required=False, help_text="If one of the files handed in as evidence does",
        error_messages={"invalid_choice": "Choose one of the files on this dispute"},
    )  # fmt: skip

    def __init__(self, *args: Any, files: Iterable[Evidence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(row.pk): row for row in files}
        named = [(key, f"{row.label}: {row.shows[:80]}") for key, row in self.offered.items()]
        self.fields["evidence"].choices = [("", "None of them"), *named]  # type: ignore[attr-defined]
        if not named:
            del self.fields["evidence"]

    @property
    def said(self) -> dict[str, Any]:
        """The answers, for the action."""
        return self.cleaned_data | {"evidence": self.offered.get(self.cleaned_data.get("evidence", ""))}


class BringInForm(GovukForm):
    """A colleague who needs to be on it."""

    who = forms.ChoiceField(label="Who needs to be on it?", error_messages=listed("Choose a colleague"))
    reason = words(
        "Why?", "Say why this person needs to be on it", rows=3, hint="The reason is told in the story",
    )  # fmt: skip

    def __init__(self, *args: Any, people: Iterable[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [("", "Choose a colleague"), *_people(people)]  # type: ignore[attr-defined]
