"""When and from what people signed in, and what their accounts owe them to know by e-mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class SignIn(models.Model):
    """One session of one person, from signing in to its end; what it holds is kept by Django's own table of sessions."""

    class End(models.TextChoices):
        SIGNED_OUT = "signed_out", "signed out"
        IDLE = "idle", "nothing done for 15 minutes"
        TOO_LONG = "too_long", "eight hours over"
        ENDED = "ended", "ended from another session"
        PASSWORD = "password", "new password set"
        CLOSED = "closed", "account closed, or no role any more"
        FACTOR = "factor", "second factor added or taken away"
        UNUSED = "unused", "account suspended, because it was not used"
        DIRECTORY = "directory", "no longer open at the organisation through which it began"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sign_ins")
    session_key = models.CharField(max_length=40, db_index=True)
    device = models.CharField(max_length=60, help_text="The browser and the computer in plain words.")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=12, choices=End.choices, blank=True)
    through = models.ForeignKey(
        "cases.AgencySignIn", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="The agency's own provider, where the session began with it.",
    )  # fmt: skip
    renewal = models.TextField(blank=True, help_text="With what that provider is asked again, sealed; gone with the session.")
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="When the provider last said that it is still open.")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["user"], condition=Q(ended_at=None), name="sign_in_running")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | (Q(ended_at__isnull=False) & ~Q(end="")),
                name="sign_in_ends_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"


class AccountNotice(models.Model):
    """Something a person is told by e-mail about their own account; sent after the transaction, at least once."""

    class Kind(models.TextChoices):
        NEW_DEVICE = "new_device", "signed in from a device not used before"
        PASSWORD = "password", "a new password was set"
        FACTOR_ADDED = "factor_added", "a second factor was added"
        FACTOR_REMOVED = "factor_removed", "a second factor was removed"
        CODES_MADE = "codes_made", "new recovery codes were made"
        CODE_USED = "code_used", "a recovery code was used"
        DEVICE_LOST = "device_lost", "somebody reported the device lost"
        UNUSED = "unused", "the account will be suspended unless it is used"
        SUSPENDED = "suspended", "the account was suspended"
        LET_BACK = "let_back", "the account was opened again"
        LIST_WAITS = "list_waits", "the quarterly list of the agency waits"
        LIST_OVERDUE = "list_overdue", "quarterly lists are overdue"
        READERS_LISTED = "readers_listed", "the list of last week's readers is ready"
        FIRST_SIGN_IN = "first_sign_in", "a link for signing in through the organisation the first time"
        LINKED = "linked", "an account of the organisation was linked"
        UNLINKED = "unlinked", "an account of the organisation was taken off"
        RECOVERY_WAITS = "recovery_waits", "a colleague's lost device waits for a second person"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    device = models.CharField(max_length=60, blank=True)
    owed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["owed_at"], condition=Q(sent_at=None), name="account_notice_owed")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
