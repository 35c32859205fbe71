"""People who work for agencies, and the roles they act in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q

from cases.models.partnership import Agency, Partnership
from cases.roles import NEVER_AS_STAND_IN, Permission, Role, allows


class UserManager(BaseUserManager["User"]):
    """Creates users who sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user who may sign in; without a password one must be set through the reset page."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in; what they may do comes only from the role they act in."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=30, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    counted_from = models.DateTimeField(null=True, blank=True, help_text="From when not using the account counts anew.")
    unused_told_at = models.DateTimeField(null=True, blank=True, help_text="When they were told that it will be suspended.")
    suspended_at = models.DateTimeField(
        null=True, blank=True, help_text="Not used for too long; who keeps the entry lets them back in."
    )

    objects: ClassVar[UserManager] = UserManager()

    only_at: Sequence[int] = ()  # in a session through an agency's own provider: the agencies it vouches for

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Appointments by time and role."""

    def visible_to(self, acting: Appointment) -> AppointmentQuerySet:
        """Everybody of one's own partnership: the directory is open to all who act in it."""
        return self.filter(partnership=acting.partnership_id, in_place_of=None)

    def active_on(self, day: date) -> AppointmentQuerySet:
        """Those whose period covers the day and whose holder may still sign in; stand-ins hold no role of their own."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day, user__is_active=True, in_place_of=None
        )

    def holding(self, role: str, *, remit: str = "") -> AppointmentQuerySet:
        """Those of one role, and of one remit where the protocol names one."""
        found = self.filter(role=role)
        return found.filter(remit=remit) if remit else found


class Appointment(models.Model):
    """A user in a role at an agency (or at the board itself) for a period: the only thing anybody acts as."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="appointments")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments")
    role = models.CharField(max_length=30, choices=[(role.value, role.title) for role in Role])
    remit = models.CharField(max_length=40, blank=True)
    job_title = models.CharField(max_length=80, blank=True)
    manager = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="manages"
    )
    in_place_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="stood_in_by",
        help_text="Whom the user stands in for; whether they may at the moment is said by the absences alone.",
    )  # fmt: skip
    is_contact = models.BooleanField(default=False, help_text="The first person to turn to for this role.")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    away_until: date | None = None  # of a place taken: the last day, set where a request finds its role
    reads_under: dict[str, int] | None = None  # by what this person reads, where it is not shared with them
    is_asking = False  # set where a request finds its role: it is they who read now
    places: Sequence[Appointment] = ()  # of one's own role: the places of others that one may take at the moment

    class Meta:
        ordering = ["-is_contact", "pk"]
        indexes = [models.Index(fields=["agency", "role"]), models.Index(fields=["partnership", "role"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="appointment_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["user", "agency", "partnership", "role", "remit", "starts_on", "in_place_of"],
                name="appointment_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["user", "in_place_of"], condition=Q(in_place_of__isnull=False), name="stands_in_once"
            ),
        ]

    def __str__(self) -> str:
        return self.described

    @property
    def described(self) -> str:
        """Name, role and agency, as every record names its author."""
        where = self.agency.short_name if self.agency else self.partnership.short_name
        return f"{self.user.name}, {self.title}, {where}"

    @property
    def title(self) -> str:
        """The job title in the person's own words, or the role's; of a stand-in also whose place they take."""
        own = self.job_title or Role(self.role).title
        return own if self.in_place_of is None else f"{own}, standing in for {self.in_place_of.user.name}"

    @property
    def seat_id(self) -> int:
        """The id of the place in disputes that this is about: one's own, or that of the person one stands in for."""
        return self.in_place_of_id or self.pk

    @property
    def seat(self) -> Appointment:
        """The place that is kept for good: what is given to a stand-in is given to the person who comes back."""
        return self.in_place_of or self

    def is_seat_of(self, other: Appointment) -> bool:
        """Whether both are one place: the same appointment, or somebody and who stood in for them."""
        return self.seat_id == other.seat_id

    @property
    def people(self) -> set[int]:
        """The accounts of those who act in this role: whoever does, and in whose place."""
        return {self.user_id, self.seat.user_id}

    def is_one_with(self, other: Appointment) -> bool:
        """Whether a rule that takes two people sees one: the same in whatever role, or one in the other's place."""
        return not self.people.isdisjoint(other.people)

    def has(self, permission: Permission) -> bool:
        """Whether this role may do this at all; who stands in works on what is there and begins nothing in another's name."""
        if self.in_place_of_id is not None and permission in NEVER_AS_STAND_IN:
            return False
        return allows(self.role, permission)

    def is_active_on(self, day: date) -> bool:
        """Whether the period covers the day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
