"""A wish for a later date or for a pause of a limit, and what the other side said to it (F36)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Appointment
from escalation.models.deadline import Deadline
from escalation.models.dispute import Dispute
from escalation.protocol import Side


class DateRequestQuerySet(models.QuerySet["DateRequest"]):
    """Wishes as somebody may see them."""

    def visible_to(self, acting: Appointment) -> DateRequestQuerySet:
        """Those of the disputes one may know of."""
        return self.filter(deadline__dispute__in=Dispute.objects.visible_to(acting))


class DateRequest(models.Model):
    """One side asks, the other answers once; the question itself is never rewritten."""

    class Kind(models.TextChoices):
        EXTEND = "extend", "a later date"
        PAUSE = "pause", "a pause"

    class Answer(models.TextChoices):
        OPEN = "open", "not answered yet"
        AGREED = "agreed", "agreed"
        REFUSED = "refused", "not agreed"

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    old_due_at = models.DateTimeField()
    new_due_at = models.DateTimeField(null=True, help_text="The date asked for; none for a pause.")
    reason = models.TextField()
    side = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Side])
    asked_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.OPEN)
    answer_reason = models.TextField(blank=True)
    answered_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = DateRequestQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["deadline"], condition=Q(answer="open"), name="one_open_request_per_limit"),
            models.CheckConstraint(
                condition=Q(answer="open", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="open") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="request_answered_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="date_request_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="date_request_is_answered_once", operation=pgtrigger.Update, condition=~pgtrigger.Q(old__answer="open")
            ),
            pgtrigger.ReadOnly(
                name="date_request_is_never_rewritten",
                fields=["deadline", "kind", "old_due_at", "new_due_at", "reason", "side", "asked_by", "asked_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk} for {self.get_kind_display()}"
