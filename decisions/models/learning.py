"""What was learned in a dispute, and the items that bodies get of it: the item knows nothing of the dispute."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency, Appointment, Partnership
from cases.roles import Permission
from escalation.models import Dispute, Engagement
from escalation.models.work import Entry


class LearningKind(models.TextChoices):
    """What somebody writes down (B-41, C-28)."""

    LEARNING = "learning", "Something that was learned"
    POLICY_ISSUE = "policy_issue", "A policy issue: a rule, threshold or guidance that is not clear"
    NOTHING = "nothing", "There is nothing new to learn"


class LearningItemQuerySet(models.QuerySet["LearningItem"]):
    """Items as somebody may see them."""

    def visible_to(self, acting: Appointment) -> LearningItemQuerySet:
        """Those on the lists that this role reads; the board's manager, and auditors under an engagement, every one."""
        mine = self.filter(partnership=acting.partnership_id)
        if acting.has(Permission.READ_FOR_AUDIT):
            return mine.filter(partnership__in=Engagement.objects.of(acting).values("partnership"))
        if acting.has(Permission.SEE_PARTNERSHIP_METADATA):
            return mine
        return mine.filter(read_by__contains=[acting.role])


class LearningItem(models.Model):
    """One text on the list of a body, without personal data; neither it nor its address leads back to a dispute (F24)."""

    reference = models.CharField(max_length=16, primary_key=True)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="learning_items")
    code = models.CharField(max_length=40)
    body = models.CharField(max_length=150)
    read_by = models.JSONField(default=list, help_text="The roles that read this body's list.")
    kind = models.CharField(max_length=15, choices=LearningKind.choices)
    category = models.CharField(max_length=150)
    stage = models.CharField(max_length=150, blank=True, help_text="Empty where fewer than five disputes reached it.")
    text = models.TextField()
    month = models.DateField(help_text="The first day of the month in which it came; the day itself is not kept here.")
    due_on = models.DateField(null=True, help_text="By when the body sets a meeting, where the protocol says so.")
    meeting_on = models.DateField(null=True)
    result = models.TextField(blank=True)
    result_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    closing = models.TextField(blank=True, help_text="What was done with it.")

    objects = LearningItemQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "reference"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result="", result_on=None) | (~Q(result="") & Q(result_on__isnull=False, meeting_on__isnull=False)),
                name="item_result_has_day_and_meeting",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, closing="") | (~Q(closing="") & Q(closed_on__isnull=False, result_on__isnull=False)),
                name="closed_item_has_result_and_words",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="learning_item_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="learning_item_words_are_frozen",
                fields=["reference", "partnership", "code", "body", "kind", "category", "stage", "text", "month"],
            ),
            pgtrigger.Protect(
                name="closed_learning_item_is_frozen", operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Learning(Entry):
    """What somebody on a dispute learned or found unclear, what changes, and its way to a body as an anonymous text."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="learning")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    only_agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, related_name="+",
        help_text="Written in a stage inside one agency: whose people read it.",
    )  # fmt: skip
    kind = models.CharField(max_length=15, choices=LearningKind.choices)
    category = models.CharField(max_length=40, blank=True)
    text = models.TextField()
    change = models.TextField(blank=True, help_text="What changes.")
    owner = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="owned_changes")
    due_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)
    done_note = models.TextField(blank=True)

    body_code = models.CharField(max_length=40, blank=True)
    plain_text = models.TextField(blank=True, help_text="Without personal data, as it goes to the body.")
    prepared_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField(null=True)
    returned_reason = models.TextField(blank=True)
    checked_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    item = models.OneToOneField(LearningItem, on_delete=models.PROTECT, null=True, related_name="learning")

    class Meta(Entry.Meta):
        verbose_name_plural = "learning"
        constraints = [
            models.CheckConstraint(
                condition=Q(change="", owner=None, due_on=None) | (~Q(change="") & Q(owner__isnull=False, due_on__isnull=False)),
                name="change_has_owner_and_date",
            ),
            models.CheckConstraint(condition=Q(done_at=None) | ~Q(done_note=""), name="done_change_says_how"),
            models.CheckConstraint(
                condition=Q(checked_by=None, checked_at=None, item=None)
                | (
                    Q(checked_by__isnull=False, checked_at__isnull=False, item__isnull=False)
                    & ~Q(checked_by=models.F("prepared_by"))
                ),
                name="learning_leaves_by_two_people",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="learning_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="learning_words_are_frozen",
                fields=[
                    "dispute", "stage", "agency", "only_agency", "kind", "category", "text", "change", "recorded_by",
                    "recorded_at",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"learning {self.pk}"

    @property
    def is_waiting_for_check(self) -> bool:
        """Whether a text without names waits for a second person."""
        return self.prepared_at is not None and self.checked_at is None and not self.returned_reason
