"""The disagreement map: what the agencies agree, what they dispute, and how much each point matters to the risk (F71)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from cases.models import Agency
from escalation.models.work import Entry


class Point(Entry):
    """One thing about which the agencies agree or differ; agreed only when every agency has said so, and then locked."""

    dispute = models.ForeignKey("escalation.Dispute", on_delete=models.PROTECT, related_name="points")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    agreed_at = models.DateTimeField(null=True)

    class Meta(Entry.Meta):
        triggers = [
            pgtrigger.Protect(name="point_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="point_keeps_its_words", fields=["dispute", "stage", "agency", "text", "recorded_by", "recorded_at"]
            ),
            pgtrigger.Protect(
                name="agreed_point_is_locked",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__agreed_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="point_is_agreed_by_every_agency",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__agreed_at__isnull=False),
                func="""
                IF EXISTS (
                    SELECT 1 FROM escalation_party party WHERE party.dispute_id = NEW.dispute_id AND NOT EXISTS (
                        SELECT 1 FROM escalation_pointview said
                        WHERE said.point_id = NEW.id AND said.agency_id = party.agency_id AND said.stance = 'agreed'
                    )
                ) THEN
                    RAISE EXCEPTION 'pgtrigger: not every agency has agreed this point';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"point {self.pk}"


class PointView(Entry):
    """One agency's own column of a point: agreed or disputed, what it says, how much it matters, which rule it goes by."""

    class Stance(models.TextChoices):
        AGREED = "agreed", "We agree on this"
        DISPUTED = "disputed", "We dispute this"

    class Weight(models.TextChoices):
        HIGH = "high", "High: the person’s safety turns on it"
        MEDIUM = "medium", "Medium"
        LOW = "low", "Low"

    HIGH_IN_A_THEME = "High: the theme turns on it"
    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="views")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    stance = models.CharField(max_length=10, choices=Stance.choices)
    says = models.TextField()
    weight = models.CharField(max_length=10, choices=Weight.choices)
    threshold = models.CharField(max_length=300, blank=True)
    updates = models.PositiveSmallIntegerField(default=0)

    class Meta(Entry.Meta):
        constraints = [
            models.UniqueConstraint(fields=["point", "agency"], name="one_column_per_agency_and_point"),
            models.CheckConstraint(condition=~Q(says=""), name="column_says_something"),
        ]
        triggers = [
            pgtrigger.Protect(name="column_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="column_keeps_its_place", fields=["point", "agency"]),
            pgtrigger.Trigger(
                name="column_of_agreed_point_is_locked",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                IF EXISTS (SELECT 1 FROM escalation_point p WHERE p.id = NEW.point_id AND p.agreed_at IS NOT NULL) THEN
                    RAISE EXCEPTION 'pgtrigger: this point is agreed by every agency and locked';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    @property
    def weight_words(self) -> str:
        """The weight in words; in a theme it is nobody's safety."""
        in_a_theme = self.weight == self.Weight.HIGH and self.point.dispute.rules.is_thematic
        return self.HIGH_IN_A_THEME if in_a_theme else str(self.get_weight_display())

    def __str__(self) -> str:
        return f"column {self.pk}"
