"""Persons at risk, the cases in which two or more agencies work with them, and themes that are about no person."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cases.models.partnership import Agency, Partnership
from cases.models.people import Appointment
from cases.roles import Permission


class Capacity(models.TextChoices):
    """What is known of a person's mental capacity for the decision at stake (C-02, C-03)."""

    NOT_KNOWN = "not_known", "Not known or not assessed"
    HAS = "has", "Has capacity for this decision"
    LACKS = "lacks", "Lacks capacity for this decision"
    NOT_RELEVANT = "not_relevant", "Not relevant (for example, a young child)"


class Person(models.Model):
    """The person at risk: the least that agencies need in order to know that they speak of the same person."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="persons")
    name = models.CharField(max_length=120)
    date_of_birth = models.DateField(null=True, blank=True)
    address = models.TextField(blank=True)
    desired_outcomes = models.TextField(blank=True, help_text="What the person wants, in their own words (D-04).")
    capacity = models.CharField(max_length=20, choices=Capacity.choices, default=Capacity.NOT_KNOWN)
    is_child = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def initials(self) -> str:
        """What lists show in place of the name."""
        return "".join(f"{part[0]}." for part in self.name.split() if part)[:8]


class PersonReference(models.Model):
    """The number under which an agency knows the person in its own system."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="references")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=60)

    class Meta:
        ordering = ["agency_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "agency", "value"], name="person_reference_once")
        ]

    def __str__(self) -> str:
        return f"reference {self.pk}"


# What packages above leave out, each as a condition of cases for whoever acts; put here when they are wired.
NARROWED: list[Callable[[Appointment], Q]] = []


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases as somebody may see them."""

    def visible_to(self, acting: Appointment) -> CaseQuerySet:
        """The cases this person is on in this role, or may read for audit; everything else does not exist for them."""
        mine = self.filter(partnership=acting.partnership_id).exclude(pk__in=Case.objects.shut_to(acting))
        for condition in NARROWED:
            mine = mine.filter(condition(acting))
        if acting.has(Permission.READ_FOR_AUDIT):
            return mine
        return mine.filter(pk__in=CaseMember.objects.filter(appointment=acting.seat_id).values("case_id"))


    def shut_to(self, acting: Appointment) -> CaseQuerySet:
        """Those of which this person may know nothing: restricted without their name on the list, or in conflict with them."""
        unnamed = Q(named__isnull=False) & ~Q(named__contains=[acting.pk])
        return self.filter(SHUT_TO_SOME, unnamed | Q(shut_to__contains=[acting.user_id]), partnership=acting.partnership_id)


SHUT_TO_SOME = Q(named__isnull=False) | ~Q(shut_to=[])


class Case(models.Model):
    """One person at risk and the agencies involved with them; or a theme between agencies, which names no person."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="cases")
    reference = models.CharField(max_length=30, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="cases")
    theme = models.CharField(max_length=120, blank=True, help_text="What it is about where it is about no person.")
    agencies = models.ManyToManyField(Agency, related_name="cases")
    opened_by = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    named = ArrayField(
        models.BigIntegerField(), null=True,
        help_text="The appointments of those who alone may know of it; null where it is not restricted.",
    )  # fmt: skip
    shut_to = ArrayField(
        models.BigIntegerField(), default=list, help_text="The accounts of those who declared a conflict of interest."
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, theme="") | (Q(person__isnull=True) & ~Q(theme="")),
                name="case_has_a_person_or_a_theme",
            )
        ]
        indexes = [models.Index(fields=["partnership"], condition=SHUT_TO_SOME, name="case_shut_to_some")]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_restricted(self) -> bool:
        """Whether only those on its list may know of it."""
        return self.named is not None

    def is_in_conflict_with(self, user_id: int) -> bool:
        """Whether this account declared a conflict of interest."""
        return user_id in self.shut_to

    def is_shut_to(self, who: Appointment) -> bool:
        """Whether ``who`` may know nothing of it: not named, though it is restricted, or in conflict with it."""
        return self.is_in_conflict_with(who.user_id) or (self.named is not None and who.pk not in self.named)

    @property
    def is_theme(self) -> bool:
        """Whether it is about how agencies work together, and about no person."""
        return self.person_id is None

    @property
    def initials(self) -> str:
        """What lists show: the person's initials, or that it is a theme."""
        return self.person.initials if self.person else "Theme"

    @property
    def about(self) -> str:
        """What those on the case are shown: the person's name, or the name of the theme."""
        return self.person.name if self.person else self.theme

    @property
    def wanted(self) -> str:
        """What the person said that they want, where there is one."""
        return self.person.desired_outcomes if self.person else ""


class CaseMember(models.Model):
    """Somebody who needs to know of a case, and since when."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="members")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="case_memberships")
    since = models.DateTimeField()
    handed_to = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, related_name="+", help_text="Who took the place over (F57)."
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["case", "appointment"], name="case_member_once")]

    def __str__(self) -> str:
        return f"member {self.pk}"
