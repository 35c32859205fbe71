"""An auditor's engagement: approved by the board's office or the chair for a scope, a purpose and a time; ended early (T17)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from cases import audit
from cases.errors import Refused
from cases.models import Agency, Appointment
from cases.roles import Permission, Role
from cases.rows import one_act
from escalation import notifications
from escalation.deadlines import LONDON
from escalation.models import Dispute, EngagedDispute, Engagement

READERS = (Role.AUDITOR, Role.INDEPENDENT_SCRUTINEER)
TOLD = (Role.LINE_MANAGER, Role.SAFEGUARDING_LEAD, Role.SENIOR_MANAGER, Role.CHIEF_SOCIAL_WORK_OFFICER)
LONGEST = timedelta(days=366)
MOST_NAMED = 50
NOT_YOURS = "The board’s office or the chair approves what an auditor reads."


@dataclass(frozen=True)
class Wanted:
    """Who is to read what, for what purpose, and from which day until the end of which."""

    reader: Appointment
    scope: str
    purpose: str
    from_on: date
    until_on: date
    agency: Agency | None = None
    references: str = ""


def may_approve(by: Appointment) -> bool:
    """Approve what an auditor reads, and end it: the board's office and the chair."""
    return by.has(Permission.APPROVE_ENGAGEMENT)


def may_list(by: Appointment) -> bool:
    """See which engagements there are: who approves them, whose people's records are read, and who reads."""
    return may_approve(by) or by.role in (*READERS, *TOLD)


def listed(by: Appointment) -> QuerySet[Engagement]:
    """The engagements of the partnership, of a reader only their own, the latest first."""
    rows = Engagement.objects.visible_to(by)
    rows = rows.filter(reader=by) if by.role in READERS else rows
    return rows.select_related(
        "agency", "reader__user", "reader__agency", "reader__partnership", "approved_by__user", "approved_by__agency",
        "approved_by__partnership",
    ).prefetch_related("disputes__dispute")  # fmt: skip


def may_read_under_one(by: Appointment, *, on: date) -> list[Appointment]:
    """For whom ``by`` may approve one: auditors and scrutineers, never in any role of their own."""
    held = Appointment.objects.visible_to(by).active_on(on).filter(role__in=READERS).exclude(user__in=by.people)
    return list(held.select_related("user", "agency", "partnership").order_by("user__name", "pk"))


@one_act
def approve(*, wanted: Wanted, by: Appointment, now: datetime) -> Engagement:
    """Let somebody read for audit, from the beginning of a day until the end of one; they are told."""
    if not may_approve(by):
        raise Refused(NOT_YOURS, code="forbidden")
    today = now.astimezone(LONDON).date()
    if wanted.reader.pk not in {who.pk for who in may_read_under_one(by, on=today)}:
        raise Refused("Choose an auditor or scrutineer from the list; nobody approves their own.", field="reader")
    if not wanted.purpose.strip():
        raise Refused("Say what it is for.", field="purpose")
    named = _scope(wanted, by)
    _check_days(wanted, today)
    made = Engagement.objects.create(
        partnership=by.partnership, reader=wanted.reader, scope=wanted.scope, agency=wanted.agency, purpose=wanted.purpose,
        starts_at=datetime.combine(wanted.from_on, time(), tzinfo=LONDON),
        ends_at=datetime.combine(wanted.until_on + timedelta(days=1), time(), tzinfo=LONDON), approved_by=by, approved_at=now,
    )  # fmt: skip
    EngagedDispute.objects.bulk_create([EngagedDispute(engagement=made, dispute=dispute) for dispute in named])
    _record("engagement_approved", made, by, now, reader=made.reader_id, scope=made.scope, agency=made.agency_id,
            disputes=[dispute.pk for dispute in named], starts_at=f"{made.starts_at.isoformat()}",
            ends_at=f"{made.ends_at.isoformat()}")  # fmt: skip
    _tell(made, f"you read for audit from {wanted.from_on:%-d %B %Y} until {wanted.until_on:%-d %B %Y}", now=now)
    return made


def _scope(wanted: Wanted, by: Appointment) -> Sequence[Dispute]:
    """The disputes that are named, where the scope names some."""
    if wanted.scope not in Engagement.Scope.values:
        raise Refused("Say how far it goes.", field="scope")
    is_agency, is_named = wanted.scope == Engagement.Scope.AGENCY, wanted.scope == Engagement.Scope.DISPUTES
    if is_agency and (wanted.agency is None or wanted.agency.partnership_id != by.partnership_id):
        raise Refused("Choose the agency.", field="agency")
    if wanted.agency is not None and not is_agency:
        raise Refused("Choose an agency only where it is for one agency’s disputes.", field="agency")
    references = list(dict.fromkeys(re.split(r"[\s,;]+", wanted.references.strip().upper()))) if is_named else []
    references = [one for one in references if one]
    if is_named and not 0 < len(references) <= MOST_NAMED:
        raise Refused(f"Give the references, {MOST_NAMED} at most.", field="references")
    found = {row.reference: row for row in Dispute.objects.visible_to(by).filter(reference__in=references)}
    if missing := [one for one in references if one not in found]:
        raise Refused(f"You know of no dispute with the reference {missing[0][:30]}.", field="references")
    return [found[one] for one in references]


def _check_days(wanted: Wanted, today: date) -> None:
    if wanted.from_on < today:
        raise Refused("Give a first day from today on.", field="from_on")
    if not wanted.from_on <= wanted.until_on <= wanted.from_on + LONGEST - timedelta(days=1):
        raise Refused("Give a last day from the first day on, a year later at most.", field="until_on")


def is_running(engagement: Engagement, now: datetime) -> bool:
    """Whether it is in force."""
    return engagement.ended_at is None and engagement.starts_at <= now < engagement.ends_at


def may_end(engagement: Engagement, by: Appointment, *, now: datetime) -> bool:
    """End it before its last day: whoever may approve one."""
    is_open = engagement.ended_at is None and now < engagement.ends_at
    return is_open and may_approve(by) and engagement.partnership_id == by.partnership_id


@one_act
def end(*, engagement: Engagement, by: Appointment, now: datetime) -> Engagement:
    """It ends now; whoever read under it is told."""
    rows = Engagement.objects.select_for_update(no_key=True, of=("self",)).select_related("reader__user", "reader__partnership")
    row = rows.get(pk=engagement.pk)
    if not may_approve(by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not may_end(row, by, now=now):
        raise Refused("It has ended already.", code="stale")
    row.ended_at, row.ended_by = now, by
    row.save(update_fields=["ended_at", "ended_by"])
    _record("engagement_ended", row, by, now, reader=row.reader_id)
    _tell(row, "your engagement to read for audit has ended", now=now, act="ended")
    return row


def _record(action: str, row: Engagement, by: Appointment, now: datetime, **data: object) -> None:
    audit.record(action, row, scope=audit.scope_of_partnership(row.partnership_id), by=by, now=now, data=data)


def _tell(row: Engagement, words: str, *, now: datetime, act: str = "approved") -> None:
    notifications.tell_of_engagement(
        [row.reader], text=f"{words[0].upper()}{words[1:]}.", key=f"engagement:{row.pk}:{act}", now=now
    )
