"""Files handed in as evidence: what they show, what they are, and whether a scanner has found them clean (F48)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency, Appointment
from escalation.evidence.kinds import ENDINGS, WORDS
from escalation.models.work import Entry

FACTS = (
    "dispute", "stage", "recorded_by", "recorded_at", "agency", "number", "shows", "original_name", "media_type",
    "size", "sha256", "received_sha256", "stored_as",
)  # fmt: skip


def _facts_changed() -> pgtrigger.Q:
    changed = pgtrigger.Q()
    for name in FACTS:
        changed |= pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")})
    return changed


class Evidence(Entry):
    """One file; what it is never changes, and it is withdrawn, never deleted."""

    class State(models.TextChoices):
        QUARANTINED = "quarantined", "Waiting to be scanned"
        CLEAN = "clean", "Scanned, nothing found"
        REFUSED = "refused", "Harmful: it is not given out"

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="evidence_files")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField(help_text="Counted for each stage, so that a hidden stage leaves no gap.")
    shows = models.TextField(help_text="What it shows, in the words of whoever handed it in.")
    original_name = models.CharField(max_length=150, help_text="Shown on the page alone: it may name somebody.")
    media_type = models.CharField(max_length=100, help_text="Found from the content.")
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, help_text="Of the file as it is kept and given out.")
    received_sha256 = models.CharField(max_length=64, help_text="Of the file as it came; an image is written anew.")
    stored_as = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=11, choices=State.choices, default=State.QUARANTINED)
    reason = models.CharField(max_length=100, blank=True, help_text="What the scanner found.")
    scanner = models.CharField(max_length=200, blank=True)
    scanned_at = models.DateTimeField(null=True)
    scan_attempts = models.PositiveSmallIntegerField(default=0)
    next_scan_at = models.DateTimeField(null=True, help_text="When a worker looks again; nothing once there is a verdict.")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_why = models.TextField(blank=True)

    class Meta(Entry.Meta):
        indexes = [models.Index(fields=["next_scan_at"], condition=Q(state="quarantined"), name="evidence_to_scan")]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "stage", "number"], name="evidence_numbered_once"),
            models.CheckConstraint(
                condition=Q(state="quarantined", scanned_at__isnull=True, scanner="", next_scan_at__isnull=False)
                | (Q(state__in=["clean", "refused"], scanned_at__isnull=False, next_scan_at__isnull=True) & ~Q(scanner="")),
                name="evidence_verdict_has_scanner_and_time",
            ),
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(reason="")) | (~Q(state="refused") & Q(reason="")),
                name="refused_evidence_says_why",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_why="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_why="")),
                name="evidence_withdrawn_with_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="evidence_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(name="evidence_facts_are_frozen", operation=pgtrigger.Update, condition=_facts_changed()),
            pgtrigger.Protect(
                name="evidence_verdict_is_final", operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="quarantined") & pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
            ),
            pgtrigger.Protect(
                name="evidence_withdrawn_once", operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False)
                & pgtrigger.Q(old__withdrawn_at__df=pgtrigger.F("new__withdrawn_at")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"evidence {self.pk}"

    @property
    def label(self) -> str:
        """How people call it: the stage, and its number there."""
        return f"E{self.stage}-{self.number:02d}"

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return WORDS[self.media_type]

    @property
    def given_out_as(self) -> str:
        """The name under which it is given out, which says nothing of anybody."""
        return f"{self.label}.{ENDINGS[self.media_type]}"
