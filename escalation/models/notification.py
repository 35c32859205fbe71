"""The outbox: notices owed to people, and whether they have gone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cases.models import Appointment
from escalation.protocol import Event


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notices as somebody may see them."""

    def visible_to(self, acting: Appointment) -> NotificationQuerySet:
        """One's own, in the role in which one acts."""
        return self.filter(recipient=acting)


class Notification(models.Model):
    """One notice to one person, written with the act and delivered after it; the key makes it exactly one."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, null=True, related_name="notifications")
    recipient = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="notifications")
    event = models.CharField(max_length=20, choices=[(e.value, e.value) for e in Event])
    key = models.CharField(max_length=120)
    text = models.CharField(max_length=500, help_text="What it is about, in the application only.")
    mail_text = models.CharField(max_length=300, help_text="What the e-mail says: no name, agency, stage or category.")
    is_immediate = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    message_id = models.CharField(max_length=120, unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="notice_to_send", condition=Q(next_attempt_at__isnull=False)),
            models.Index(fields=["recipient", "-created_at"]),
        ]
        constraints = [models.UniqueConstraint(fields=["key", "recipient"], name="notice_once")]

    def __str__(self) -> str:
        return f"notice {self.pk}"
