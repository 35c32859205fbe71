"""Safeguarding partnerships and the agencies that belong to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from cases.roles import Nation

if TYPE_CHECKING:
    from cases.models.people import Appointment


class Partnership(models.Model):
    """A safeguarding board or committee with its own protocol."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=40)
    reference_prefix = models.CharField(max_length=6, unique=True)
    nation = models.CharField(max_length=30, choices=[(n.value, n.value) for n in Nation])
    emergency_text = models.TextField(help_text="Whom to call when somebody is in danger now, besides 999.")
    board_email = models.EmailField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Agencies as somebody may know of them."""

    def visible_to(self, acting: Appointment) -> AgencyQuerySet:
        """The agencies of one's own partnership."""
        return self.filter(partnership=acting.partnership_id)


class Agency(models.Model):
    """An organisation in a partnership; a provider names the agency that commissions it (D-15)."""

    class Kind(models.TextChoices):
        COUNCIL = "council", "council"
        POLICE = "police", "police"
        HEALTH = "health", "health"
        HOUSING = "housing", "housing"
        EDUCATION = "education", "education"
        VOLUNTARY = "voluntary", "voluntary or community"
        CARE = "care", "care provider"

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="agencies")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    commissioner = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="commissions"
    )
    phone = models.CharField(max_length=30, blank=True)
    records_email = models.EmailField(blank=True, help_text="Where the agency's records officers get the daily checkpoint.")
    own_route = models.TextField(blank=True, help_text="The agency's own escalation route, in its own words (B-02).")

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"
        constraints = [
            models.UniqueConstraint(fields=["partnership", "key"], name="agency_key_once_per_partnership"),
            models.CheckConstraint(
                condition=models.Q(commissioner__isnull=True) | ~models.Q(commissioner=models.F("pk")),
                name="agency_does_not_commission_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReferenceCounter(models.Model):
    """The last number given out for a partnership, kind of thing and year."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partnership", "kind", "year"], name="one_counter_per_kind_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.partnership_id} {self.kind} {self.year}"
