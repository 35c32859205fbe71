"""What a lead wrote about a reading that a rule had pointed out: somebody looked into it."""

from __future__ import annotations

import pgtrigger
from django.db import models

from cases.models.case import Case
from cases.models.partnership import Agency
from cases.models.people import Appointment


class ReadingNote(models.Model):
    """One reader, one case, one week: what came of looking into it, in a lead's words. Append-only; there may be several."""

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, related_name="+", help_text="Whose lead wrote it; null for the board."
    )
    week_on = models.DateField(help_text="The Monday.")
    reader = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["agency", "week_on"])]
        triggers = [
            pgtrigger.Protect(name="reading_note_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"reading note {self.pk}"
