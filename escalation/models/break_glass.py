"""Break-glass: somebody reads for an hour what is of their remit and not shared with them, and somebody else looks at why."""

from __future__ import annotations

from datetime import timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual

from cases.access import Relation, relations_that_open
from cases.models import Appointment

LASTS = timedelta(minutes=60)
LEAST_REASON = 30
DATABASE_NOW = models.Func(template="now()", output_field=models.DateTimeField())


class BreakGlassQuerySet(models.QuerySet["BreakGlass"]):
    """Openings by break-glass, by time and as somebody may see them."""

    def open_now(self) -> BreakGlassQuerySet:
        """Those by which somebody reads at this moment, by the database's own clock."""
        return self.filter(opened_at__lte=DATABASE_NOW, until__gt=DATABASE_NOW)

    def visible_to(self, acting: Appointment) -> BreakGlassQuerySet:
        """For those who review them: of disputes they may know of; a lead or manager those of their own agency's people."""
        from escalation.models.dispute import Dispute

        if not relations_that_open("review_break_glass", acting.role):
            return self.none()
        found = self.filter(dispute__in=Dispute.objects.visible_to(acting))
        return found if reviews_everybody(acting.role) else found.filter(by__agency=acting.agency_id)


def reviews_everybody(role: str) -> bool:
    """Whether the role looks at the openings of every agency, and not only at those of its own."""
    return bool(relations_that_open("review_break_glass", role) - {Relation.OWN_AGENCY})


class BreakGlass(models.Model):
    """One opening: which dispute, by whom, of what kind and why, until when; and what came of looking at it afterwards."""

    class Category(models.TextChoices):
        RISK = "risk", "Somebody may be at risk now"
        NOBODY = "nobody", "Nobody who is on it can be reached"
        DUTY = "duty", "I am on duty out of hours and somebody rang about it"
        OTHER = "other", "Something else that cannot wait"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="broken_glass")
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="broken_glass")
    category = models.CharField(max_length=10, choices=Category.choices)
    reason = models.TextField()
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    review_by = models.DateField(help_text="The second working day after it, by the partnership's calendar.")
    warned_at = models.DateTimeField(null=True, help_text="When it was said that nobody had looked at it in time.")
    reviewed_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    is_justified = models.BooleanField(null=True)
    finding = models.TextField(blank=True)

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(fields=["by", "until"]),
            models.Index(fields=["review_by"], name="glass_to_review", condition=Q(reviewed_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__lte=F("opened_at") + Value(LASTS, output_field=models.DurationField())),
                name="glass_is_open_for_an_hour_at_most",
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), LEAST_REASON), name="glass_is_broken_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, is_justified=None, finding="")
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False, is_justified__isnull=False) & ~Q(finding=""),
                name="glass_reviewed_by_somebody_with_a_finding",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("by")), name="glass_is_not_reviewed_by_who_broke_it"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="broken_glass_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="reviewed_glass_is_frozen", operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__reviewed_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="broken_glass_is_never_rewritten",
                fields=["dispute", "by", "category", "reason", "opened_at", "until", "review_by"],
            ),
        ]

    def __str__(self) -> str:
        return f"opening by break-glass {self.pk}"
