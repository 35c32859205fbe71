"""What a stage owes: one row for each duty and each agency that owes it."""

from __future__ import annotations

import pgtrigger
from django.db import models

from cases.models import Agency, Appointment
from escalation.protocol import DutyKind, Gate, Side


class Duty(models.Model):
    """Something owed at a stage; done by recording it, and owed still when the dispute has moved on without it."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="duties")
    stage = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=30, choices=[(k.value, k.value) for k in DutyKind])
    role = models.CharField(max_length=40, blank=True, help_text="Only somebody in this role can do it.")
    side = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Side])
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    gate = models.CharField(max_length=12, choices=[(g.value, g.value) for g in Gate])
    why = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    carried_at = models.DateTimeField(null=True, help_text="The stage ended before this was done.")

    class Meta:
        ordering = ["stage", "pk"]
        verbose_name_plural = "duties"
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "stage", "kind", "agency", "role"], name="duty_once", nulls_distinct=False
            )
        ]
        triggers = [pgtrigger.Protect(name="duty_is_never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} at stage {self.stage}"

    @property
    def is_owed(self) -> bool:
        """Whether it has not been done."""
        return self.done_at is None
