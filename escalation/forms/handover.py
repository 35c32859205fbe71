"""The form that hands everything over to a colleague."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from cases.forms.base import GovukForm
from cases.forms.directory import Colleague
from cases.forms.fields import GovukDateField
from cases.models import Appointment


class HandOverForm(GovukForm):
    """Who takes over, and the last day in the role where it is known."""

    to = Colleague(
        Appointment.objects.none(), label="Who takes everything over?", empty_label="Choose a colleague",
        help_text="Somebody in the same role can lead the same stages",
        error_messages={"required": "Choose who takes everything over"},
    )  # fmt: skip
    ends_on = GovukDateField(label="What is the last day in this role, if that is known?", called="The last day", required=False)

    def __init__(self, *args: Any, colleagues: QuerySet[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = colleagues
