"""When the e-mail of a notice goes: at once, after the quiet hours, or with the person's digest (F35)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from cases.models import Appointment, Partnership
from escalation import calendars, deadlines
from escalation.models import LocalClosure, NoticeChoice, Notification, ProtocolVersion
from escalation.protocol import Clock


@dataclass(frozen=True)
class Going:
    """When to try for the first time, and whether it waits to be put into a digest."""

    at: datetime
    in_digest: bool = False


def clock_in_force(partnership: Partnership, *, now: datetime) -> Clock:
    """How the partnership's protocol counts today, for what belongs to no dispute; without one nothing is quiet."""
    today = now.astimezone(deadlines.LONDON).date()
    version = ProtocolVersion.objects.current_for(partnership, on=today)
    return version.protocol.clock if version else Clock()


def chosen_times(people: Iterable[Appointment]) -> dict[int, time]:
    """Those of these people who want a digest, by user, each with their time of day."""
    users = {who.user_id for who in people}
    choices = NoticeChoice.objects.filter(user__in=users, digest_at__isnull=False) if users else ()
    return {choice.user_id: choice.digest_at for choice in choices if choice.digest_at}


def digest_for(
    who: Appointment, at: time, closures: Mapping[int, Mapping[date, str]], *, now: datetime
) -> datetime:
    """When the next digest of this person is due: at that time of day, on a working day of the partnership."""
    nation, closed = who.partnership.nation, closures[who.partnership_id]
    calendar = calendars.calendar_for(nation, now.year, now.year + 1, closed)
    return deadlines.next_digest(now, at, calendar)


def closures_of(people: Iterable[Appointment]) -> dict[int, dict[date, str]]:
    """The days on which the partnerships of these people do not work, besides weekends and bank holidays."""
    return {key: LocalClosure.objects.days(key) for key in {who.partnership_id for who in people}}


def first_attempts(
    people: Collection[Appointment], may_wait: Collection[Appointment], clock: Clock, *, due_at: datetime | None, now: datetime,
    chosen: Mapping[int, time] | None = None,
) -> dict[int, Going]:
    """For each person, by the id of their role: when a notice goes that is not of immediate risk.

    For those who ``may_wait`` it joins their digest where they chose one, unless its date falls due before that.
    """
    times = chosen_times(may_wait) if chosen is None else chosen
    wanting = [who for who in may_wait if who.user_id in times]
    closures = closures_of(wanting)
    going = dict.fromkeys((who.pk for who in people), Going(deadlines.after_quiet_hours(now, clock)))
    for who in wanting:
        at = deadlines.after_quiet_hours(digest_for(who, times[who.user_id], closures, now=now), clock)
        if due_at is None or due_at <= now or due_at > at:
            going[who.pk] = Going(at, in_digest=True)
    return going


def not_before(notice: Notification, *, now: datetime) -> datetime:
    """The earliest moment at which this notice may go: now, or the end of the quiet hours where it is not immediate."""
    if notice.is_immediate:
        return now
    dispute = notice.dispute
    clock = dispute.rules.clock if dispute else clock_in_force(notice.recipient.partnership, now=now)
    return deadlines.after_quiet_hours(now, clock)
