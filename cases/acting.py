"""Which role a signed-in person acts in: one of their own that runs today, chosen deliberately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cases.models import Appointment, User


def roles_of(user: User, *, day: date) -> list[Appointment]:
    """The roles the person holds on the day, the oldest first."""
    running = Appointment.objects.active_on(day).filter(user=user)
    return list(running.select_related("user", "agency", "partnership").order_by("pk"))


def chosen_from(roles: Sequence[Appointment], chosen: object) -> Appointment | None:
    """The role with this id among the person's own; None when it is not one of them."""
    return next((role for role in roles if str(role.pk) == str(chosen)), None)
