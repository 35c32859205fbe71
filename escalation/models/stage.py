"""The stages a dispute has been through: opened, skipped, closed, by whom and why."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Appointment


class DisputeStage(models.Model):
    """One stage of one dispute; what has been written of it is never rewritten, only its end is added."""

    class ClosedHow(models.TextChoices):
        ESCALATED = "escalated", "not agreed; went to the next stage"
        BY_CLOCK = "by_clock", "the limit passed; the clock moved it on"
        AGREED = "agreed", "agreed"
        OUTCOME = "outcome", "the last word was given"
        WITHDRAWN = "withdrawn", "withdrawn"
        SETTLED_OTHERWISE = "settled_otherwise", "withdrawn: settled in another way"
        OVERTAKEN = "overtaken_by_events", "withdrawn: overtaken by events"
        IN_ERROR = "raised_in_error", "withdrawn: raised in error"
        DUPLICATE = "duplicate", "withdrawn: it goes on as another"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="stages")
    order = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    opened_reason = models.TextField(blank=True)
    trigger = models.CharField(
        max_length=40, blank=True, help_text="What brought it here, of the reasons that the protocol lists for this stage."
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    closed_how = models.CharField(max_length=20, choices=ClosedHow.choices, blank=True)
    skipped_at = models.DateTimeField(null=True)
    skipped_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    skipped_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "order"], name="stage_once_per_dispute"),
            models.UniqueConstraint(
                fields=["dispute"],
                condition=Q(opened_at__isnull=False, closed_at__isnull=True),
                name="one_open_stage_per_dispute",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=False, skipped_at__isnull=True)
                | Q(opened_at__isnull=True, skipped_at__isnull=False, closed_at__isnull=True),
                name="stage_is_opened_or_skipped",
            ),
            models.CheckConstraint(
                condition=Q(skipped_at__isnull=True) | ~Q(skipped_reason=""), name="skipping_needs_a_reason"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="stage_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="closed_stage_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False) | pgtrigger.Q(old__skipped_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="stage_opening_is_frozen",
                fields=["dispute", "order", "opened_at", "opened_by", "opened_reason", "skipped_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"stage {self.order}"

    @property
    def was_withdrawn(self) -> bool:
        """Whether it ended by being taken back."""
        return self.closed_how in TAKEN_BACK

    @property
    def is_open(self) -> bool:
        """Whether this is where the dispute stands."""
        return self.opened_at is not None and self.closed_at is None


ENDINGS = {
    DisputeStage.ClosedHow.SETTLED_OTHERWISE: "It was settled in another way",
    DisputeStage.ClosedHow.OVERTAKEN: "It was overtaken by events: the question no longer arises",
    DisputeStage.ClosedHow.IN_ERROR: "It was raised in error",
    DisputeStage.ClosedHow.WITHDRAWN: "For another reason",
}
TAKEN_BACK = (*ENDINGS, DisputeStage.ClosedHow.DUPLICATE)
