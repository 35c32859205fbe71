"""Advice asked of a named lead, and their own answer to it (B-27)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency, Appointment
from escalation import permissions

if TYPE_CHECKING:
    from escalation.models import Dispute


class AdviceRequest(models.Model):
    """One question to one lead at one stage; answered once in their own name, or taken back because it is not needed any more."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="advice_requests")
    stage = models.PositiveSmallIntegerField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", help_text="For which it is asked.")
    adviser = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="advice_requests")
    question = models.TextField()
    asked_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True, help_text="When it comes back without an answer; none when it need not.")
    advice = models.TextField(blank=True)
    answered_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    taken_back_why = models.TextField(blank=True)
    taken_back_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["remind_at"], name="advice_to_recall", condition=Q(remind_at__isnull=False)),
            models.Index(fields=["adviser", "dispute"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(advice="", answered_at=None, answered_by=None)
                | (~Q(advice="") & Q(answered_at__isnull=False, answered_by__isnull=False, taken_back_at=None)),
                name="advice_given_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_why="", taken_back_at=None, taken_back_by=None)
                | (~Q(taken_back_why="") & Q(taken_back_at__isnull=False, taken_back_by__isnull=False)),
                name="advice_taken_back_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="advice_request_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="settled_advice_request_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False) | pgtrigger.Q(old__taken_back_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="question_for_advice_is_never_rewritten",
                fields=["dispute", "stage", "agency", "question", "asked_by", "asked_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"request for advice {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its answer."""
        return self.answered_at is None and self.taken_back_at is None

    def opens(self, dispute: Dispute) -> bool:
        """Whether it lets whoever was asked read along now: while it waits, and then until its own stage is over."""
        is_needed = self.is_open or (self.answered_at is not None and self.stage == dispute.stage)
        return is_needed and dispute.status in permissions.RUNNING
