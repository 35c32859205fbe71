"""Interim protection plans: what keeps the person safe meanwhile, whose it is, and when it is looked at again (F14)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency, Appointment
from escalation.models.work import Entry, SafetyConfirmation, _append_only


class InterimPlan(Entry):
    """The measures that hold until the disagreement is settled, with an owner and a day of review."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="plans")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    safety = models.OneToOneField(SafetyConfirmation, on_delete=models.PROTECT, null=True, related_name="plan")
    measures = models.TextField()
    owner = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="plans")
    review_on = models.DateField()
    warned_at = models.DateTimeField(null=True, help_text="When it was told that the day of review has passed.")
    ended_at = models.DateTimeField(null=True)

    class Meta(Entry.Meta):
        indexes = [
            models.Index(fields=["review_on"], name="plan_to_warn_of", condition=Q(ended_at=None, warned_at=None)),
            models.Index(fields=["owner"], name="plan_of_owner", condition=Q(ended_at=None)),
        ]
        constraints = [models.CheckConstraint(condition=~Q(measures=""), name="plan_has_measures")]
        triggers = [
            pgtrigger.Protect(name="plan_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="plan_keeps_its_words", fields=["dispute", "stage", "agency", "safety", "measures"]),
            pgtrigger.Protect(
                name="ended_plan_is_frozen", operation=pgtrigger.Update, condition=pgtrigger.Q(old__ended_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"interim plan {self.pk}"


class PlanReview(Entry):
    """One look at a plan: what was found, and until when it goes on, or that it ends."""

    plan = models.ForeignKey(InterimPlan, on_delete=models.PROTECT, related_name="reviews")
    note = models.TextField()
    review_on = models.DateField(null=True)
    owner = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")

    class Meta(Entry.Meta):
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="plan_review_has_a_note")]
        triggers = _append_only("plan_review")

    def __str__(self) -> str:
        return f"review {self.pk}"
