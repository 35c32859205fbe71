"""What people record while they work a stage: talks, positions, reviews, safety, attestations, actions, feedback."""

from __future__ import annotations

import pgtrigger
from django.db import models

from cases.models import Agency, Appointment


class Entry(models.Model):
    """What every record of a stage has: where, who, when."""

    stage = models.PositiveSmallIntegerField()
    recorded_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["pk"]


def _append_only(name: str) -> list[pgtrigger.Trigger]:
    return [pgtrigger.Protect(name=f"{name}_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class ContactMode(models.TextChoices):
    """How people spoke; face to face where possible (C-08)."""

    FACE_TO_FACE = "face_to_face", "Face to face"
    VIDEO = "video", "Video call"
    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"
    LETTER = "letter", "Letter"


class Discussion(Entry):
    """An attempt to reach somebody, a talk, advice or a meeting: when, how, with whom, and what came of it (A-18, B-25)."""

    class Kind(models.TextChoices):
        ATTEMPT = "attempt", "An attempt to reach somebody (no answer yet)"
        TALK = "talk", "A discussion between professionals"
        ADVICE = "advice", "Advice from a designated lead"
        MEETING = "meeting", "A meeting of the agencies"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="discussions")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    mode = models.CharField(max_length=15, choices=ContactMode.choices)
    happened_at = models.DateTimeField()
    with_whom = models.CharField(max_length=300)
    result = models.TextField()

    class Meta(Entry.Meta):
        triggers = _append_only("discussion")

    def __str__(self) -> str:
        return f"discussion {self.pk}"


class Position(Entry):
    """Where one agency stands at one stage, in its own words; frozen when the stage ends (B-20, F10)."""

    class Stance(models.TextChoices):
        STANDS = "stands", "We keep to our decision"
        CHANGES = "changes", "We change our decision"
        TALK = "talk", "We want to talk before we answer"
        RAISES = "raises", "We hold that the decision is not safe"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="positions")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    stance = models.CharField(max_length=10, choices=Stance.choices)
    text = models.TextField()
    role_and_remit = models.TextField(blank=True)
    updates = models.PositiveSmallIntegerField(default=0)
    frozen_at = models.DateTimeField(null=True)

    class Meta(Entry.Meta):
        constraints = [
            models.UniqueConstraint(fields=["dispute", "stage", "agency"], name="one_position_per_agency_and_stage")
        ]
        triggers = [
            pgtrigger.Protect(name="position_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="position_frozen_at_stage_end",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__frozen_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"position {self.pk}"

    @property
    def stance_words(self) -> str:
        """The stance in words; of a theme no decision about somebody was unsafe."""
        raises_theme = self.stance == self.Stance.RAISES and self.dispute.rules.is_thematic
        return "We hold that this has to change" if raises_theme else str(self.get_stance_display())


class ManagerReview(Entry):
    """A manager's own view of the disagreement: agrees or not, and why (B-28, A-10)."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="reviews")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    agrees = models.BooleanField()
    rationale = models.TextField()
    next_steps = models.TextField(blank=True)

    class Meta(Entry.Meta):
        triggers = _append_only("review")

    def __str__(self) -> str:
        return f"review {self.pk}"


class SafetyConfirmation(Entry):
    """Whether the person is safe now, how that is known, and what protects them meanwhile (B-14, D-10, D-14)."""

    class Answer(models.TextChoices):
        SAFE = "safe", "Yes"
        WITH_MEASURES = "with_measures", "Yes, with measures in place"
        NOT_SAFE = "not_safe", "No, not safe now"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="safety_confirmations")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=15, choices=Answer.choices)
    how = models.TextField()
    measures = models.TextField(blank=True)
    measures_owner = models.CharField(max_length=150, blank=True)
    review_on = models.DateField(null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(answer="with_measures")
                | (~models.Q(measures="") & ~models.Q(measures_owner="") & models.Q(review_on__isnull=False)),
                name="measures_have_owner_and_review_date",
            )
        ]
        triggers = _append_only("safety_confirmation")

    def __str__(self) -> str:
        return f"safety confirmation {self.pk}"


class OwnRecordAttestation(Entry):
    """An agency's word that it has recorded the stage in its own system, with its reference (B-22, C-13)."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="own_records")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    own_reference = models.CharField(max_length=80)
    recorded_on = models.DateField()

    class Meta(Entry.Meta):
        triggers = _append_only("own_record")

    def __str__(self) -> str:
        return f"own record {self.pk}"


class ExhaustionAttestation(Entry):
    """A statement that everything possible at this level has been tried (B-25)."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="exhaustions")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    statement = models.TextField()

    class Meta(Entry.Meta):
        triggers = _append_only("exhaustion")

    def __str__(self) -> str:
        return f"exhaustion {self.pk}"


class IntentionNotice(Entry):
    """Word to the other side that the dispute is to go further (B-21)."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="intentions")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()

    class Meta(Entry.Meta):
        triggers = _append_only("intention")

    def __str__(self) -> str:
        return f"intention {self.pk}"


class PersonVoice(Entry):
    """What the person wants and thinks at this stage, and whether they have been told (D-04, F73)."""

    class Told(models.TextChoices):
        YES = "yes", "Yes, the person knows that professionals disagree"
        NOT_YET = "not_yet", "Not yet"
        UNSAFE = "unsafe", "No: telling them now would not be safe"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="voices")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    desired_outcomes = models.TextField()
    own_view = models.TextField(blank=True)
    told = models.CharField(max_length=10, choices=Told.choices)
    not_told_reason = models.TextField(blank=True)
    review_on = models.DateField(null=True, blank=True)
    advocate = models.CharField(max_length=150, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(told="yes") | (~models.Q(not_told_reason="") & models.Q(review_on__isnull=False)),
                name="not_told_needs_reason_and_review",
            )
        ]
        triggers = _append_only("voice")

    def __str__(self) -> str:
        return f"voice {self.pk}"


class Action(Entry):
    """Something that somebody has agreed to do by a date (B-29, F19)."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="actions")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    what = models.TextField()
    owner = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="owned_actions")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    done_note = models.TextField(blank=True)
    evidence = models.ForeignKey("escalation.Evidence", on_delete=models.PROTECT, null=True, related_name="shown_by")

    class Meta(Entry.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True, done_by__isnull=True)
                | (models.Q(done_at__isnull=False, done_by__isnull=False) & ~models.Q(done_note="")),
                name="done_action_has_who_and_evidence",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="action_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="done_action_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"action {self.pk}"


class Feedback(Entry):
    """What the people who carried the concern here were told about what was done, also when it was nothing (A-19, B-32)."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="feedback")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    no_action = models.BooleanField(default=False)
    text = models.TextField()
    recipients = models.ManyToManyField(Appointment, through="FeedbackReceipt", related_name="+")

    class Meta(Entry.Meta):
        triggers = _append_only("feedback")

    def __str__(self) -> str:
        return f"feedback {self.pk}"


class FeedbackReceipt(models.Model):
    """One person's copy of a piece of feedback, and whether they have read it."""

    feedback = models.ForeignKey(Feedback, on_delete=models.PROTECT, related_name="receipts")
    recipient = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="feedback_receipts")
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["feedback", "recipient"], name="feedback_receipt_once")]
        triggers = [
            pgtrigger.Protect(name="receipt_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="receipt_is_never_rewritten", fields=["feedback", "recipient"]),
            pgtrigger.Protect(
                name="what_was_read_stays_read", operation=pgtrigger.Update, condition=pgtrigger.Q(old__read_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"receipt {self.pk}"
