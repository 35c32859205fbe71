"""How often somebody was refused one thing within a minute, kept only until the count stands in the audit trail."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Refusal(models.Model):
    """One thing refused to one person in one minute: the first time is an event at once, the others are one more event."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey("cases.Appointment", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, help_text="The digest of what was asked for and how it was refused.")
    minute = models.DateTimeField()
    scope = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    times = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "minute", "key"], name="refusal_counted_once")]

    def __str__(self) -> str:
        return f"refusal {self.pk}"
