"""Somebody is away from a role for some days, and who stands in: never without an end, and never rewritten (F34)."""

from __future__ import annotations

from datetime import date, datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models.partnership import Partnership
from cases.models.people import Appointment


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences by time, and as somebody may see them."""

    def visible_to(self, acting: Appointment) -> AbsenceQuerySet:
        """Those of one's own partnership: who stands in for whom belongs to the directory; the reason does not."""
        return self.filter(partnership=acting.partnership_id)

    def in_force(self, now: datetime) -> AbsenceQuerySet:
        """Those that cover this moment and were not ended before; over at midnight of their last day."""
        today = timezone.localdate(now)
        return self.filter(from_on__lte=today, until_on__gte=today, ended_at=None)

    def in_force_now(self) -> AbsenceQuerySet:
        """The same by the database's own clock, for reads that are handed no time."""
        today = models.Func(template="(now() AT TIME ZONE 'Europe/London')::date", output_field=models.DateField())
        return self.annotate(today=today).filter(from_on__lte=today, until_on__gte=today, ended_at=None)

    def not_over(self, now: datetime) -> AbsenceQuerySet:
        """Those that cover today or a later day."""
        return self.filter(until_on__gte=timezone.localdate(now), ended_at=None)

    def between(self, first: date, last: date) -> AbsenceQuerySet:
        """Those that cover any day of this time."""
        return self.filter(from_on__lte=last, until_on__gte=first, ended_at=None)

    def with_people(self) -> AbsenceQuerySet:
        """With both people, their agency and the managers, in one query."""
        return self.select_related(
            "person__user", "person__agency", "person__partnership", "stand_in__user", "stand_in__agency",
            "stand_in__partnership",
        )


class Absence(models.Model):
    """One person away from one role from a day until a day; other days are another absence, a return ends it."""

    class Reason(models.TextChoices):
        LEAVE = "leave", "Leave"
        WORK = "work", "Other work, such as training or court"
        UNPLANNED = "unplanned", "Not planned"
        UNSAID = "unsaid", "Rather not say"

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="absences")
    person = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="absences")
    stand_in = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="covers")
    from_on = models.DateField()
    until_on = models.DateField()
    reason = models.CharField(max_length=10, choices=Reason.choices, default=Reason.UNSAID, help_text="Never about health.")
    recorded_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["from_on", "pk"]
        indexes = [models.Index(fields=["person", "until_on"]), models.Index(fields=["partnership", "until_on"])]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="absence_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("person")), name="nobody_stands_in_for_themselves"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="absence_ended_says_by_whom",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="absence_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="absence_is_never_rewritten",
                fields=["partnership", "person", "stand_in", "from_on", "until_on", "reason", "recorded_by", "recorded_at"],
            ),
            pgtrigger.Protect(
                name="ended_absence_is_frozen", operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"
