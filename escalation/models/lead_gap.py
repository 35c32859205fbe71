"""Nobody leads a stage for an agency, or for the board, at the moment: from when until when (F58)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency, Appointment, Case
from cases.roles import Permission


class LeadGapQuerySet(models.QuerySet["LeadGap"]):
    """Gaps as somebody may see them."""

    def visible_to(self, acting: Appointment) -> LeadGapQuerySet:
        """The board manager's for the whole partnership, those of an agency for whoever keeps its directory."""
        open_to_them = self.exclude(dispute__case__in=Case.objects.shut_to(acting))
        if acting.has(Permission.SEE_PARTNERSHIP_METADATA):
            return open_to_them.filter(dispute__partnership=acting.partnership_id)
        if acting.has(Permission.MANAGE_DIRECTORY) and acting.agency_id is not None:
            return open_to_them.filter(agency=acting.agency_id)
        return self.none()

    def waiting(self) -> LeadGapQuerySet:
        """Those that nobody has filled."""
        return self.filter(ended_at__isnull=True)


class LeadGap(models.Model):
    """One stage without a lead: opened when it is found, ended when somebody leads again or the stage is over."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="lead_gaps")
    stage = models.PositiveSmallIntegerField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    roles = models.CharField(max_length=300, help_text="The roles that would lead, in words.")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = LeadGapQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "stage", "agency"], condition=Q(ended_at__isnull=True), name="lead_gap_open_once",
                nulls_distinct=False,
            )
        ]
        triggers = [
            pgtrigger.Protect(name="lead_gap_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ended_lead_gap_is_frozen", operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"lead gap {self.pk}"
