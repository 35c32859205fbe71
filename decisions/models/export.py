"""Exports: PDF documents asked for, rendered by a worker, kept with their hash."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Appointment
from escalation.models import Dispute


class Export(models.Model):
    """One document: who asked, why, the frozen bundle it is made from, the file and its SHA-256."""

    class Kind(models.TextChoices):
        CASE_HISTORY = "case_history", "Case history"
        REFERRAL = "referral", "Referral"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be made"
        RENDERING = "rendering", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be made"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="exports")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    reason = models.CharField(max_length=300)
    requested_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    step = models.CharField(max_length=60, blank=True, help_text="What the worker is doing, in words.")
    bundle = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    pdf = models.BinaryField(null=True)
    pages = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        indexes = [
            models.Index(fields=["requested_at"], name="export_to_make", condition=Q(state__in=["queued", "rendering"]))
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready") | (Q(pdf__isnull=False) & ~Q(sha256="")), name="ready_export_has_file"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="export_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ready_export_is_frozen", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state="ready")
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"
