"""The audit trail: events that can be added and never changed, chained by hash per case or agency."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AuditHead(models.Model):
    """The end of one chain; taken with UPDATE … RETURNING so that a chain cannot fork (quality.md 4.3)."""

    scope = models.CharField(max_length=60, unique=True)
    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return self.scope


class AuditEvent(models.Model):
    """One thing that happened: ids and field names only, never words from a case (T19). Append-only."""

    head = models.ForeignKey(AuditHead, on_delete=models.PROTECT, related_name="events")
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    appointment = models.ForeignKey("cases.Appointment", on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["object_type", "object_id", "action"])]
        constraints = [
            models.UniqueConstraint(fields=["head", "seq"], name="audit_seq_once"),
            models.UniqueConstraint(fields=["head", "prev_hash"], name="audit_never_forks"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
