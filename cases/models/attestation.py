"""Once a quarter somebody says of each role in the directory that its holder still works there in it."""

from __future__ import annotations

from datetime import date, timedelta

import pgtrigger
from django.db import models

from cases.models.people import Appointment

DUE_AFTER = timedelta(days=28)


def quarter_of(day: date) -> date:
    """The first day of the quarter of the year in which a day lies."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


class Attestation(models.Model):
    """One role, one quarter, and who said so."""

    held = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="attestations")
    quarter_on = models.DateField(help_text="The first day of the quarter.")
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["held", "quarter_on"], name="attested_once_a_quarter")]
        triggers = [pgtrigger.Protect(name="attestation_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"attestation {self.pk}"
