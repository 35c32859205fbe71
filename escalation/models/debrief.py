"""Debriefs: offered to each person on a dispute, and held or declined (F24)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Appointment
from escalation.models.parties import Participant
from escalation.models.work import Entry


class Debrief(Entry):
    """One offer to one person, and what became of it; what they said there is nobody else's."""

    class Answer(models.TextChoices):
        HELD = "held", "Held"
        DECLINED = "declined", "Declined"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="debriefs")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="debriefs")
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(Entry.Meta):
        constraints = [
            models.UniqueConstraint(fields=["participant"], condition=Q(answer=""), name="one_open_debrief_each"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="answered_debrief_has_who_and_when",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="debrief_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="answered_debrief_is_frozen", operation=pgtrigger.Update, condition=~pgtrigger.Q(old__answer="")
            ),
        ]

    def __str__(self) -> str:
        return f"debrief {self.pk}"
