"""Filters of the lists: what GET forms ask, and nothing typed wrongly stops a list from being shown."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.forms.base import GovukForm
from cases.models import Agency, Appointment
from escalation.models.dispute import Status
from escalation.models.stage import TAKEN_BACK, DisputeStage
from escalation.protocol import Protocol, Stage, Track

ANY = ("", "Any")
MINE = [ANY, ("mine", "I am on it"), ("raised", "I raised it"), ("agency", "My agency is a party")]
ENDED_HOW = [(how.value, str(how.label).capitalize()) for how in TAKEN_BACK if how != DisputeStage.ClosedHow.WITHDRAWN]
RUNNING = [ANY, ("running", "Running"), ("ended", "Ended"), *((status.value, str(status.label)) for status in Status), *ENDED_HOW]
TIMES = [ANY, ("overdue", "A limit has passed")]


class DisputeFilterForm(GovukForm):
    """Which disputes to show."""

    reference = forms.CharField(
        label="Reference",
        max_length=30,
        required=False,
        help_text="For example, HAL-2026-0012, or a part of it",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    whose = forms.ChoiceField(label="Whose", choices=MINE, required=False)
    status = forms.ChoiceField(label="What it waits for", choices=RUNNING, required=False)
    stage = forms.ChoiceField(label="Stage", required=False)
    agency = forms.ModelChoiceField(Agency.objects.none(), label="Agency", required=False, empty_label="Any")
    time = forms.ChoiceField(label="Time", choices=TIMES, required=False)

    def __init__(self, *args: Any, acting: Appointment, rules: Protocol | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency: Any = self.fields["agency"]
        agency.queryset = Agency.objects.visible_to(acting)
        stage: Any = self.fields["stage"]
        stages = rules.every_stage if rules else ()
        stage.choices = [ANY, *(_stage(track, one) for track, one in stages)]
        if rules is not None and not rules.has_limits:
            del self.fields["time"]
        if acting.agency_id is None:
            del self.fields["whose"]


def _stage(track: Track | None, stage: Stage) -> tuple[str, str]:
    """A stage to choose; of several tracks each has its own."""
    words = f"{stage.label}: {stage.name}"
    return (f"{track.key}.{stage.order}", f"{track.label}, {words}") if track else (str(stage.order), words)


class NoticeFilterForm(GovukForm):
    """Which notices to show."""

    read = forms.ChoiceField(
        label="Show", required=False, choices=[("", "All notices"), ("unread", "Unread"), ("read", "Read")]
    )
