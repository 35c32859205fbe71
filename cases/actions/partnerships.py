"""Founding a partnership: its agencies and the first board manager, who appoints everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from cases import audit
from cases.errors import Refused
from cases.models import Agency, Appointment, Partnership, User
from cases.roles import Role
from cases.rows import one_act

ABOUT = ("key", "name", "short_name", "reference_prefix", "nation", "emergency_text", "board_email")
ABOUT_AGENCY = ("key", "name", "short_name", "kind", "phone", "own_route", "records_email")


@one_act
def found_partnership(*, described: Mapping[str, Any], now: datetime) -> Partnership:
    """Add a partnership as described: its own fields, ``agencies`` and ``board_manager``; nothing or all of it."""
    _refuse_unknown(described, {*ABOUT, "agencies", "board_manager"}, "the partnership")
    partnership = Partnership(**{name: described[name] for name in ABOUT if name in described})
    _save(partnership, "the partnership")
    for agency in described.get("agencies") or []:
        _add_agency(partnership, agency)
    manager = _appoint_board_manager(partnership, described.get("board_manager") or {}, now)
    scope = audit.scope_of_partnership(partnership.pk)
    audit.record("partnership_founded", partnership, scope=scope, by=None, now=now, data={"board_manager": manager.pk})
    return partnership


def _add_agency(partnership: Partnership, described: Mapping[str, Any]) -> None:
    where = f"the agency {described.get('key', '(without a key)')}"
    _refuse_unknown(described, {*ABOUT_AGENCY, "commissioner"}, where)
    agency = Agency(partnership=partnership, **{name: described[name] for name in ABOUT_AGENCY if name in described})
    if key := described.get("commissioner"):
        agency.commissioner = partnership.agencies.filter(key=key).first()
        if agency.commissioner is None:
            raise Refused(f"{where}: its commissioner {key} must stand before it in the list.")
    _save(agency, where)


def _appoint_board_manager(partnership: Partnership, described: Mapping[str, Any], now: datetime) -> Appointment:
    if not described.get("name") or not described.get("email"):
        raise Refused("Name the first board manager: board_manager with name and email.")
    email = str(described["email"])
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, name=str(described["name"]))
    started = timezone.localdate(now)
    return Appointment.objects.create(user=user, partnership=partnership, role=Role.BOARD_MANAGER, starts_on=started)


def _refuse_unknown(described: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(described) - known):
        raise Refused(f"{where}: nobody knows {', '.join(unknown)}. Known are {', '.join(sorted(known))}.")


def _save(thing: Partnership | Agency, where: str) -> None:
    try:
        thing.full_clean()
    except ValidationError as error:
        problems = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        raise Refused(f"{where}: {problems}") from error
    thing.save()
