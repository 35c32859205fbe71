"""What agencies began to share: with whom, when, by whom, what for and on what basis (F54)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency, Appointment
from escalation.lawful import BASIS_WORDS, CONSENT_WORDS, Consent


class Sharing(models.Model):
    """The beginning of one sharing of a dispute with an agency, or with the board's own people; never changed."""

    class Occasion(models.TextChoices):
        RAISED = "raised", "When it was raised"
        BORROWED = "borrowed", "To lead a stage for an agency that has nobody"
        BOARD = "board", "At the stage of the board's own people"
        REFERRED = "referred", "With the referral"
        ADVICE = "advice", "To get a lead's advice"
        SUPPORT = "support", "To stand by the person who raised it"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="sharings")
    stage = models.PositiveSmallIntegerField()
    occasion = models.CharField(max_length=10, choices=Occasion.choices)
    shared_by = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    shared_with = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, related_name="+", help_text="Empty: the board's own people."
    )
    by = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, related_name="+", help_text="Empty: the protocol says so."
    )
    at = models.DateTimeField()
    purpose = models.TextField()
    basis = models.CharField(max_length=10, choices=[(one.value, words) for one, words in BASIS_WORDS.items()])
    law = models.TextField(blank=True, help_text="As it was called then.")
    consent = models.CharField(max_length=10, choices=[(one.value, words) for one, words in CONSENT_WORDS.items()])
    consent_why = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(consent=Consent.REFUSES.value) | ~Q(consent_why=""), name="sharing_against_consent_says_why"
            ),
        ]
        triggers = [pgtrigger.Protect(name="sharing_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"sharing {self.pk}"
