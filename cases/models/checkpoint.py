"""Checkpoints of the audit trail: the signed root over the ends of all chains, what each covers, and to whom it was mailed."""

from __future__ import annotations

from django.db import models

from cases.models.partnership import Agency


class AuditCheckpoint(models.Model):
    """How far all chains had come at a moment, signed; each names the one before it. Append-only."""

    number = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    origin = models.CharField(max_length=200)
    heads = models.BigIntegerField()
    events = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    key_id = models.CharField(max_length=16)
    text = models.TextField(help_text="What was signed, letter by letter.")
    hash = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"checkpoint {self.number}"


class AuditSeal(models.Model):
    """How far one chain had come at the newest checkpoint that covers it; goes forward only."""

    scope = models.CharField(max_length=60, primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    leaf = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.scope} {self.seq}"


class CheckpointMail(models.Model):
    """The checkpoint that an agency's records address was sent on a day."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="checkpoint_mails")
    checkpoint = models.ForeignKey(AuditCheckpoint, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["agency", "on"], name="checkpoint_mailed_once_a_day")]

    def __str__(self) -> str:
        return f"checkpoint mail {self.pk}"
