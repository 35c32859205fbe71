"""The questions of raising a dispute, one form a page; what is required is what a dispute cannot do without (F2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from cases.errors import Refused
from cases.forms.fields import Checkboxes, GovukDateField, GovukDateTimeField, Radios
from cases.models import Agency
from cases.models.case import Capacity
from escalation.actions.raising import Raised, check_choices, check_concern
from escalation.forms.raising_people import RecipientForm, WhoForm
from escalation.forms.raising_tracks import ThemeForm
from escalation.forms.steps import Setting, StepForm
from escalation.models import SafetyConfirmation
from escalation.protocol import Choice

DECISION_OF_A_THEME = {
    "decision_disputed": (
        "What do you see, again and again?",
        "How agencies work together, without anybody’s name. For example: Letters about weekend discharges come on Tuesday",
    ),
    "responding": ("Which agencies does it concern?", "They are asked to answer. Your own agency is on it already"),
    "decided_by": ("Where does it happen?", "A service, a meeting or a step. For example, discharge planning"),
    "concern_arose_at": (
        "When did you first see it?", "Limits may be counted from then. Left as it is: when you began to write this",
    ),
    "ground": ("Why do you raise it?", ""),
    "category": ("What kind of concern is it?", ""),
}  # fmt: skip
WORRY_OF_A_THEME = {
    "worry": ("What does it lead to?", "What could happen, how often, how soon; in general, and of nobody by name"),
    "proposed_resolution": ("What would resolve it?", "What should be done otherwise, by whom"),
    "evidence": ("What do you know it from? (optional)", "Counts, audits, reviews. No case and no reference"),
    "aim": ("What do you want to achieve? (optional)", "In one sentence"),
}


class DangerForm(StepForm):
    """Danger first (F3)."""

    slug, title, short = "danger", "Is somebody in danger right now?", "Danger"
    page = "escalation/raise/questions/danger.html"
    danger = forms.ChoiceField(
        label="Is somebody in danger right now?",
        choices=[("yes", "Yes"), ("no", "No")],
        help_text="Danger of serious harm or death, or a crime that is happening. If you are not sure, choose yes.",
        error_messages={"required": "Say whether somebody is in danger right now"},
        widget=Radios(inline=True),
    )


class DecisionForm(StepForm):
    """What was decided or not done, and by whom; the rest has answers to begin with."""

    slug, title, short = "decision", "What was decided, or not done?", "The decision"
    more = "More about the decision (optional)"
    page = "escalation/raise/questions/decision.html"
    optional = ("decided_by", "decision_received_at", "concern_arose_at", "own_date", "subject", "ground", "capacity",
                "category")
    decision_disputed = forms.CharField(
        label="What was decided, or not done?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The facts in a sentence or two. For example: The ward will discharge her on Friday without a care package",
        error_messages={"required": "Say what was decided, or what was not done"},
    )
    responding = forms.ModelMultipleChoiceField(
        Agency.objects.none(),
        label="Which agency decided it, or did not do it?",
        widget=Checkboxes(small=True),
        error_messages={"required": "Choose the agency that made the decision"},
    )
    decided_by = forms.CharField(
        label="Who decided it?",
        max_length=200,
        required=False,
        help_text="Name or role, if you know. For example, discharge coordinator",
    )
    decision_received_at = GovukDateTimeField(
        label="When were you told?",
        called="The time you were told",
        required=False,
        help_text="For example, 7 4 2026 at 14:30",
    )
    concern_arose_at = GovukDateTimeField(
        label="When did your concern arise?",
        called="The time your concern arose",
        required=False,
        help_text="Limits may be counted from then. Left as it is: when you began to write this",
    )
    own_date = GovukDateTimeField(
        label="By when do you need it, if that is sooner than the limit?",
        called="The time by which you need it",
        required=False,
        help_text="Your policy takes your own, sooner date. For example, 7 4 2026 at 14:30",
    )
    subject = forms.ChoiceField(label="What is it about?", required=False, widget=Radios(small=True))
    ground = forms.ChoiceField(label="Why do you challenge it?", required=False, widget=Radios(small=True))
    capacity = forms.ChoiceField(
        label="Can the person make this decision themselves?",
        choices=Capacity.choices,
        required=False,
        widget=Radios(small=True),
    )
    category = forms.ChoiceField(label="What kind of disagreement is it?", required=False, widget=Radios(small=True))

    def prepare(self, setting: Setting) -> None:
        rules = setting.rules
        if rules.is_thematic:
            self.title, self.short, self.more = "What do you see?", "What you see", "More about what you see (optional)"
            del self.fields["decision_received_at"]
            self.reword(DECISION_OF_A_THEME)
        if not any(limit.or_sooner for stage in rules.stages for limit in stage.limits):
            del self.fields["own_date"]
        agencies: Any = self.fields["responding"]
        agencies.queryset = Agency.objects.visible_to(setting.acting).exclude(appointments=setting.acting)
        self._choose("subject", rules.subjects, rules.subjects[0].code)
        self._choose("ground", rules.grounds, rules.grounds[0].code)
        self._choose("category", rules.categories, rules.categories[-1].code)
        capable = [ground.code for ground in rules.grounds if ground.requires_capacity]
        if len(capable) == 1 and "ground" in self.fields:
            widget: Any = self.fields["ground"].widget
            widget.reveals = {capable[0]: ["capacity"]}
        elif not capable:
            del self.fields["capacity"]
        self.initial.setdefault("concern_arose_at", setting.began)

    def _choose(self, name: str, choices: tuple[Choice, ...], default: str) -> None:
        if len(choices) == 1:
            del self.fields[name]
            return
        asked: Any = self.fields[name]
        asked.choices = [(choice.code, choice.label) for choice in choices]
        asked.widget.hints = {choice.code: choice.hint for choice in choices if choice.hint}
        self.initial.setdefault(name, default)

    @property
    def asks_capacity_by_itself(self) -> bool:
        """Whether the question of capacity stands alone, because more than one ground raises it or there is only one ground."""
        ground = self.fields.get("ground")
        return "capacity" in self.fields and not (ground and getattr(ground.widget, "reveals", None))

    def clean_decision_received_at(self) -> datetime | None:
        """Nobody was told in the future."""
        told: datetime | None = self.cleaned_data.get("decision_received_at")
        if told and told > self.setting.now:
            raise forms.ValidationError("You cannot have been told in the future. Check the date and time")
        return told

    def clean(self) -> dict[str, Any]:
        """The rules that the act itself checks, told where they can be mended."""
        answers = super().clean()
        answers["concern_arose_at"] = answers.get("concern_arose_at") or self.setting.began
        rules = self.setting.rules
        answers["subject"] = answers.get("subject") or rules.subjects[0].code
        answers["ground"] = answers.get("ground") or rules.grounds[0].code
        answers["category"] = answers.get("category") or rules.categories[-1].code
        answers["capacity"] = answers.get("capacity") or Capacity.NOT_KNOWN
        codes = {name: answers[name] for name in ("subject", "ground", "category", "capacity")}
        try:
            check_concern(answers["concern_arose_at"], self.setting.now)
            check_choices(Raised("", "", "", answers["concern_arose_at"], **codes), rules)
        except Refused as error:
            self.add_error(error.field if error.field in self.fields else None, error.message)
        return answers


class WorryForm(StepForm):
    """What worries me, and what would resolve it (A-15, F76)."""

    slug, title, short = "worry", "What worries you?", "Your concern"
    page = "escalation/raise/questions/worry.html"
    worry = forms.CharField(
        label="What worries you?",
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="The risk: what could happen to the person, how likely, how soon",
        error_messages={"required": "Say what worries you"},
    )
    proposed_resolution = forms.CharField(
        label="What would resolve it?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What you ask of the other agency. For example: Delay the discharge until the night sitter can start",
        error_messages={"required": "Say what would resolve it"},
    )
    evidence = forms.CharField(
        label="What do you know it from? (optional)",
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The evidence: what you saw, heard or read, and when",
    )
    aim = forms.CharField(
        label="What do you want to achieve for the person? (optional)",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The aim, in one sentence",
    )
    persons_view = forms.CharField(
        label="What does the person want? (optional)",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="In their own words where you can",
    )
    earlier_forum = forms.CharField(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def prepare(self, setting: Setting) -> None:
        if setting.rules.is_thematic:
            del self.fields["persons_view"]
            self.reword(WORRY_OF_A_THEME)
        if setting.rules.earlier_forum:
            self.fields["earlier_forum"].label = f"{setting.rules.earlier_forum} (optional)"
        else:
            del self.fields["earlier_forum"]


class SafetyForm(StepForm):
    """Is the person safe now, and how do you know?"""

    slug, title, short = "safety", "Is the person safe now?", "Safety"
    page = "escalation/raise/questions/safety.html"
    answer = forms.ChoiceField(
        label="Is the person safe now?",
        choices=SafetyConfirmation.Answer.choices,
        widget=Radios(reveals={"with_measures": ["measures", "measures_owner", "review_on"]}),
        error_messages={"required": "Say whether the person is safe now"},
    )
    measures = forms.CharField(
        label="Which measures keep the person safe for now?",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    measures_owner = forms.CharField(
        label="Who looks after these measures?", max_length=150, required=False, help_text="Name, role and agency"
    )
    review_on = GovukDateField(
        label="On which day are they looked at again?", called="The day", required=False, help_text="Today or later"
    )
    how = forms.CharField(
        label="How do you know?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whom you saw or spoke to, and when. If you do not know, say how you will find out",
        error_messages={"required": "Say how you know: whom you saw or spoke to, and when"},
    )

    def clean(self) -> dict[str, Any]:
        """Measures have an owner and a day."""
        answers = super().clean()
        if answers.get("answer") != SafetyConfirmation.Answer.WITH_MEASURES:
            answers.update(measures="", measures_owner="", review_on=None)
            return answers
        for name, said in (
            ("measures", "Say which measures keep the person safe for now"),
            ("measures_owner", "Say who looks after these measures"),
            ("review_on", "Enter the day on which the measures are looked at again"),
        ):
            if not answers.get(name) and not self.has_error(name):
                self.add_error(name, said)
        if (day := answers.get("review_on")) and day < self.setting.today:
            self.add_error("review_on", "The day must be today or later")
        return answers


OF_A_PERSON: tuple[type[StepForm], ...] = (DangerForm, WhoForm, DecisionForm, WorryForm, SafetyForm, RecipientForm)
OF_A_THEME: tuple[type[StepForm], ...] = (ThemeForm, DecisionForm, WorryForm, RecipientForm)
