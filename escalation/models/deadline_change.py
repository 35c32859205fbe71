"""Every change of a limit's date, old and new for ever: by the calendar, by an extension, by a pause (F30, F36)."""

from __future__ import annotations

import pgtrigger
from django.db import models

from cases.models import Appointment
from escalation.models.deadline import Deadline


class DeadlineChange(models.Model):
    """One change of one date: why, by whom, when; never changed itself."""

    class Kind(models.TextChoices):
        CALENDAR = "calendar", "counted again"
        EXTENDED = "extended", "extended"
        SOONER = "sooner", "a professional's own, sooner date"
        PAUSED = "paused", "paused"
        RESUMED = "resumed", "resumed"

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    old_due_at = models.DateTimeField()
    new_due_at = models.DateTimeField()
    why = models.TextField()
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    by_words = models.CharField(max_length=500, help_text="Name, role and agency as they were then; of both who agreed.")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        triggers = [
            pgtrigger.Protect(name="date_change_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"change {self.pk} of limit {self.deadline_id}"
