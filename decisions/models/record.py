"""Defensible decision records: seven elements, their options and consultations, and the sign-off with its own rationale."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency, Appointment
from decisions.completeness import ConsultedText, Content, Element, OptionText, elements_of
from escalation.models import Dispute

TEXTS = (
    "decision", "evidence", "not_known", "sources_tested", "analysis", "rationale", "policy_and_law", "plain_summary",
)


class DecisionRecord(models.Model):
    """One decision and why it can be defended; editable until signed, then frozen: a correction is a new version."""

    class State(models.TextChoices):
        DRAFT = "draft", "Being written"
        SUBMITTED = "submitted", "Waiting for sign-off"
        RETURNED = "returned", "Returned for more"
        SIGNED = "signed", "Signed off"

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="decision_records")
    stage = models.PositiveSmallIntegerField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="decision_records")
    author = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="decision_records")
    version = models.PositiveSmallIntegerField(default=1)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    decision = models.TextField(help_text="What was decided.")
    evidence = models.TextField(blank=True, help_text="A-01")
    not_known = models.TextField(blank=True, help_text="A-01: what was looked for and not known at the time.")
    sources_tested = models.TextField(blank=True, help_text="A-02")
    analysis = models.TextField(blank=True, help_text="A-03")
    rationale = models.TextField(blank=True, help_text="A-05")
    policy_and_law = models.TextField(blank=True, help_text="A-06")
    plain_summary = models.TextField(blank=True, help_text="A-07, E-03: for the person the record is about.")
    settles = models.BooleanField(default=False, help_text="The agency says that this decision settles the disagreement.")
    edits = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(state="signed") & Q(signed_at__isnull=False) & ~Q(sha256=""))
                | (~Q(state="signed") & Q(signed_at__isnull=True, sha256="")),
                name="signed_record_has_time_and_hash",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="record_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="signed_record_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="signed"),
            ),
        ]

    def __str__(self) -> str:
        return f"decision record {self.pk}"

    @property
    def content(self) -> Content:
        """What it says, as it stands in the database (prefetch options and consulted for lists)."""
        return Content(
            **{name: getattr(self, name) for name in TEXTS},
            settles=self.settles,
            options=tuple(
                OptionText(row.option, row.likely_outcome, row.risks, row.is_chosen, row.why) for row in self.options.all()
            ),
            consulted=tuple(ConsultedText(row.who, row.on, row.view) for row in self.consulted.all()),
        )

    @property
    def elements(self) -> tuple[Element, ...]:
        """The seven elements, and what is missing of each."""
        return elements_of(self.content)

    @property
    def is_superseded(self) -> bool:
        """Whether a later version has been signed."""
        later = getattr(self, "superseded_by", None)
        return later is not None and later.state == self.State.SIGNED


class DecisionOption(models.Model):
    """One option that was weighed (A-04)."""

    record = models.ForeignKey(DecisionRecord, on_delete=models.PROTECT, related_name="options")
    option = models.TextField()
    likely_outcome = models.TextField(blank=True)
    risks = models.TextField(blank=True)
    is_chosen = models.BooleanField(default=False)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"option {self.pk}"


class Consulted(models.Model):
    """Somebody who was consulted, and what they thought (A-05)."""

    record = models.ForeignKey(DecisionRecord, on_delete=models.PROTECT, related_name="consulted")
    who = models.CharField(max_length=200)
    on = models.DateField()
    view = models.TextField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"consulted {self.pk}"


class SignOff(models.Model):
    """A manager's act on a record, with their own rationale: never a bare tick, never the author (A-10). Append-only."""

    class Verdict(models.TextChoices):
        SIGNED = "signed", "Signed off"
        RETURNED = "returned", "Returned for more"

    record = models.ForeignKey(DecisionRecord, on_delete=models.PROTECT, related_name="sign_offs")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    rationale = models.TextField()
    by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    by_words = models.CharField(max_length=250)
    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(rationale=""), name="sign_off_needs_own_rationale"),
            models.UniqueConstraint(fields=["record"], condition=Q(verdict="signed"), name="signed_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="sign_off_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"sign-off {self.pk}"


def frozen_part(name: str) -> list[pgtrigger.Trigger]:
    """Triggers that freeze a record's options and consultations with its signature."""
    func = """
        IF EXISTS (SELECT 1 FROM decisions_decisionrecord r
                   WHERE r.id IN ({ids}) AND r.state = 'signed') THEN
            RAISE EXCEPTION 'a signed decision record is frozen';
        END IF;
        RETURN {row};
    """
    return [
        pgtrigger.Trigger(
            name=f"{name}_frozen_insert", when=pgtrigger.Before, operation=pgtrigger.Insert,
            func=func.format(ids="NEW.record_id", row="NEW"),
        ),
        pgtrigger.Trigger(
            name=f"{name}_frozen_update", when=pgtrigger.Before, operation=pgtrigger.Update,
            func=func.format(ids="NEW.record_id, OLD.record_id", row="NEW"),
        ),
        pgtrigger.Trigger(
            name=f"{name}_frozen_delete", when=pgtrigger.Before, operation=pgtrigger.Delete,
            func=func.format(ids="OLD.record_id", row="OLD"),
        ),
    ]


pgtrigger.register(*frozen_part("option"))(DecisionOption)
pgtrigger.register(*frozen_part("consulted"))(Consulted)
