"""Breaking the glass: reading for an hour what is not shared with one, and somebody else looking at it afterwards (T16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncMonth

from cases import audit, parts
from cases.access import Answer
from cases.errors import Refused
from cases.models import Appointment, AuditEvent
from cases.roles import Permission, Role
from cases.rows import everything, one_act
from escalation import access, chronology, clock, leads, notifications, permissions
from escalation.deadlines import LONDON
from escalation.models import BreakGlass, Dispute, Notification
from escalation.models.break_glass import LASTS, LEAST_REASON, reviews_everybody
from escalation.protocol import Event, LeadRole
from escalation.transitions import NOT_YOURS, lock
from escalation.working_days import add_working_days

ADDRESSES = ("break_glass", "api_break_glass")
MOST_TRIES, WITHIN = 5, timedelta(hours=1)
WORKING_DAYS_TO_REVIEW = 2
BATCH, OWN_SHOWN = 200, 25
NOT_OPENED = (
    "Nothing is opened. Either there is no dispute with this reference, or it is not one that break-glass opens for you. "
    "Ring your safeguarding lead or the board’s office."
)
TOO_MANY = "You have tried this too often within an hour. Ring your safeguarding lead or the board’s office."
TOO_SHORT = f"Say why it cannot wait, in at least {LEAST_REASON} characters."


@dataclass(frozen=True)
class Asked:
    """What somebody says who breaks the glass."""

    reference: str
    category: str
    reason: str


@dataclass(frozen=True)
class MonthOf:
    """How often one person did it in one month."""

    month: datetime
    who: Appointment
    times: int
    not_justified: int


# --- opening -----------------------------------------------------------------------------------------------------------


@one_act
def break_glass(*, asked: Asked, by: Appointment, now: datetime) -> BreakGlass:
    """Open one dispute of one's remit for an hour, to read; until it opens, what is unknown and what is hidden look alike."""
    if not by.has(Permission.BREAK_GLASS):
        raise Refused(NOT_YOURS, code="forbidden")
    if asked.category not in BreakGlass.Category.values:
        raise Refused("Say what kind of reason it is.", field="category")
    reason = " ".join(asked.reason.split())
    if len(reason) < LEAST_REASON:
        raise Refused(TOO_SHORT, field="reason")
    if _tries(by, now=now) >= MOST_TRIES:
        raise Refused(TOO_MANY, code="shut")
    dispute = lock(_found(asked.reference.strip().upper(), by))
    row = BreakGlass.objects.create(
        dispute=dispute, by=by, category=asked.category, reason=reason, opened_at=now, until=now + LASTS,
        review_by=review_day(dispute, now=now),
    )
    audit.record("glass_broken", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"dispute": dispute.pk, "category": row.category, "until": row.until.isoformat()})
    chronology.tell(dispute, "Opened by break-glass, to read for an hour", by=by, now=now, body=row.get_category_display())
    _tell_of_opening(dispute, row, now=now)
    return row


def _found(reference: str, by: Appointment) -> Dispute:
    """The dispute of exactly this reference, if break-glass opens it to ``by``."""
    found = Dispute.objects.with_page_data().filter(partnership=by.partnership_id, reference=reference).first()
    if found is None or found.case.is_shut_to(by):
        raise Refused(NOT_OPENED, field="reference")
    held = BreakGlass.objects.open_now().filter(by=by, dispute=found).first()
    if held is not None:
        raise Refused(f"It is open to you until {held.until.astimezone(LONDON):%H:%M}.", field="reference", code="stale")
    if access.answer("break_glass", found, by) is not Answer.ALLOW:
        raise Refused(NOT_OPENED, field="reference")
    if permissions.may_read(found, by):
        raise Refused("You can read it without this: it is among your disputes.", field="reference")
    return found


def _tries(by: Appointment, *, now: datetime) -> int:
    """How often this person did it or tried it in vain of late, each reference tried counted once a minute."""
    since = now - WITHIN
    in_vain = AuditEvent.objects.filter(user=by.user_id, action="refused", at__gt=since, data__verb__in=ADDRESSES)
    return in_vain.count() + BreakGlass.objects.filter(by__user=by.user_id, opened_at__gt=since).count()


def review_day(dispute: Dispute, *, now: datetime) -> date:
    """By when somebody else is to have looked at it."""
    calendar = clock.calendar_for(dispute.rules, now, clock.closures_of(dispute.partnership_id))
    return add_working_days(now.astimezone(LONDON).date(), WORKING_DAYS_TO_REVIEW, calendar).day


def _tell_of_opening(dispute: Dispute, row: BreakGlass, *, now: datetime) -> None:
    """At once and whatever the hour; the reference alone, neither who nor why."""
    notifications.tell(
        dispute, Event.STAGE_OPENED, _to_look_at_it(dispute, row, now=now), now=now, immediate=True, waits=True, by=row.by,
        key=f"{dispute.pk}:break-glass:{row.pk}",
        text=f"{dispute.reference}: somebody opened it by break-glass. Look at why by {row.review_by:%d %B %Y}.",
    )


def _to_look_at_it(dispute: Dispute, row: BreakGlass, *, now: datetime) -> list[Appointment]:
    """The lead of their own agency, where it is a party, and the board's office; of a restricted case those named on it."""
    by, today = row.by, now.astimezone(LONDON).date()
    found = leads.board_holders(dispute.partnership_id, LeadRole(role=Role.BOARD_MANAGER), on=today)
    if by.agency is not None and permissions.side_of_agency(dispute, by.agency_id) is not None:
        own = leads.holders(by.agency, Role.SAFEGUARDING_LEAD, on=today)
        others = [who for who in own if who.user_id != by.user_id]
        found = [*found, *(others or leads.holders(by.agency, Role.SENIOR_MANAGER, on=today))]
    if not [who for who in found if who.user_id != by.user_id]:
        found = leads.board_holders(dispute.partnership_id, LeadRole(role=Role.CHAIR), on=today)
    named = Appointment.objects.filter(pk__in=dispute.case.named or ()).select_related("user", "agency", "partnership")
    return [who for who in (*found, *named) if who.user_id != by.user_id]


def opened_by(by: Appointment) -> list[BreakGlass]:
    """What this person opened, in whatever role, the latest first; of disputes that are shut to them again the reference."""
    with everything("one's own openings and what was found, also after the hour"):
        return list(BreakGlass.objects.filter(by__user=by.user_id).select_related("dispute")[:OWN_SHOWN])


# --- looking at it afterwards --------------------------------------------------------------------------------------------


def may_review(row: BreakGlass, by: Appointment) -> bool:
    """Say whether it was justified: whoever the access table names, of their own agency's people, never one's own."""
    if by.is_one_with(row.by) or access.answer("review_break_glass", row.dispute, by) is not Answer.ALLOW:
        return False
    return reviews_everybody(by.role) or by.agency_id == row.by.agency_id


@one_act
def review_break_glass(
    *, opening: BreakGlass, is_justified: bool, finding: str, by: Appointment, now: datetime
) -> BreakGlass:
    """Somebody else than the reader says, once, whether it was justified."""
    related = BreakGlass.objects.select_related("by__user", "by__agency", "by__partnership", "dispute__case")
    row = related.select_for_update(no_key=True, of=("self",)).get(pk=opening.pk)
    if not may_review(row, by):
        raise Refused("Whoever broke the glass does not look at it themselves, and this is not yours.", code="forbidden")
    if row.reviewed_at is not None:
        raise Refused("Somebody has looked at this already.", code="stale")
    if not finding.strip():
        raise Refused("Say what you found.", field="finding")
    row.reviewed_by, row.reviewed_at, row.is_justified, row.finding = by, now, is_justified, finding.strip()
    row.save(update_fields=["reviewed_by", "reviewed_at", "is_justified", "finding"])
    audit.record("broken_glass_reviewed", row, scope=audit.scope_of_case(row.dispute.case_id), by=by, now=now,
                 data={"dispute": row.dispute_id, "is_justified": is_justified})
    _tell_of_finding(row, by=by, now=now)
    return row


def _tell_of_finding(row: BreakGlass, *, by: Appointment, now: datetime) -> None:
    """Who did it and those who were told of it, by the reference alone; what was found stands on their pages.

    The notice of who did it leads to no dispute: whoever is told of one knows of it from then on, and their hour is over.
    """
    dispute, words = row.dispute, f"{row.dispute.reference}: somebody looked at why it was opened by break-glass."
    opening = Notification.objects.filter(dispute=dispute, key=f"{dispute.pk}:break-glass:{row.pk}", recipient__in_place_of=None)
    told = Appointment.objects.filter(pk__in=opening.values("recipient")).exclude(user=by.user_id)
    alerted = list(told.select_related("user", "agency", "partnership").order_by("pk"))
    notifications.tell(
        dispute, notifications.ABOUT_BREAK_GLASS, alerted, now=now, by=by, key=f"{dispute.pk}:break-glass-found:{row.pk}",
        text=f"{words} What was found stands with it, on the page of what was opened so.",
    )
    if not dispute.case.is_shut_to(row.by):
        notifications.tell_outside_disputes(
            [row.by], notifications.ABOUT_BREAK_GLASS, now=now, key=f"break-glass-found:{row.pk}",
            text=f"{words} What was found stands with what you opened.", mail_text=f"{dispute.reference}: there is news.",
        )


def to_review(by: Appointment) -> list[BreakGlass]:
    """What waits for somebody to look at it, the oldest first."""
    rows = BreakGlass.objects.visible_to(by).filter(reviewed_at=None).exclude(by__user__in=by.people)
    rows = rows.exclude(by__in_place_of__user__in=by.people)
    return list(rows.select_related("dispute", "by__user", "by__agency", "by__partnership").order_by("opened_at", "pk")[:BATCH])


def by_month(by: Appointment) -> Sequence[MonthOf]:
    """How often each person did it in each month, the latest first."""
    rows = BreakGlass.objects.visible_to(by).order_by().annotate(month=TruncMonth("opened_at", tzinfo=LONDON))
    counted = rows.values_list("month", "by", "is_justified").annotate(Count("pk"))
    found: dict[tuple[datetime, int], list[int]] = {}
    for month, who, is_justified, times in counted:
        numbers = found.setdefault((month, who), [0, 0])
        numbers[0] += times
        numbers[1] += times if is_justified is False else 0
    people = Appointment.objects.select_related("user", "agency", "partnership").in_bulk({who for _, who in found})
    lines = [MonthOf(month, people[who], *numbers) for (month, who), numbers in found.items()]
    return sorted(lines, key=lambda one: (one.month, one.times, -one.who.pk), reverse=True)[:BATCH]


def warn_of_overdue(*, now: datetime) -> int:
    """Say once that nobody has looked at it in two working days; a second run finds nothing."""
    late = BreakGlass.objects.filter(reviewed_at=None, warned_at=None, review_by__lt=now.astimezone(LONDON).date())
    return parts.one_by_one(_warn, list(late.order_by("review_by", "pk").values_list("pk", flat=True)[:BATCH]), now=now)


@one_act
def _warn(pk: int, *, now: datetime) -> int:
    rows = BreakGlass.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    waiting = rows.filter(pk=pk, warned_at=None, reviewed_at=None)
    row = waiting.select_related("by__user", "by__agency").first()
    if row is None:
        return 0
    dispute = Dispute.objects.with_page_data().get(pk=row.dispute_id)
    row.warned_at = now
    row.save(update_fields=["warned_at"])
    audit.record("broken_glass_not_reviewed", row, scope=audit.scope_of_case(dispute.case_id), by=None, now=now,
                 data={"dispute": dispute.pk, "review_by": f"{row.review_by}"})
    notifications.tell(
        dispute, Event.STAGE_OPENED, _to_look_at_it(dispute, row, now=now), now=now, waits=True,
        key=f"{dispute.pk}:break-glass-late:{row.pk}",
        text=f"{dispute.reference}: nobody has looked yet at why it was opened by break-glass. That was due.",
    )
    return 1
