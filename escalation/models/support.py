"""Somebody who stands by the person who raised a dispute: sees this dispute and no other, and why they were asked (F72)."""

from __future__ import annotations

import pgtrigger
from django.db import models

from cases.models import Appointment


class Support(models.Model):
    """One person asked for support; the reason is between the two of them."""

    class Kind(models.TextChoices):
        SUPPORT = "support", "Be at my side: read along and advise me"
        SPEAK = "speak", "Speak for me"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="supports")
    supporter = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="supports")
    asked_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.TextField(blank=True, help_text="Only for the two of them.")
    is_status_difference = models.BooleanField(default=False, help_text="Only for the two of them.")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["supporter", "dispute"])]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "supporter"], condition=models.Q(ended_at=None), name="supports_once"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="support_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ended_support_is_frozen", operation=pgtrigger.Update, condition=pgtrigger.Q(old__ended_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"support {self.pk}"
