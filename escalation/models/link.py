"""Links between disputes: taken up again, about the same thing, or a duplicate; and a confidential word on a withdrawal."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cases.models import Agency, Appointment, Case
from cases.roles import Role
from escalation.models.reach import still_open
from escalation.models.work import _append_only


class DisputeLink(models.Model):
    """How one dispute belongs to an earlier one; both keep their own history (F25, F26)."""

    class Kind(models.TextChoices):
        REOPENED = "reopened", "takes up again what did not hold"
        RELATED = "related", "is about something related to"
        DUPLICATE = "duplicate", "was the same as, and goes on as"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.TextField()
    made_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "other", "kind"], name="linked_once"),
            models.CheckConstraint(condition=~Q(dispute=F("other")) & ~Q(reason=""), name="link_has_two_ends_and_a_reason"),
        ]
        triggers = _append_only("link")

    def __str__(self) -> str:
        return f"link {self.pk}"


class PressureQuerySet(models.QuerySet["WithdrawalPressure"]):
    """Words on withdrawals as somebody may see them."""

    def visible_to(self, acting: Appointment) -> PressureQuerySet:
        """Only the safeguarding leads of the agency that withdrew, while it is open to them, and the board manager."""
        here = self.filter(agency__partnership=acting.partnership_id)
        here = here.exclude(dispute__case__in=Case.objects.shut_to(acting))
        if acting.role == Role.BOARD_MANAGER:
            return here
        if acting.role == Role.SAFEGUARDING_LEAD and acting.agency_id is not None:
            return here.filter(still_open(acting, "dispute__"), agency=acting.agency_id)
        return here.none()


class WithdrawalPressure(models.Model):
    """That somebody who withdrew was pressed to; kept apart from the dispute's own record (F26)."""

    dispute = models.OneToOneField("escalation.Dispute", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    said_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    text = models.TextField(blank=True)

    objects = PressureQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        triggers = [
            pgtrigger.Protect(name="pressure_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"word {self.pk}"
