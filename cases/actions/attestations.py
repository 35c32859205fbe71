"""The quarterly list of each agency: who still works here in which role; each confirmed or ended, and overdue ones told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from cases import audit
from cases.actions.directory import NOT_YOURS, scope_of
from cases.errors import Refused
from cases.models import AccountNotice, Agency, Appointment, Attestation, Partnership
from cases.models.attestation import DUE_AFTER, quarter_of
from cases.permissions import may_change_appointment
from cases.roles import Permission, Role, allows
from cases.rows import one_act

Kind = AccountNotice.Kind


@dataclass(frozen=True)
class Listed:
    """How far one agency is with its list; ``agency`` None is the board itself."""

    agency: Agency | None
    waiting: int
    due_on: date
    is_overdue: bool


def due_on(day: date) -> date:
    """By when the list of this quarter is to be gone through."""
    return quarter_of(day) + DUE_AFTER


def to_attest(partnership_id: int, *, day: date) -> QuerySet[Appointment]:
    """The running roles of a partnership that began before this quarter and were not confirmed in it."""
    quarter = quarter_of(day)
    running = Appointment.objects.active_on(day).filter(partnership=partnership_id, starts_on__lt=quarter)
    waiting = running.exclude(pk__in=Attestation.objects.filter(quarter_on=quarter).values("held"))
    return waiting.select_related("user", "agency", "partnership").order_by("user__name", "pk")


def lists_for(by: Appointment, *, day: date) -> list[Listed]:
    """The lists that this person goes through, or sees how far they are; one's own agency alone, or all and the board."""
    waiting: dict[int | None, int] = {}
    for held in to_attest(by.partnership_id, day=day):
        waiting[held.agency_id] = waiting.get(held.agency_id, 0) + 1
    due = due_on(day)
    found = Agency.objects.visible_to(by).order_by("name")
    agencies: list[Agency | None] = list(found if by.agency_id is None else found.filter(pk=by.agency_id))
    places = [*agencies, None] if by.agency_id is None else agencies
    numbers = [(agency, waiting.get(agency.pk if agency else None, 0)) for agency in places]
    return [Listed(agency, number, due, bool(number) and day > due) for agency, number in numbers]


@one_act
def attest(*, chosen: Collection[Appointment], by: Appointment, now: datetime) -> int:
    """Each of these still works there in that role; what somebody else confirmed first stays theirs."""
    quarter = quarter_of(timezone.localdate(now))
    locked = Appointment.objects.select_for_update(no_key=True, of=("self",)).select_related("agency", "partnership")
    done = 0
    for held in locked.filter(pk__in=[one.pk for one in chosen]).order_by("pk"):
        if not may_change_appointment(by, held):
            raise Refused(NOT_YOURS, code="forbidden")
        _, is_new = Attestation.objects.get_or_create(held=held, quarter_on=quarter, defaults={"by": by, "at": now})
        if is_new:
            done += 1
            audit.record("role_confirmed", held, scope=scope_of(held), by=by, now=now, data={"quarter": quarter.isoformat()})
    return done


def remind(*, now: datetime) -> int:
    """Tell each keeper once a quarter that a list waits, and each board manager once that some are overdue."""
    return sum(_remind(partnership, now) for partnership in Partnership.objects.order_by("pk"))


@one_act
def _remind(partnership: Partnership, now: datetime) -> int:
    day = timezone.localdate(now)
    Partnership.objects.select_for_update(no_key=True).get(pk=partnership.pk)
    waiting = {held.agency_id for held in to_attest(partnership.pk, day=day)}
    running = Appointment.objects.active_on(day).filter(partnership=partnership)
    keepers = [held for held in running if allows(held.role, Permission.MANAGE_DIRECTORY)]
    told = 0
    for keeper in keepers:
        is_board = keeper.role == Role.BOARD_MANAGER
        if keeper.agency_id in waiting:
            told += _tell_once(keeper, Kind.LIST_WAITS, day, now)
        if is_board and waiting and day > due_on(day):
            told += _tell_once(keeper, Kind.LIST_OVERDUE, day, now)
    return told


def _tell_once(keeper: Appointment, kind: str, day: date, now: datetime) -> bool:
    quarter = quarter_of(day).isoformat()
    if AccountNotice.objects.filter(user=keeper.user_id, kind=kind, device=quarter).exists():
        return False
    AccountNotice.objects.create(user_id=keeper.user_id, kind=kind, device=quarter, owed_at=now)
    return True
