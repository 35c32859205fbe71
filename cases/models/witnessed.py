"""What two people state openly about the audit trail itself: that a database was restored, that another key signs from now on."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cases.models.people import Appointment


class Restore(models.Model):
    """A database that was put back to an earlier state on purpose: which checkpoints it no longer has. Append-only."""

    first_lost = models.BigIntegerField(help_text="The first checkpoint of the file that the database does not have.")
    last_lost = models.BigIntegerField(unique=True, help_text="The last one; the next checkpoint follows it.")
    last_hash = models.BinaryField(max_length=32)
    reason = models.TextField()
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(first_lost__lte=F("last_lost")), name="restore_lost_something"),
            models.CheckConstraint(condition=~Q(by=F("second")), name="restore_takes_two"),
        ]
        triggers = [pgtrigger.Protect(name="restore_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"restore {self.pk}"


class SigningKey(models.Model):
    """A key that signs checkpoints after another, introduced by that one, or openly without it when it was lost. Append-only."""

    key_id = models.CharField(max_length=16, unique=True)
    public = models.BinaryField(max_length=32)
    before_id = models.CharField(max_length=16)
    before_public = models.BinaryField(max_length=32)
    was_lost = models.BooleanField(help_text="Whether the key before it could not sign any more.")
    statement = models.TextField(help_text="What was signed, letter by letter.")
    signature = models.BinaryField(max_length=64, help_text="By the new key.")
    before_signature = models.BinaryField(max_length=64, help_text="By the key before it; empty when that was lost.")
    reason = models.TextField()
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(by=F("second")), name="signing_key_takes_two")]
        triggers = [pgtrigger.Protect(name="signing_key_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"signing key {self.key_id}"
