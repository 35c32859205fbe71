"""What people type into forms and send: unsent text, kept for a few days, and what was sent under which one-time key."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Typed(models.Model):
    """What one person typed into the form at one address and has not sent; sealed, so that the database cannot read it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=300)
    text = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "address"], name="typed_once_at_an_address")]

    def __str__(self) -> str:
        return f"typed {self.pk}"


class Sent(models.Model):
    """One thing that was sent and accepted: its one-time key, the digest of what was sent, and how it was answered.

    The row is written in the transaction of the act itself, so that there is one exactly when the act happened.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=60)
    content = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    location = models.TextField(default="")
    body = models.TextField(default="")
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="sent_once_under_a_key")]

    def __str__(self) -> str:
        return f"sent {self.pk}"
