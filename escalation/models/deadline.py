"""Each limit of each stage: when due, whether met or missed, and how the date was worked out."""

from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cases.models import Appointment
from escalation.protocol import LimitKind, OnMissed, Side


class Deadline(models.Model):
    """One limit, as a row that any sweep can find; a miss once recorded can never be unrecorded (R1, T3)."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="deadlines")
    stage = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in LimitKind])
    label = models.CharField(max_length=200)
    owner = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Side])
    on_missed = models.CharField(max_length=12, choices=[(m.value, m.value) for m in OnMissed])
    is_indicative = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    explanation = models.JSONField()
    created_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    met_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    missed_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True, help_text="When it was last recalled after it had passed.")
    paused_at = models.DateTimeField(null=True, help_text="Its time stands still since then (F36).")
    paused_until = models.DateTimeField(null=True, help_text="When the clock lets it go on by itself.")
    ended_at = models.DateTimeField(null=True, help_text="No longer awaited: the dispute ended or the stage was skipped.")
    next_look_at = models.DateTimeField(null=True, help_text="When a sweep has something to do here next.")

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["next_look_at"], name="deadline_to_look_at", condition=Q(next_look_at__isnull=False))
        ]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "stage", "key"], name="deadline_once"),
            models.CheckConstraint(
                condition=Q(missed_at__isnull=True) | Q(missed_at__gt=F("due_at")), name="missed_only_after_due"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="deadline_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="missed_limit_stays_missed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__missed_at__isnull=False)
                & (
                    pgtrigger.Q(old__missed_at__df=pgtrigger.F("new__missed_at"))
                    | pgtrigger.Q(old__due_at__df=pgtrigger.F("new__due_at"))
                ),
            ),
            pgtrigger.Protect(
                name="date_of_what_is_over_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__due_at__df=pgtrigger.F("new__due_at"))
                & (pgtrigger.Q(old__met_at__isnull=False) | pgtrigger.Q(old__ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.pk})"

    @property
    def is_open(self) -> bool:
        """Whether it is still awaited (a missed limit stays awaited until met)."""
        return self.met_at is None and self.ended_at is None

    def has_passed(self, now: datetime) -> bool:
        """Whether it is still awaited though its date has passed; not while its time is paused."""
        return self.is_open and self.paused_at is None and self.due_at < now
