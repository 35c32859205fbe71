"""A notice whose e-mail did not arrive: a task for those who keep the directory of the recipient's agency (F37)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Appointment, Case
from cases.roles import Permission, Role
from escalation.models.notification import Notification


class UndeliveredQuerySet(models.QuerySet["Undelivered"]):
    """What did not arrive, as somebody may see it."""

    def visible_to(self, acting: Appointment) -> UndeliveredQuerySet:
        """The board manager's for the whole partnership, a safeguarding lead's for their own agency."""
        open_to_them = self.filter(Q(notice__dispute=None) | ~Q(notice__dispute__case__in=Case.objects.shut_to(acting)))
        if acting.has(Permission.SEE_PARTNERSHIP_METADATA):
            return open_to_them.filter(notice__recipient__partnership=acting.partnership_id)
        if acting.role == Role.SAFEGUARDING_LEAD and acting.agency_id is not None:
            return open_to_them.filter(notice__recipient__agency=acting.agency_id)
        return self.none()

    def waiting(self) -> UndeliveredQuerySet:
        """Those that nobody has seen to."""
        return self.filter(done_at__isnull=True)


class Undelivered(models.Model):
    """One failure for good: when and why, and how somebody saw to it; for a digest, of the notice that carried it."""

    class Reason(models.TextChoices):
        NOT_TAKEN = "not_taken", "the mail server did not take it for a day"
        REFUSED = "refused", "the mail server refused the address"
        BOUNCED = "bounced", "it was sent, and came back as not delivered"
        LEFT = "left", "the role had ended or the account was closed"

    class How(models.TextChoices):
        AGAIN = "again", "sent again"
        TOLD = "told", "told in another way"

    notice = models.ForeignKey(Notification, on_delete=models.PROTECT, related_name="failures")
    failed_at = models.DateTimeField()
    reason = models.CharField(max_length=10, choices=Reason.choices, default=Reason.NOT_TAKEN)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=5, choices=How.choices, blank=True)
    note = models.TextField(blank=True)

    objects = UndeliveredQuerySet.as_manager()

    class Meta:
        ordering = ["failed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["notice"], condition=Q(done_at=None), name="undelivered_waits_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, how="")
                | Q(done_at__isnull=False, done_by__isnull=False, how="again")
                | (Q(done_at__isnull=False, done_by__isnull=False, how="told") & ~Q(note="")),
                name="undelivered_says_who_saw_to_it_and_how",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="undelivered_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="seen_to_is_frozen", operation=pgtrigger.Update, condition=pgtrigger.Q(old__done_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"undelivered notice {self.notice_id}"
