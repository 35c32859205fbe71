"""The first questions of raising where a protocol has several tracks: which one, and of a theme what it is called."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.forms.fields import Radios
from cases.models import Case
from escalation.forms.raising_people import CASES_SHOWN, NEW, named
from escalation.forms.steps import Setting, StepForm

NO_NAMES = "A few words without anybody’s name, for example Weekend discharges without letters"


class TrackForm(StepForm):
    """Which way it goes: the protocol's own words help to choose."""

    slug, title, short = "track", "What do you want to raise?", "What it is"
    page = "escalation/raise/questions/track.html"
    track = forms.ChoiceField(
        label="What do you want to raise?", error_messages={"required": "Choose what you want to raise"}
    )

    def prepare(self, setting: Setting) -> None:
        hints = {track.key: track.when for track in setting.tracks}
        asked: Any = self.fields["track"]
        asked.widget = Radios(hints=hints)
        asked.choices = [(track.key, track.label) for track in setting.tracks]


class ThemeForm(StepForm):
    """The theme: one that is open already, or a new one; never a person."""

    slug, title, short = "theme", "What is the theme?", "The theme"
    page = "escalation/raise/questions/theme.html"
    who = forms.ChoiceField(
        label="Which theme is it about?", error_messages={"required": "Choose one of your themes, or “A new theme”"}
    )
    theme = forms.CharField(
        label="What would you call the theme?", max_length=120, required=False, help_text=NO_NAMES,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def prepare(self, setting: Setting) -> None:
        mine = list(Case.objects.visible_to(setting.acting).filter(person=None)[:CASES_SHOWN])
        if not mine:
            del self.fields["who"]
            return
        who: Any = self.fields["who"]
        who.widget = Radios(reveals={NEW: ("theme",)}, divide_before=NEW)
        who.choices = [*((case.reference, named(case)) for case in mine), (NEW, "A new theme")]

    def clean(self) -> dict[str, Any]:
        """A theme one is on, or the name of a new one."""
        answers = super().clean()
        who = answers.get("who", NEW if "who" not in self.fields else "")
        if who == NEW and not answers.get("theme", "").strip() and not self.has_error("theme"):
            self.add_error("theme", "Give the theme a short name")
        if who and who != NEW:
            answers["case"] = Case.objects.visible_to(self.setting.acting).filter(reference=who, person=None).first()
            if answers["case"] is None:
                self.add_error("who", "None of your themes has this reference. Choose again")
        return answers
