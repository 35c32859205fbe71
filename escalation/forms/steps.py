"""What one page of questions of a longer form is: its address, its setting, and which questions are optional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from cases.errors import Refused
from cases.forms.base import GovukForm
from cases.models import Agency, Appointment
from escalation.actions.raising_checks import check_names_nobody
from escalation.deadlines import LONDON
from escalation.protocol import Protocol, Track


@dataclass(frozen=True)
class Setting:
    """What the questions depend on: who asks, under which protocol, since when, and what was answered before.

    ``rules`` are those of the track that was chosen; ``tracks`` what there is to choose from, none for a protocol of one way.
    """

    acting: Appointment
    rules: Protocol
    began: datetime
    now: datetime
    responding: tuple[Agency, ...] = field(default=())
    tracks: tuple[Track, ...] = ()

    @property
    def needs_track(self) -> bool:
        """Whether a track is still to be chosen."""
        return bool(self.rules.tracks)

    @property
    def today(self) -> date:
        """The day in London."""
        return self.now.astimezone(LONDON).date()


class StepForm(GovukForm):
    """One page of questions; ``slug`` is its address and the key of its answers in the draft, ``page`` its template."""

    slug: ClassVar[str]
    title: str
    short: str
    page: ClassVar[str]
    optional: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, setting: Setting, typed: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setting, self.typed = setting, typed
        self.prepare(setting)

    def prepare(self, setting: Setting) -> None:
        """Fit the questions to the setting."""

    def reword(self, words: Mapping[str, tuple[str, str]]) -> None:
        """Other labels and hints for some of the questions."""
        for name, (label, hint) in words.items():
            self.fields[name].label, self.fields[name].help_text = label, hint

    def clean(self) -> dict[str, Any]:
        """Where it is about a theme, nothing that would plainly lead to somebody."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if self.setting.rules.is_thematic:
            for name in [name for name, value in answers.items() if isinstance(value, str)]:
                try:
                    check_names_nobody(name, answers[name], self.setting.now)
                except Refused as error:
                    self.add_error(name, error.message)
        return answers

    @property
    def shows_optional(self) -> bool:
        """Whether the optional questions must be in view: one of them is answered or wrong."""
        asked = [name for name in self.optional if name in self.fields]
        return any(self[name].errors if self.is_bound else name in self.typed for name in asked)
