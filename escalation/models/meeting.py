"""Meetings of the agencies: proposed, invited, held with minutes, or called off (F18)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency, Appointment
from escalation.models.work import ContactMode, Entry


class Meeting(Entry):
    """One meeting about a dispute; its minutes are written once and keep who did not agree."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="meetings")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=150)
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    link = models.URLField(max_length=500, blank=True)
    aim = models.TextField()
    held_at = models.DateTimeField(null=True)
    mode = models.CharField(max_length=15, choices=ContactMode.choices, blank=True)
    also_there = models.CharField(max_length=300, blank=True)
    said = models.TextField(blank=True)
    decisions = models.TextField(blank=True)
    dissent = models.TextField(blank=True)
    minuted_at = models.DateTimeField(null=True)
    minuted_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_why = models.TextField(blank=True)

    class Meta(Entry.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(held_at__isnull=True, minuted_at__isnull=True, minuted_by__isnull=True)
                | (Q(held_at__isnull=False, minuted_at__isnull=False, minuted_by__isnull=False) & ~Q(said="")),
                name="held_meeting_has_minutes",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | (Q(held_at__isnull=True) & ~Q(cancelled_why="")),
                name="meeting_called_off_with_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="meeting_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="minutes_are_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__held_at__isnull=False) | pgtrigger.Q(old__cancelled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"meeting {self.pk}"

    @property
    def is_ahead(self) -> bool:
        """Whether it has neither been held nor called off."""
        return self.held_at is None and self.cancelled_at is None


class Invitation(models.Model):
    """One person asked to a meeting, and whether they came."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="invitations")
    who = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    attended = models.BooleanField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "who"], name="invited_once")]
        triggers = [pgtrigger.Protect(name="invitation_is_never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"invitation {self.pk}"
