"""The partnership's calendar: local closures, and the open dates that move when a day is found not to be worked (F30)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef

from cases import audit
from cases.errors import Refused
from cases.models import Appointment, Partnership
from cases.roles import Permission
from cases.rows import one_act
from escalation import chronology, moved_dates, notifications
from escalation.calendars import PACKAGE_VERSION
from escalation.deadlines import LONDON
from escalation.models import ChronologyEntry, Deadline, DeadlineChange, Dispute, LocalClosure
from escalation.models.dispute import RUNNING
from escalation.protocol import Event
from escalation.transitions import lock
from escalation.working_days import WEEKEND_NAMES

NOT_YOURS = "Only the board manager keeps the calendar of the partnership."
FURTHEST = timedelta(days=3 * 366)
BATCH = 500
Closures = Mapping[date, str]


@one_act
def add_closure(*, day: date, name: str, reason: str, by: Appointment, now: datetime) -> LocalClosure:
    """A day on which the offices here do not work; open dates that it lies before move with it, in the same act."""
    _refuse_who_does_not_keep_it(by)
    if not name.strip():
        raise Refused("Give the day a name, as it will be shown where a date is worked out.", field="name")
    if not reason.strip():
        raise Refused("Say why it is not worked.", field="reason")
    if abs(day - now.astimezone(LONDON).date()) > FURTHEST:
        raise Refused("Give a day within three years.", field="day")
    if day.weekday() in WEEKEND_NAMES:
        raise Refused(f"This is a {WEEKEND_NAMES[day.weekday()]}, which is not counted as it is.", field="day")
    Partnership.objects.select_for_update(no_key=True).get(pk=by.partnership_id)
    if LocalClosure.objects.in_force().filter(partnership=by.partnership_id, day=day).exists():
        raise Refused("This day is in the calendar already.", field="day")
    closure = LocalClosure.objects.create(
        partnership=by.partnership, day=day, name=name, reason=reason, added_by=by, added_at=now
    )
    _audit("closure_added", closure, by=by, now=now)
    recalculate(by.partnership, why=f"{_in_words(day)} is not worked here: {name}.", by=by, now=now)
    return closure


@one_act
def remove_closure(*, closure: LocalClosure, reason: str, by: Appointment, now: datetime) -> LocalClosure:
    """The day is worked after all; only before it comes, so that no date moves into the past."""
    _refuse_who_does_not_keep_it(by)
    closure = LocalClosure.objects.select_for_update(no_key=True).get(pk=closure.pk)
    if closure.partnership_id != by.partnership_id:
        raise Refused(NOT_YOURS, code="forbidden")
    if closure.removed_at is not None:
        raise Refused("Somebody has taken this day out of the calendar already.", code="stale")
    if not reason.strip():
        raise Refused("Say why this day is worked after all.", field="reason")
    if closure.day <= now.astimezone(LONDON).date():
        raise Refused("This day has come. Dates were counted with it, so it stays in the calendar.", code="shut")
    closure.removed_by, closure.removed_at, closure.removed_reason = by, now, reason
    closure.save(update_fields=["removed_by", "removed_at", "removed_reason"])
    _audit("closure_removed", closure, by=by, now=now)
    recalculate(by.partnership, why=f"{_in_words(closure.day)} is worked after all.", by=by, now=now)
    return closure


def recalculate(partnership: Partnership, *, why: str, by: Appointment | None, now: datetime) -> int:
    """Count every open limit again from the event it is counted from; returns how many disputes have a date that moved.

    What is met, missed, ended or over stays as it was. A date never moves to a moment that has passed.
    """
    closures = LocalClosure.objects.days(partnership.pk)
    waiting = Deadline.objects.filter(
        dispute=OuterRef("pk"), met_at__isnull=True, missed_at__isnull=True, ended_at__isnull=True
    )
    running = Dispute.objects.filter(Exists(waiting), partnership=partnership, status__in=RUNNING)
    running = running.defer("protocol__document").select_related("protocol")
    running = running.prefetch_related("deadlines__changes").order_by("pk")
    moved = 0
    for dispute in running.iterator(chunk_size=BATCH):
        if moved_dates.counted_again(dispute, closures, now=now):
            moved += _move_dates(dispute, closures, why=why, by=by, now=now)
    return moved


def recalculate_everywhere(*, now: datetime) -> int:
    """The same for every partnership, after the bank holidays themselves changed."""
    why = f"The bank holidays were brought up to date (holidays package {PACKAGE_VERSION})."
    everywhere = Partnership.objects.order_by("pk")
    return sum(recalculate(partnership, why=why, by=None, now=now) for partnership in everywhere)


@one_act
def _move_dates(dispute: Dispute, closures: Closures, *, why: str, by: Appointment | None, now: datetime) -> bool:
    dispute = lock(dispute)
    moved = moved_dates.counted_again(dispute, closures, now=now)
    if not moved or dispute.status not in RUNNING:
        return False
    for change in moved:
        moved_dates.move_date(change, dispute, kind=DeadlineChange.Kind.CALENDAR, why=why, by=by, now=now)
    words = [change.in_words for change in moved]
    headline = "The date of a limit moved" if len(moved) == 1 else f"The dates of {len(moved)} limits moved"
    entry = chronology.tell(
        dispute, headline, by=by, now=now, kind=ChronologyEntry.Kind.CLOCK, body="\n".join([why, *words])
    )
    audit.record(
        "dates_moved", dispute, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
        data={"limits": [change.row.pk for change in moved]},
    )  # fmt: skip
    notifications.tell_all(
        dispute, Event.DATE_CHANGED, by=by, now=now, key=f"{dispute.pk}:dates:{entry.pk}",
        text=f"{dispute.reference}: {headline[0].lower()}{headline[1:]}. {' '.join(words)}"[:300],
    )  # fmt: skip
    return True


def _refuse_who_does_not_keep_it(by: Appointment) -> None:
    if not by.has(Permission.MANAGE_PROTOCOL):
        raise Refused(NOT_YOURS, code="forbidden")


def _audit(action: str, closure: LocalClosure, *, by: Appointment, now: datetime) -> None:
    scope = audit.scope_of_partnership(closure.partnership_id)
    audit.record(action, closure, scope=scope, by=by, now=now, data={"day": closure.day.isoformat()})


def _in_words(day: date) -> str:
    return f"{day:%a} {day.day} {day:%B %Y}"
