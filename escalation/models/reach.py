"""Access to a dispute that has ended: given again to one person for a while, or kept for as long as they still owe something."""

from __future__ import annotations

from datetime import timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cases.models import Appointment

REACH = timedelta(days=28)


class DatabaseNow(models.Func):
    """The database's own clock, for reads that are handed no time."""

    template = "now()"
    output_field = models.DateTimeField()


class AccessGrantQuerySet(models.QuerySet["AccessGrant"]):
    """Access given again, by time."""

    def running(self) -> AccessGrantQuerySet:
        """What is in force by the database's clock."""
        return self.filter(until__gt=DatabaseNow(), ended_at=None)


class AccessGrant(models.Model):
    """One person may open one ended dispute again, as far as they could before, until it ends by itself."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="access_grants")
    holder = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    granted_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="When somebody ended it early.")
    ended_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")

    objects = AccessGrantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["holder", "until"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("granted_at"), until__lte=F("granted_at") + REACH), name="grant_of_28_days_at_most"
            ),
            models.CheckConstraint(condition=~Q(holder=F("granted_by")), name="nobody_grants_themselves_access"),
            models.CheckConstraint(condition=~Q(reason=""), name="grant_has_a_reason"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="grant_ended_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="grant_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ended_grant_is_frozen", operation=pgtrigger.Update, condition=pgtrigger.Q(old__ended_at__isnull=False)
            ),
            pgtrigger.ReadOnly(
                name="grant_is_never_rewritten",
                fields=["dispute", "holder", "reason", "granted_by", "granted_at", "until"],
            ),
        ]

    def __str__(self) -> str:
        return f"access grant {self.pk}"


class StillOwed(models.Model):
    """Who still owes something on which dispute, or was newly told of it: a view of the database, made in decisions.

    An end takes no access away from them. ``until`` is null for as long as it is owed.
    """

    dispute_id = models.BigIntegerField(primary_key=True)
    appointment_id = models.BigIntegerField()
    until = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "escalation_stillowed"

    def __str__(self) -> str:
        return f"owed on {self.dispute_id}"


def long_ended(prefix: str = "") -> Q:
    """Those that ended so long ago, by the database's clock, that access to them has ended."""
    return Q(**{f"{prefix}closed_at__lte": DatabaseNow() - REACH})


def still_open(acting: Appointment, prefix: str = "") -> Q:
    """Those to which access has not ended: running, ended lately, given again by name, or something is still owed there."""
    lately = Q(**{f"{prefix}closed_at": None}) | Q(**{f"{prefix}closed_at__gt": DatabaseNow() - REACH})
    again = AccessGrant.objects.running().filter(holder=acting.pk).values("dispute_id")
    owed = StillOwed.objects.filter(Q(until=None) | Q(until__gt=DatabaseNow()), appointment_id=acting.seat_id)
    return lately | Q(**{f"{prefix}pk__in": again}) | Q(**{f"{prefix}pk__in": owed.values("dispute_id")})
