"""Drafts: what people have typed and not yet sent."""

from __future__ import annotations

import uuid

from django.db import models

from cases.models import Appointment, User


class DraftQuerySet(models.QuerySet["Draft"]):
    """Drafts as somebody may see them."""

    def visible_to(self, acting: Appointment) -> DraftQuerySet:
        """One's own: what has not been sent is nobody else's business."""
        return self.filter(user=acting.user_id)


class Draft(models.Model):
    """What somebody has typed into a form and not yet sent; survives logout, and becomes one thing only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=80)
    data = models.JSONField(default=dict)
    updated_at = models.DateTimeField()
    became = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, null=True, related_name="+")

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at"]
        indexes = [models.Index(fields=["user", "form"])]

    def __str__(self) -> str:
        return f"draft {self.pk}"
