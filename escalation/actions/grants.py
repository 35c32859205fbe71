"""Access to a dispute that has ended, given again to one named person by a lead of their agency or by the board's office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.roles import Role
from cases.rows import one_act
from escalation import notifications
from escalation.access import could_read, opens
from escalation.deadlines import LONDON
from escalation.models import AccessGrant, Dispute
from escalation.models.reach import REACH
from escalation.models.relations import has_long_ended
from escalation.protocol import Event
from escalation.transitions import NOT_YOURS, lock

LEADS = (Role.SAFEGUARDING_LEAD, Role.SENIOR_MANAGER)
FOLLOW = (*LEADS, Role.BOARD_REPRESENTATIVE)


@dataclass(frozen=True)
class Again:
    """Who is to read it again, why, and until the end of which day."""

    holder: Appointment
    reason: str
    until_on: date | None


def may_grant(dispute: Dispute, by: Appointment) -> bool:
    """Give somebody access again: who answers for the record, once access to it has ended."""
    return has_long_ended(dispute) and opens("grant_access", dispute, by)


def may_be_granted(dispute: Dispute, by: Appointment, *, now: datetime) -> list[Appointment]:
    """To whom ``by`` may give it: those who read it and do so no more, never to oneself.

    A lead gives it to their own agency's people; the board's office to the board's own, and to leads.
    """
    today, parties = now.astimezone(LONDON).date(), dispute.parties.values("agency")
    had = Q(pk__in=dispute.participants.values("appointment")) | Q(pk__in=dispute.supports.values("supporter"))
    had |= Q(agency__in=parties, role__in=FOLLOW)
    found = Appointment.objects.active_on(today).filter(had, partnership=dispute.partnership_id).exclude(user__in=by.people)
    if by.agency_id is None:
        found = found.filter(Q(agency=None) | Q(role__in=LEADS))
    else:
        borrowed = dispute.participants.filter(acts_for=by.agency_id).values("appointment")
        found = found.filter(Q(agency=by.agency_id) | Q(pk__in=borrowed))
    people = found.select_related("user", "agency", "partnership").order_by("user__name", "pk")
    return [who for who in people if dispute.is_over_for(who) and could_read(dispute, who)]


def last_day(now: datetime) -> date:
    """The last whole day for which access can be given."""
    return (now + REACH).astimezone(LONDON).date() - timedelta(days=1)


@one_act
def grant(*, dispute: Dispute, again: Again, by: Appointment, now: datetime) -> AccessGrant:
    """Give one person access again until the end of a day, at most 28 days from now; they are told, by the reference alone."""
    dispute = lock(dispute)
    if not may_grant(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if again.holder.pk not in {who.pk for who in may_be_granted(dispute, by, now=now)}:
        raise Refused("Choose somebody from the list.", field="holder")
    if not again.reason.strip():
        raise Refused("Say why they need to read it again.", field="reason")
    made = AccessGrant.objects.create(
        dispute=dispute, holder=again.holder, reason=again.reason, granted_by=by, granted_at=now, until=_end_of(again, now)
    )
    audit.record("access_granted", made, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"dispute": dispute.pk, "holder": made.holder_id, "until": made.until.isoformat()})
    notifications.tell(
        dispute, Event.STAGE_OPENED, [again.holder], now=now, key=f"{dispute.pk}:access:{made.pk}",
        text=f"{dispute.reference}: you have access to it again, until {last_of(made):%-d %B %Y}.",
    )
    return made


def _end_of(again: Again, now: datetime) -> datetime:
    """Midnight after the last day."""
    if again.until_on is None or not now.astimezone(LONDON).date() <= again.until_on <= last_day(now):
        raise Refused(f"Give a day from today to {last_day(now):%-d %B %Y}.", field="until_on")
    return datetime.combine(again.until_on + timedelta(days=1), time(), tzinfo=LONDON)


def last_of(given: AccessGrant) -> date:
    """The last day of access."""
    return (given.until - timedelta(seconds=1)).astimezone(LONDON).date()


@one_act
def end_grant(*, given: AccessGrant, by: Appointment, now: datetime) -> AccessGrant:
    """End it early: whoever may give it."""
    dispute = lock(given.dispute)
    row = AccessGrant.objects.select_for_update(no_key=True, of=("self",)).select_related("holder").get(pk=given.pk)
    if not may_end(dispute, row, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if row.ended_at is not None or row.until <= now:
        raise Refused("It has ended already.", code="stale")
    row.ended_at, row.ended_by = now, by
    row.save(update_fields=["ended_at", "ended_by"])
    audit.record("access_ended", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"dispute": dispute.pk, "holder": row.holder_id})
    return row


def may_end(dispute: Dispute, given: AccessGrant, by: Appointment) -> bool:
    """Whether ``by`` may end it: who gives access to the people of that agency, or of the board, and whoever gave it."""
    if not may_grant(dispute, by):
        return False
    return by.agency_id is None or by.pk == given.granted_by_id or by.agency_id == given.holder.agency_id


def given_on(dispute: Dispute) -> QuerySet[AccessGrant]:
    """All access given again to a dispute, the latest first, with everybody it names."""
    names = [f"{who}__{what}" for who in ("holder", "granted_by") for what in ("user", "agency", "partnership")]
    rows: QuerySet[AccessGrant] = dispute.access_grants.select_related(*names)
    return rows.order_by("-pk")


def running(rows: Iterable[AccessGrant], now: datetime) -> list[AccessGrant]:
    """Those in force."""
    return [row for row in rows if row.ended_at is None and row.until > now]
