"""Days on which the partnership's offices do not work, besides weekends and bank holidays."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Appointment, Partnership


class LocalClosureQuerySet(models.QuerySet["LocalClosure"]):
    """Closures as somebody may see them."""

    def visible_to(self, acting: Appointment) -> LocalClosureQuerySet:
        """Those of one's own partnership."""
        return self.filter(partnership=acting.partnership_id)

    def in_force(self) -> LocalClosureQuerySet:
        """Those that nobody has taken back."""
        return self.filter(removed_at__isnull=True)

    def days(self, partnership_id: int) -> dict[date, str]:
        """The days of a partnership that are in force, each with its name."""
        rows = self.in_force().filter(partnership=partnership_id).order_by("day")
        return dict(rows.values_list("day", "name"))


class LocalClosure(models.Model):
    """One day that is not worked here; it is never rewritten, only marked as taken back."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="closures")
    day = models.DateField()
    name = models.CharField(max_length=80)
    reason = models.CharField(max_length=300)
    added_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_reason = models.CharField(max_length=300, blank=True)

    objects = LocalClosureQuerySet.as_manager()

    class Meta:
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["partnership", "day"], condition=Q(removed_at__isnull=True), name="one_closure_a_day"
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, removed_reason="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removed_reason="")),
                name="closure_taken_back_by_somebody_with_a_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="closure_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="closure_ends_once", operation=pgtrigger.Update, condition=pgtrigger.Q(old__removed_at__isnull=False)
            ),
            pgtrigger.ReadOnly(
                name="closure_is_never_rewritten",
                fields=["partnership", "day", "name", "reason", "added_by", "added_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.name}"
