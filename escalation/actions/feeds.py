"""A person's calendar feed: a secret address made, renewed and revoked, and what it holds: reference, act, date."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

from django.conf import settings

from cases import audit
from cases.acting import is_suspended, is_turned_away
from cases.errors import Refused
from cases.models import Appointment, User
from cases.rows import one_act
from escalation import permissions
from escalation.deadlines import LONDON
from escalation.models import CalendarFeed, Deadline, Dispute
from escalation.models.dispute import RUNNING
from escalation.protocol import LimitKind

ACTS = {
    LimitKind.START: "next stage to start",
    LimitKind.ACKNOWLEDGE: "to be acknowledged",
    LimitKind.DISCUSS: "agencies to talk or meet",
    LimitKind.RESPOND: "reply due",
    LimitKind.CONCLUDE: "stage to be concluded",
    LimitKind.WRITTEN_OUTCOME: "result due in writing",
}


def feed_now(by: Appointment) -> CalendarFeed | None:
    """The address in force of this person in this role."""
    return CalendarFeed.objects.filter(appointment=by, revoked_at__isnull=True).first()


@one_act
def make_feed(*, by: Appointment, now: datetime) -> str:
    """A new secret, shown once; the address before it ends."""
    if by.in_place_of_id is not None:
        raise Refused("A calendar address belongs to a role of one’s own. Switch back to yours to get one.", code="forbidden")
    Appointment.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.pk)
    revoke_feed(by=by, now=now)
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(appointment=by, secret_hash=_fingerprint(secret), created_at=now)
    audit.record("calendar_feed_made", feed, scope=audit.scope_of_partnership(by.partnership_id), by=by, now=now)
    return secret


@one_act
def revoke_feed(*, by: Appointment, now: datetime) -> bool:
    """The address ends; False when there was none."""
    feed = CalendarFeed.objects.select_for_update(no_key=True).filter(appointment=by, revoked_at__isnull=True).first()
    if feed is None:
        return False
    feed.revoked_at = now
    feed.save(update_fields=["revoked_at"])
    audit.record("calendar_feed_revoked", feed, scope=audit.scope_of_partnership(by.partnership_id), by=by, now=now)
    return True


def revoke_all(user: User, now: datetime) -> int:
    """The addresses of all the person's roles end; returns how many."""
    held = Appointment.objects.filter(user=user).order_by("pk")
    return sum(revoke_feed(by=role, now=now) for role in held)


def address_of(secret: str) -> str:
    """The whole address, for a calendar program."""
    return f"{settings.BASE_URL}/calendar-feed/{secret}.ics"


def owner_of(secret: str, *, now: datetime) -> Appointment | None:
    """Whose address this is, while it is in force and they hold the role."""
    feeds = CalendarFeed.objects.select_related("appointment__user", "appointment__agency", "appointment__partnership")
    feed = feeds.filter(secret_hash=_fingerprint(secret), revoked_at__isnull=True).first()
    if feed is None:
        return None
    who = feed.appointment
    is_open = who.user.is_active and not is_suspended(who.user) and not is_turned_away(who.user)
    return who if is_open and who.is_active_on(now.astimezone(LONDON).date()) else None


def calendar_text(who: Appointment, *, now: datetime, host: str) -> str:
    """The dates ahead of the disputes this person is on, as an iCalendar file; nothing in it names anybody."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Escalation//Dates//EN", "X-WR-CALNAME:Escalation dates"]
    for dispute, row in _ahead(who):
        guide = " (a guide)" if row.is_indicative else ""
        lines += [
            "BEGIN:VEVENT", f"UID:limit-{row.pk}@{host}", f"DTSTAMP:{_moment(now)}", f"DTSTART:{_moment(row.due_at)}",
            f"SUMMARY:{dispute.reference}: {ACTS[LimitKind(row.kind)]}{guide}", "TRANSP:TRANSPARENT", "END:VEVENT",
        ]  # fmt: skip
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _ahead(who: Appointment) -> list[tuple[Dispute, Deadline]]:
    known = Dispute.objects.visible_to(who).with_page_data()
    mine = known.filter(status__in=RUNNING, participants__appointment=who).order_by("pk")
    return [
        (dispute, row)
        for dispute in mine
        for row in dispute.deadlines.all()
        if row.is_open and row.paused_at is None and row.stage in permissions.heard_stages(dispute, who)
    ]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
