"""How a dispute ended: the outcome by its kind, each agency's confirmation, what is still to be done, where it went on."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency, Appointment
from escalation.models import Dispute
from escalation.protocol import AuthorityKind


class Outcome(models.Model):
    """What was agreed, recommended or determined; effective once everyone whose word it needs has given it."""

    class Source(models.TextChoices):
        AGREED = "agreed", "agreed between the agencies"
        DECISION = "decision", "a signed decision settled it"
        LAST_WORD = "last_word", "the last word of the protocol"

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="outcomes")
    stage = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=10, choices=Source.choices)
    kind = models.CharField(max_length=15, choices=[(k.value, k.value) for k in AuthorityKind])
    text = models.TextField()
    reasons = models.TextField()
    recorded_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    effective_at = models.DateTimeField(null=True)
    contested_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(contested_at__isnull=True), name="one_standing_outcome"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="outcome_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="outcome_words_are_frozen",
                fields=["dispute", "stage", "source", "kind", "text", "reasons", "recorded_by", "recorded_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"outcome {self.pk}"

    @property
    def verb(self) -> str:
        """What the record claims for it, by its kind (F21)."""
        return OUTCOME_VERBS[AuthorityKind(self.kind)]


OUTCOME_VERBS = {
    AuthorityKind.AGREEMENT: "Agreed",
    AuthorityKind.RECOMMENDATION: "Recommended",
    AuthorityKind.DETERMINATION: "Determined",
    AuthorityKind.MEDIATION: "Mediated",
    AuthorityKind.NONE: "Concluded",
}


class OutcomeConcurrence(models.Model):
    """The word of one of those who must speak together: joint heads, or representatives who agree (A-21, D-16)."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="concurrences")
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["outcome", "by"], name="concurrence_once")]
        triggers = [
            pgtrigger.Protect(name="concurrence_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"concurrence {self.pk}"


class OutcomeConfirmation(models.Model):
    """One agency's written confirmation of the outcome, or its refusal with reasons (D-19, F21, F23). Append-only."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="confirmations")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    accepts = models.BooleanField()
    text = models.TextField(help_text="What the agency will do, or why it does not accept.")
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    by_words = models.CharField(max_length=250)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["outcome", "agency"], name="one_confirmation_per_agency"),
            models.CheckConstraint(condition=~Q(text=""), name="confirmation_is_in_writing"),
        ]
        triggers = [
            pgtrigger.Protect(name="confirmation_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"confirmation {self.pk}"


class OutstandingIssueQuerySet(models.QuerySet["OutstandingIssue"]):
    """What outcomes left open, as somebody may see it."""

    def visible_to(self, acting: Appointment) -> OutstandingIssueQuerySet:
        """Those of disputes that exist for this person."""
        return self.filter(outcome__dispute__in=Dispute.objects.visible_to(acting))


class OutstandingIssue(models.Model):
    """Something the outcome leaves open, with who pursues it and by when (D-19)."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="outstanding_issues")
    what = models.TextField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="owned_issues")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_note = models.TextField(blank=True)

    objects = OutstandingIssueQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(done_at__isnull=True) | ~Q(done_note=""), name="done_issue_says_how")
        ]
        triggers = [
            pgtrigger.Protect(name="issue_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="issue_is_never_rewritten", fields=["outcome", "what", "agency", "due_on"]),
            pgtrigger.Protect(
                name="done_issue_is_frozen", operation=pgtrigger.Update, condition=pgtrigger.Q(old__done_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"outstanding issue {self.pk}"


class OnwardItemQuerySet(models.QuerySet["OnwardItem"]):
    """Items of further bodies as somebody may see them."""

    def visible_to(self, acting: Appointment) -> OnwardItemQuerySet:
        """Those of disputes that exist for this person."""
        return self.filter(dispute__in=Dispute.objects.visible_to(acting))


class OnwardItem(models.Model):
    """An item in the list of a body that the dispute or its learning goes on to: meeting date and result (F22)."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="onward_items")
    code = models.CharField(max_length=40)
    body = models.CharField(max_length=150)
    reason = models.TextField()
    created_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    meeting_on = models.DateField(null=True, blank=True)
    result = models.TextField(blank=True)
    result_at = models.DateTimeField(null=True)

    objects = OnwardItemQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["dispute", "code"], name="onward_once_per_body")]
        triggers = [
            pgtrigger.Protect(name="onward_item_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="onward_item_is_never_rewritten",
                fields=["dispute", "code", "body", "reason", "created_by", "created_at"],
            ),
            pgtrigger.Protect(
                name="result_of_a_body_is_frozen", operation=pgtrigger.Update, condition=pgtrigger.Q(old__result_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"onward item {self.pk}"
