"""The story of a dispute in one order: what happened, who did it, and why (E-04)."""

from __future__ import annotations

import pgtrigger
from django.db import models

from cases.models import Agency, Appointment


class ChronologyEntry(models.Model):
    """One thing told in plain words, written with the act itself and never changed."""

    class Kind(models.TextChoices):
        EVENT = "event", "event"
        DISCUSSION = "discussion", "discussion"
        POSITION = "position", "position"
        MOVE = "move", "move"
        SAFETY = "safety", "safety"
        DECISION = "decision", "decision"
        FEEDBACK = "feedback", "feedback"
        ACTION = "action", "action"
        CLOCK = "clock", "the clock"
        PERSON = "person", "the person's voice"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="chronology")
    stage = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    by_words = models.CharField(max_length=250, help_text="Name, role and agency as they were then.")
    headline = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    only_agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, related_name="+",
        help_text="Set in a stage inside one agency: nobody else sees it (B-26).",
    )

    class Meta:
        ordering = ["happened_at", "pk"]
        indexes = [models.Index(fields=["dispute", "happened_at"])]
        triggers = [
            pgtrigger.Protect(name="chronology_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"

    @property
    def is_late(self) -> bool:
        """Whether it was written down more than a day after it happened (T2)."""
        return (self.recorded_at - self.happened_at).total_seconds() > 24 * 3600
