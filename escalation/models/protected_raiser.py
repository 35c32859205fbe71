"""That the name of whoever raised a dispute is for safeguarding leads only, since when, and until they lifted it (T9)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Appointment


class RaiserProtection(models.Model):
    """One time for which the name is kept; only the person themselves ends it."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="raiser_protections")
    asked_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.TextField(help_text="Only for those who know the name.")
    lifted_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["dispute"], condition=Q(lifted_at=None), name="raiser_protected_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="raiser_protected_for_a_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="protection_lifted_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="raiser_protection_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="raiser_protection_facts_are_frozen", fields=["dispute", "asked_by", "asked_at", "reason"]
            ),
            pgtrigger.Protect(
                name="lifted_protection_is_frozen", operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__lifted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"protection {self.pk}"
