"""The agencies in a dispute and the people on it."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency, Appointment
from escalation.protocol import Side


class Party(models.Model):
    """An agency in a dispute, on one side of it."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="parties")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="party_to")
    side = models.CharField(max_length=12, choices=[(s.value, s.value) for s in (Side.RAISING, Side.RESPONDING)])
    joined_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, help_text="When it confirmed the outcome in writing (D-19).")

    class Meta:
        ordering = ["side", "pk"]
        verbose_name_plural = "parties"
        indexes = [models.Index(fields=["agency", "dispute"])]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "agency"], name="party_once"),
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(side="raising"), name="one_raising_agency"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="party_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="party_is_never_rewritten", fields=["dispute", "agency", "side", "joined_at"]),
        ]

    def __str__(self) -> str:
        return f"party {self.pk}"


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Those on a dispute, by the agency they are there for."""

    def of_agency(self, agency: Agency) -> ParticipantQuerySet:
        """The agency's own people on it, and whoever is borrowed to lead for it."""
        return self.filter(Q(acts_for=agency) | Q(acts_for=None, appointment__agency=agency))


class Participant(models.Model):
    """Somebody on a dispute, in the role they act in, from a stage on."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="participants")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="participations")
    side = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Side if s is not Side.EACH])
    from_stage = models.PositiveSmallIntegerField()
    joined_at = models.DateTimeField()
    is_originator = models.BooleanField(default=False)
    acts_for = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, related_name="+",
        help_text="The agency that has nobody in this role and for which they lead: borrowed from another one.",
    )  # fmt: skip
    handed_to = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, related_name="+", help_text="Who took the place over (F57)."
    )

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["from_stage", "pk"]
        indexes = [models.Index(fields=["appointment", "dispute"])]
        constraints = [models.UniqueConstraint(fields=["dispute", "appointment"], name="participant_once")]
        triggers = [
            pgtrigger.Protect(name="participant_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="participant_is_never_rewritten",
                fields=["dispute", "appointment", "side", "from_stage", "joined_at", "is_originator", "acts_for"],
            ),
        ]

    def __str__(self) -> str:
        return f"participant {self.pk}"
