"""Questions put to somebody outside the partnership who has no account: what is shared, the ways in, the mails (F55)."""

from __future__ import annotations

from datetime import date, timedelta

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency, Appointment
from escalation.deadlines import LONDON
from escalation.lawful import BASIS_WORDS, CONSENT_WORDS, Consent
from escalation.models.evidence import Evidence


class OutsideInvitation(models.Model):
    """One person of one organisation is asked for a time; the link's token is kept as its hash alone."""

    class End(models.TextChoices):
        TAKEN_BACK = "taken_back", "Taken back"
        TIME_OVER = "time_over", "Its time is over"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="outside_invitations")
    stage = models.PositiveSmallIntegerField()
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="For which it is asked; empty: the board.",
    )
    organisation = models.CharField(max_length=150)
    name = models.CharField(max_length=150)
    email = models.EmailField()
    purpose = models.TextField(help_text="What the sharing is for.")
    shared = models.TextField(help_text="All that they are told of it.")
    basis = models.CharField(
        max_length=10, blank=True, choices=[(one.value, words) for one, words in BASIS_WORDS.items()],
        help_text="Empty: asked before this was kept.",
    )
    law = models.TextField(blank=True, help_text="As it was called then.")
    consent = models.CharField(
        max_length=10, blank=True, choices=[(one.value, words) for one, words in CONSENT_WORDS.items()]
    )
    consent_why = models.TextField(blank=True)
    invited_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    link_hash = models.CharField(max_length=64, unique=True)
    link_made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=10, choices=End.choices, blank=True)
    ended_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    ended_why = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["expires_at"], name="outside_open", condition=Q(ended_at__isnull=True))]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_how="", ended_by=None, ended_why="")
                | Q(ended_at__isnull=False, ended_how="time_over", ended_by=None, ended_why="")
                | (Q(ended_at__isnull=False, ended_how="taken_back", ended_by__isnull=False) & ~Q(ended_why="")),
                name="outside_invitation_ended_how",
            ),
            models.CheckConstraint(
                condition=~Q(consent=Consent.REFUSES.value) | ~Q(consent_why=""), name="outside_against_consent_says_why"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="outside_invitation_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ended_outside_invitation_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="outside_invitation_is_never_rewritten",
                fields=[
                    "dispute", "stage", "agency", "organisation", "name", "email", "purpose", "shared", "basis", "law",
                    "consent", "consent_why", "invited_by", "invited_at", "expires_at",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"outside invitation {self.pk}"

    @property
    def described(self) -> str:
        """Who is asked, as people call them."""
        return f"{self.name}, {self.organisation}"

    @property
    def last_day(self) -> date:
        """The day until whose end they can answer."""
        return (self.expires_at - timedelta(seconds=1)).astimezone(LONDON).date()

    @property
    def is_open(self) -> bool:
        """Whether nobody has taken it back and its time was not found to be over."""
        return self.ended_at is None


class OutsideQuestion(models.Model):
    """One question and its answer, which is given once; what was typed and not sent waits in the draft."""

    invitation = models.ForeignKey(OutsideInvitation, on_delete=models.PROTECT, related_name="questions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    draft = models.TextField(blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["invitation", "number"], name="outside_question_numbered_once")]
        triggers = [
            pgtrigger.Protect(name="outside_question_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="outside_answer_is_frozen", operation=pgtrigger.Update, condition=~pgtrigger.Q(old__answer="")
            ),
            pgtrigger.ReadOnly(name="outside_question_is_never_rewritten", fields=["invitation", "number", "text"]),
        ]

    def __str__(self) -> str:
        return f"outside question {self.pk}"


class OutsideShare(models.Model):
    """One file of evidence that somebody outside may take out."""

    invitation = models.ForeignKey(OutsideInvitation, on_delete=models.PROTECT, related_name="shares")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["invitation", "evidence"], name="outside_share_once")]
        triggers = [
            pgtrigger.Protect(name="outside_share_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"outside share {self.pk}"


class OutsideEntry(models.Model):
    """One way in: a code that was sent, and the short time that its use opened; both are kept as hashes."""

    invitation = models.ForeignKey(OutsideInvitation, on_delete=models.PROTECT, related_name="entries")
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    key_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 (unique where there is one)
    entered_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(key_hash=None, entered_at=None, seen_at=None, left_at=None)
                | Q(key_hash__isnull=False, entered_at__isnull=False, seen_at__isnull=False),
                name="outside_entry_by_its_code",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="outside_entry_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="outside_entry_is_never_rewritten", fields=["invitation", "code_hash", "made_at"]),
            pgtrigger.Protect(
                name="outside_code_is_used_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__key_hash__isnull=False)
                & pgtrigger.Q(old__key_hash__df=pgtrigger.F("new__key_hash")),
            ),
        ]

    def __str__(self) -> str:
        return f"outside entry {self.pk}"


class OutsideMail(models.Model):
    """One e-mail owed to somebody outside; the token or code in it is sealed, and gone once it was sent or given up."""

    class Kind(models.TextChoices):
        LINK = "link", "The link"
        CODE = "code", "A code"

    invitation = models.ForeignKey(OutsideInvitation, on_delete=models.PROTECT, related_name="mails")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    sealed = models.TextField(blank=True)
    message_id = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True, help_text="Given up, refused, or reported as not delivered.")

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="outside_mail_to_send", condition=Q(next_attempt_at__isnull=False)
            )
        ]
        triggers = [pgtrigger.Protect(name="outside_mail_is_never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"outside mail {self.pk}"
