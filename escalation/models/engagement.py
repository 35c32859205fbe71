"""What an auditor reads under: whose disputes, for what purpose, from when until when, and who approved it."""

from __future__ import annotations

from datetime import date, timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models import Agency, Appointment, Partnership
from escalation.models.reach import DatabaseNow


class EngagementQuerySet(models.QuerySet["Engagement"]):
    """Engagements by time, and as somebody may see them."""

    def visible_to(self, acting: Appointment) -> EngagementQuerySet:
        """Those of one's own partnership; that somebody is to read is no secret, what they read is."""
        return self.filter(partnership=acting.partnership_id)

    def running(self) -> EngagementQuerySet:
        """Those in force by the database's clock."""
        return self.filter(starts_at__lte=DatabaseNow(), ends_at__gt=DatabaseNow(), ended_at=None)

    def of(self, reader: Appointment) -> EngagementQuerySet:
        """Those under which this person reads now: they are given to a person, never to who stands in for them."""
        return self.running().filter(reader=reader.pk)


class Engagement(models.Model):
    """One person reads for audit, as far as its scope goes, until it ends by itself."""

    class Scope(models.TextChoices):
        PARTNERSHIP = "partnership", "Every dispute of the partnership"
        AGENCY = "agency", "The disputes to which one agency is a party"
        DISPUTES = "disputes", "Only the disputes named here"

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="engagements")
    reader = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="engagements")
    scope = models.CharField(max_length=15, choices=Scope.choices)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    purpose = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    approved_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="When somebody ended it early.")
    ended_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")

    objects = EngagementQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["reader", "ends_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="engagement_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(reader=F("approved_by")), name="nobody_approves_their_own_engagement"),
            models.CheckConstraint(condition=~Q(purpose=""), name="engagement_has_a_purpose"),
            models.CheckConstraint(
                condition=Q(scope="agency", agency__isnull=False) | (~Q(scope="agency") & Q(agency=None)),
                name="engagement_names_an_agency_where_it_is_for_one",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="engagement_ended_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="engagement_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ended_engagement_is_frozen", operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="engagement_is_never_rewritten",
                fields=[
                    "partnership", "reader", "scope", "agency", "purpose", "starts_at", "ends_at", "approved_by",
                    "approved_at",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"engagement {self.pk}"

    @property
    def last_day(self) -> date:
        """The day at whose end it ends."""
        return timezone.localdate(self.ends_at - timedelta(seconds=1))


class EngagedDispute(models.Model):
    """One dispute that an engagement names."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="disputes")
    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["engagement", "dispute"], name="engaged_once")]
        triggers = [
            pgtrigger.Protect(name="engaged_dispute_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"engaged dispute {self.pk}"
