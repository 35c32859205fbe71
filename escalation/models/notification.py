"""The outbox: notices owed to people, whether they have gone, and whether a person wants theirs together once a day."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Appointment, Case, User
from escalation.models.reach import REACH, DatabaseNow, still_open
from escalation.protocol import Event


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notices as somebody may see them."""

    def visible_to(self, acting: Appointment) -> NotificationQuerySet:
        """One's own, in the role in which one acts, and what came for the places one takes while others are away."""
        mine = self.filter(recipient__in=[acting.pk, *(place.pk for place in acting.places)])
        mine = mine.filter(Q(dispute=None) | Q(created_at__gt=DatabaseNow() - REACH) | still_open(acting, "dispute__"))
        return mine.filter(Q(dispute=None) | ~Q(dispute__case__in=Case.objects.shut_to(acting)))


class Notification(models.Model):
    """One notice to one person, written with the act and delivered after it; the key makes it exactly one.

    A digest is one e-mail for several notices of a person: one of them carries it, the others are ``carried_by`` that one.
    """

    class LeftOut(models.TextChoices):
        LEFT = "left", "The role had ended or the account was closed"
        SHUT = "shut", "The case had been shut to them"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, null=True, related_name="notifications")
    recipient = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="notifications")
    event = models.CharField(max_length=20, choices=[(e.value, e.value) for e in Event])
    key = models.CharField(max_length=120)
    text = models.CharField(max_length=500, help_text="What it is about, in the application only.")
    mail_text = models.TextField(help_text="What the e-mail says: no name, agency, stage or category.")
    is_immediate = models.BooleanField(default=False)
    for_digest = models.BooleanField(default=False, help_text="Waits to be put into the person's next digest.")
    carried_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="carries")
    created_at = models.DateTimeField()
    message_id = models.CharField(max_length=120, unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True, help_text="Given up, refused, or sent and reported as not delivered.")
    left_out_at = models.DateTimeField(null=True, help_text="When it was found that no e-mail goes.")
    left_out_why = models.CharField(max_length=10, choices=LeftOut.choices, blank=True)
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

    @property
    def delivery(self) -> str:
        """How its e-mail fares: sent, bounced, failed, left_out, digest or waiting."""
        if self.failed_at:
            return "bounced" if self.sent_at else "failed"
        if self.sent_at:
            return "sent"
        if self.for_digest:
            return "digest"
        return "waiting" if self.next_attempt_at or self.carried_by_id else "left_out"


class NoticeChoice(models.Model):
    """How one person wants e-mail: each notice at once, or one digest at this time of every working day."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="notice_choice")
    digest_at = models.TimeField(null=True)
    chosen_at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="notice_choice_is_never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"notice choice {self.pk}"
