"""The way back for somebody who has lost the phone or key with which they sign in: asked for by one, agreed by another."""

from __future__ import annotations

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.people import Appointment

WAITS = timedelta(hours=24)


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    """Lost devices by who may know of them."""

    def visible_to(self, acting: Appointment) -> RecoveryQuerySet:
        """Those of one's own partnership; who may answer is decided by who keeps the entry."""
        return self.filter(held__partnership=acting.partnership_id)


class Recovery(models.Model):
    """One lost device; without a second person within a day nothing comes of it."""

    class Answer(models.TextChoices):
        OPEN = "open", "waits for a second person"
        AGREED = "agreed", "agreed"
        REFUSED = "refused", "refused"

    held = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="recoveries", help_text="The role in which the person is known."
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recoveries")
    checked_how = models.CharField(max_length=300)
    asked_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=Answer.choices, default=Answer.OPEN)
    answered_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["held"], condition=Q(answer="open"), name="recovery_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="open", answered_by=None, answered_at=None)
                | (~Q(answer="open") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="recovery_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=models.F("asked_by")), name="recovery_takes_two"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="recovery_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="recovery_is_never_rewritten", fields=["held", "user", "checked_how", "asked_by", "asked_at"]
            ),
            pgtrigger.Protect(
                name="answered_recovery_is_frozen", operation=pgtrigger.Update, condition=~pgtrigger.Q(old__answer="open")
            ),
        ]

    def __str__(self) -> str:
        return f"recovery {self.pk}"
