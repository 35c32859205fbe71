"""What one page of questions of a longer form is: its address, its setting, and which questions are optional."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from cases.forms.base import GovukForm
from cases.models import Agency, Appointment
from escalation.deadlines import LONDON
from escalation.protocol import Protocol


@dataclass(frozen=True)
class Setting:
    """What the questions depend on: who asks, under which protocol, since when, and what was answered before."""

    acting: Appointment
    rules: Protocol
    began: datetime
    now: datetime
    responding: tuple[Agency, ...] = field(default=())

    @property
    def today(self) -> date:
        """The day in London."""
        return self.now.astimezone(LONDON).date()


class StepForm(GovukForm):
    """One page of questions; ``slug`` is its address and the key of its answers in the draft, ``page`` its template."""

    slug: ClassVar[str]
    title: ClassVar[str]
    short: ClassVar[str]
    page: ClassVar[str]
    optional: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, setting: Setting, typed: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setting, self.typed = setting, typed
        self.prepare(setting)

    def prepare(self, setting: Setting) -> None:
        """Fit the questions to the setting."""

    @property
    def shows_optional(self) -> bool:
        """Whether the optional questions must be in view: one of them is answered or wrong."""
        asked = [name for name in self.optional if name in self.fields]
        return any(self[name].errors if self.is_bound else name in self.typed for name in asked)
