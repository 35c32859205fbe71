"""Cases shut to everybody but a few: restricted ones, and what people declared when they first opened one (T5, F53)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models.case import Case
from cases.models.people import Appointment, User


class Restriction(models.Model):
    """A case of which only those on a list of at least two may know: asked for, decided, looked at again, lifted."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked for"
        IN_FORCE = "in_force", "In force"
        DECLINED = "declined", "Not agreed to"
        LIFTED = "lifted", "Lifted"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="restrictions")
    asked_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.TextField(help_text="Only for those on the list and those who decide.")
    people = models.ManyToManyField(Appointment, related_name="+", help_text="The list; the case holds it as well, for reads.")
    state = models.CharField(max_length=10, choices=State.choices)
    decided_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    review_on = models.DateField(null=True)
    warned_at = models.DateTimeField(null=True, help_text="When they were told that the day of review had come.")
    ended_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=["asked", "in_force"]), name="restricted_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="in_force") | Q(decided_at__isnull=False, review_on__isnull=False),
                name="restriction_in_force_is_decided_and_looked_at_again",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="restriction_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ended_restriction_is_frozen", operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["declined", "lifted"]),
            ),
        ]

    def __str__(self) -> str:
        return f"restriction {self.pk}"


class Declaration(models.Model):
    """What somebody said of themselves and the person at risk when they first opened the case; a conflict shuts it to them."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="declarations")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    has_conflict = models.BooleanField()
    what = models.CharField(max_length=200, blank=True, help_text="Of what kind; never more than somebody must know.")
    declared_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["case", "user"])]
        triggers = [
            pgtrigger.Protect(name="declaration_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"declaration {self.pk}"


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """Corrections of declarations, as they stand."""

    def agreed(self) -> CorrectionQuerySet:
        """Those that a second person confirmed."""
        return self.filter(is_agreed=True)

    def waiting(self) -> CorrectionQuerySet:
        """Those that nobody has answered yet."""
        return self.filter(decided_at=None)


class Correction(models.Model):
    """Somebody says that they declared a conflict by mistake; only a second person makes it so, and the declaration stays."""

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="corrections")
    asked_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    why = models.CharField(max_length=300, help_text="In the words of whoever declared it.")
    decided_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_agreed = models.BooleanField(null=True)
    reason = models.CharField(max_length=300, blank=True, help_text="Of the second person: how they know.")

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["declaration"], condition=Q(decided_at=None), name="correction_waits_once"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, is_agreed=None, reason="")
                | Q(decided_at__isnull=False, decided_by__isnull=False, is_agreed__isnull=False) & ~Q(reason=""),
                name="correction_decided_by_somebody_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("asked_by")), name="correction_takes_two"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="correction_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="decided_correction_is_frozen", operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="correction_is_never_rewritten", fields=["declaration", "asked_by", "asked_at", "why"]
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"
