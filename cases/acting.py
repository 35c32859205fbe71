"""Which role a signed-in person acts in: one of their own that runs today, or the place of somebody they stand in for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cases.clock import database_now
from cases.models import Appointment, SignIn, User
from cases.standing_in import places_in_force

PEOPLE = ("user", "agency", "partnership", "in_place_of__user", "in_place_of__agency", "in_place_of__partnership")


def roles_of(user: User, *, day: date) -> list[Appointment]:
    """The person's own roles, the oldest first, then the places of those they stand in for by the database's clock.

    An agency's provider vouches for its own people as such: a session through it opens no role at another agency.
    """
    theirs = Appointment.objects.filter(user=user)
    found = Appointment.objects.active_on(day).filter(user=user) | theirs.filter(in_place_of__isnull=False)
    rows = list(found.select_related(*PEOPLE).order_by("pk"))
    if user.only_at:
        rows = [row for row in rows if row.agency_id in user.only_at]
    own = [row for row in rows if row.in_place_of_id is None]
    lent = [row for row in rows if row.in_place_of_id is not None]
    places = places_in_force(user, lent, now=database_now()) if own and lent else []
    for role in rows:
        role.is_asking = True
    for role in own:
        role.places = places
    return own + places


def chosen_from(roles: Sequence[Appointment], chosen: object) -> Appointment | None:
    """The role with this id among the person's own; None when it is not one of them."""
    return next((role for role in roles if str(role.pk) == str(chosen)), None)


def is_suspended(user: User) -> bool:
    """Whether the account was not used for so long that somebody has to open it again first."""
    return user.suspended_at is not None


def is_turned_away(user: User) -> bool:
    """Whether the organisation through which the person signed in last said that it no longer knows them."""
    last = SignIn.objects.filter(user=user).order_by("-pk").values_list("end", flat=True).first()
    return last == SignIn.End.DIRECTORY


def has_left(user: User, *, day: date) -> bool:
    """Whether the person had roles and all of them have ended, so that their account opens nothing any more."""
    own = Appointment.objects.filter(user=user, in_place_of=None)
    lasting = own.filter(ends_on__isnull=True) | own.filter(ends_on__gte=day)
    return own.exists() and not lasting.exists()
