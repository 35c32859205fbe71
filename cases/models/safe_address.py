"""Where somebody lives or is reached who must not be found: kept apart from the case, sealed, and who was shown it (T6)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models.case import Case
from cases.models.people import Appointment


class SafeAddress(models.Model):
    """The address and the safe way to reach the person of one case; the database has no key to it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="safe_address")
    sealed = models.TextField(help_text="Address and contact, sealed with SAFE_ADDRESS_KEY; only the newest is kept.")
    written_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "safe addresses"

    def __str__(self) -> str:
        return f"safe address {self.pk}"


class SafeAddressShown(models.Model):
    """That it was shown to somebody once, and the reason they gave; append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="safe_address_shown")
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "showings of safe addresses"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="safe_address_shown_for_a_reason")]
        triggers = [
            pgtrigger.Protect(name="safe_address_shown_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"showing {self.pk} of a safe address"
