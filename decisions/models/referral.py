"""Referrals to whoever has the last word: the board's own form, prefilled from the record."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Appointment
from escalation.models import Dispute


class Referral(models.Model):
    """One referral pack; submitted it is frozen, returned it makes way for the next (C-24, C-29 to C-38)."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="referrals")
    number = models.PositiveSmallIntegerField(default=1)
    answers = models.JSONField(default=dict, help_text="Field code → text, in the order of the protocol's board form.")
    edits = models.PositiveIntegerField(default=0)
    prepared_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    submitted_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    returned_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "number"], name="referral_number_once"),
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(returned_at__isnull=True), name="one_live_referral"
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | (Q(submitted_at__isnull=False) & ~Q(returned_reason="")),
                name="returned_referral_was_submitted_and_has_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="referral_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="submitted_referral_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__submitted_at__isnull=False)
                & (pgtrigger.Q(old__answers__df=pgtrigger.F("new__answers"))
                   | pgtrigger.Q(old__submitted_at__df=pgtrigger.F("new__submitted_at"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute.reference}-R{self.number}"
