"""A person's own calendar feed: a secret address of which only the fingerprint is kept."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Appointment


class CalendarFeed(models.Model):
    """One secret address of one person in one role, until it is revoked."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="calendar_feeds")
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["appointment"], condition=Q(revoked_at__isnull=True), name="one_feed_a_role")
        ]
        triggers = [
            pgtrigger.Protect(name="feed_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="revoked_feed_stays_revoked", operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False),
            ),
            pgtrigger.ReadOnly(name="feed_is_never_rewritten", fields=["appointment", "secret_hash", "created_at"]),
        ]

    def __str__(self) -> str:
        return f"calendar feed {self.pk}"
