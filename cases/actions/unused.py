"""Accounts that nobody uses: their owner is told, then they are suspended; who keeps the entry lets the person back in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from cases import audit
from cases.actions.directory import NOT_YOURS, scope_of
from cases.actions.sign_ins import end_access, record_account
from cases.errors import Refused
from cases.models import AccountNotice, Appointment, SignIn, User
from cases.permissions import may_change_appointment
from cases.roles import Role
from cases.rows import one_act

TOLD_BEFORE = timedelta(days=14)
AT_LEAST_TOLD = timedelta(days=7)  # should the notice go late, because nothing ran
BATCH = 200


def warn_and_suspend(*, now: datetime) -> int:
    """Tell those whose time is nearly over, and suspend those whose time is; returns how many were suspended."""
    if settings.SUSPEND_UNUSED_AFTER <= 0:
        return 0
    long = timedelta(days=settings.SUSPEND_UNUSED_AFTER)
    found = _unused(since=now - long + TOLD_BEFORE, now=now).values_list("pk", flat=True)[:BATCH]
    return sum(_warn_or_suspend(pk, long, now) for pk in found)


def _unused(*, since: datetime, now: datetime) -> QuerySet[User]:
    """Open accounts with a running role that were last used before this moment, the longest unused first."""
    holding = Appointment.objects.active_on(timezone.localdate(now)).values("user")
    used = Greatest("joined_at", Coalesce("last_login", "joined_at"), Coalesce("counted_from", "joined_at"))
    open_ones = User.objects.filter(is_active=True, suspended_at=None, pk__in=holding)
    return open_ones.annotate(used_at=used).filter(used_at__lte=since).order_by("used_at", "pk")


@one_act
def _warn_or_suspend(pk: int, long: timedelta, now: datetime) -> bool:
    User.objects.select_for_update(no_key=True).get(pk=pk)
    user = _unused(since=now - long + TOLD_BEFORE, now=now).filter(pk=pk).first()
    if user is None or _is_only_board_manager(user, now):
        return False
    used_at: datetime = user.used_at  # type: ignore[attr-defined]
    told = user.unused_told_at
    if told is None or told < used_at:
        on = timezone.localdate(max(used_at + long, now + AT_LEAST_TOLD))
        user.unused_told_at = now
        user.save(update_fields=["unused_told_at"])
        day = f"{on.day} {on:%B %Y}"
        AccountNotice.objects.create(user=user, kind=AccountNotice.Kind.UNUSED, device=day, owed_at=now)
        record_account("told_of_suspension", user, now=now, data={"on": on.isoformat()})
        return False
    if now < max(used_at + long, told + AT_LEAST_TOLD):
        return False
    _suspend(user, now)
    return True


def _suspend(user: User, now: datetime) -> None:
    user.suspended_at = now
    user.save(update_fields=["suspended_at"])
    end_access(user=user, why=SignIn.End.UNUSED, now=now)
    AccountNotice.objects.create(user=user, kind=AccountNotice.Kind.SUSPENDED, owed_at=now)
    record_account("suspended", user, now=now)
    for held in Appointment.objects.active_on(timezone.localdate(now)).filter(user=user).order_by("pk"):
        audit.record("suspended", held, scope=scope_of(held), by=None, now=now)


def _is_only_board_manager(user: User, now: datetime) -> bool:
    """Nobody could let them back in."""
    running = Appointment.objects.active_on(timezone.localdate(now)).filter(role=Role.BOARD_MANAGER, user__suspended_at=None)
    theirs = set(running.filter(user=user).values_list("partnership", flat=True))
    return bool(theirs - set(running.exclude(user=user).values_list("partnership", flat=True)))


@one_act
def let_back(*, held: Appointment, by: Appointment, now: datetime) -> User:
    """The person still works here in this role, says who keeps the entry: the account is open again."""
    user = User.objects.select_for_update(no_key=True).get(pk=held.user_id)
    if not may_change_appointment(by, held):
        raise Refused(NOT_YOURS, code="forbidden")
    if user.suspended_at is None:
        raise Refused("This account is open already.", code="stale")
    user.suspended_at, user.unused_told_at, user.counted_from = None, None, now
    user.save(update_fields=["suspended_at", "unused_told_at", "counted_from"])
    AccountNotice.objects.create(user=user, kind=AccountNotice.Kind.LET_BACK, owed_at=now)
    record_account("let_back", user, by=by, now=now)
    audit.record("let_back", held, scope=scope_of(held), by=by, now=now, data={"user": user.pk})
    return user
