"""'I have it': an agency that was asked has taken note, and when it is reminded if nothing follows (F33)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency, Appointment


class Acknowledgement(models.Model):
    """One agency's word at one stage; only the time of the next reminder changes."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="acknowledgements")
    stage = models.PositiveSmallIntegerField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True, help_text="When it comes back if there is no reply; none when it need not.")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["remind_at"], name="acknowledged_to_recall", condition=Q(remind_at__isnull=False))]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "stage", "agency"], name="acknowledged_once_per_stage_and_agency")
        ]
        triggers = [
            pgtrigger.Protect(name="acknowledgement_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="acknowledgement_is_never_rewritten", fields=["dispute", "stage", "agency", "by", "at"]
            ),
        ]

    def __str__(self) -> str:
        return f"acknowledgement {self.pk}"
