"""Restricting a case to a list of at least two people, looking at it again after 90 days, and lifting it (T5, F53)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from cases import audit, parts
from cases.access import Answer
from cases.errors import Refused
from cases.models import Appointment, Case, Restriction
from cases.roles import Role
from cases.rows import one_act
from escalation import access, chronology, leads, notifications
from escalation.actions import outside
from escalation.deadlines import LONDON
from escalation.models import Dispute
from escalation.protocol import Event
from escalation.transitions import NOT_YOURS, lock

REVIEW_AFTER = timedelta(days=90)
LEAST = 2
DECIDES = (Role.SENIOR_MANAGER, Role.CHIEF_SOCIAL_WORK_OFFICER, Role.CHAIR)
LEADING = (*DECIDES, Role.SAFEGUARDING_LEAD, Role.LINE_MANAGER)
BATCH = 200


@dataclass(frozen=True)
class Wanted:
    """Who is to know of the case, and why nobody else."""

    people: Sequence[Appointment]
    reason: str


def open_restriction(case: Case) -> Restriction | None:
    """The restriction that is asked for or in force."""
    rows = case.restrictions.filter(state__in=[Restriction.State.ASKED, Restriction.State.IN_FORCE])
    return rows.select_related("asked_by__user", "asked_by__agency", "asked_by__partnership").first()


def may_restrict(dispute: Dispute, by: Appointment) -> bool:
    """Restrict the case, or ask for it: whoever the access table names, while nothing of the kind is open."""
    return access.answer("restrict", dispute, by) is not Answer.DENY and open_restriction(dispute.case) is None


def takes_two(dispute: Dispute, by: Appointment) -> bool:
    """Whether what ``by`` asks changes nothing before somebody else says yes."""
    return access.answer("restrict", dispute, by) is not Answer.ALLOW


def may_decide(dispute: Dispute, by: Appointment) -> bool:
    """Say yes or no to what somebody else asked: who restricts alone, or the second of two who restrict together."""
    said = access.answer("restrict", dispute, by)
    if said not in (Answer.ALLOW, Answer.SECOND):
        return False
    row = open_restriction(dispute.case)
    if row is None or row.state != Restriction.State.ASKED or row.asked_by.is_one_with(by):
        return False
    asked = access.answer("restrict", dispute, row.asked_by)
    return said is Answer.ALLOW or (said is Answer.SECOND and asked is Answer.SECOND)


def may_review(dispute: Dispute, by: Appointment) -> bool:
    """Look at it again, change its list or lift it: who restricts alone and is on the list."""
    return dispute.case.is_restricted and access.answer("restrict", dispute, by) is Answer.ALLOW


def may_be_named(dispute: Dispute, by: Appointment, *, now: datetime) -> list[Appointment]:
    """Who can be put on the list: those on the dispute, those who lead and decide at its agencies and the board, and ``by``."""
    today, parties = now.astimezone(LONDON).date(), dispute.parties.values("agency")
    there = Q(pk__in=dispute.participants.values("appointment")) | Q(pk=by.pk)
    leading = Q(agency__in=parties, role__in=LEADING) | Q(agency=None, role__in=DECIDES)
    found = Appointment.objects.active_on(today).filter(partnership=dispute.partnership_id, in_place_of=None)
    found = found.filter(there | leading, user__is_active=True).exclude(user__in=dispute.case.shut_to)
    return list(found.select_related("user", "agency", "partnership").order_by("agency__name", "user__name", "pk"))


@one_act
def restrict(*, dispute: Dispute, wanted: Wanted, by: Appointment, now: datetime) -> Restriction:
    """Shut the case to all but a list; where the table asks for a second person it is asked for and changes nothing yet."""
    dispute = lock(dispute)
    said = access.answer("restrict", dispute, by)
    if said is Answer.DENY:
        raise Refused(NOT_YOURS, code="forbidden")
    if open_restriction(dispute.case) is not None:
        raise Refused("It is restricted already, or somebody has asked for it.", code="stale")
    if not wanted.reason.strip():
        raise Refused("Say why nobody else may know of it.", field="reason")
    people = _checked(dispute, wanted.people, by=by, now=now)
    row = Restriction.objects.create(
        case=dispute.case, asked_by=by, asked_at=now, reason=wanted.reason, state=Restriction.State.ASKED
    )
    row.people.set(people)
    if said is Answer.ALLOW:
        _put_in_force(dispute, row, by=by, now=now)
        return row
    audit.record("restriction_asked", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now)
    notifications.tell(
        dispute, Event.STAGE_OPENED, _deciders(dispute, by, now=now), now=now, waits=True,
        key=f"{dispute.pk}:restriction-asked:{row.pk}",
        text=f"{dispute.reference}: somebody asks that only a few named people may know of it. Say yes or no.",
    )
    return row


@one_act
def decide(*, dispute: Dispute, agrees: bool, why: str, by: Appointment, now: datetime) -> Restriction:
    """Put in force what was asked, or decline it with a reason."""
    dispute = lock(dispute)
    row = open_restriction(dispute.case)
    if row is None or row.state != Restriction.State.ASKED:
        raise Refused("Nobody is asking for that now.", code="stale")
    if not may_decide(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if agrees:
        _put_in_force(dispute, row, by=by, now=now)
        return row
    if not why.strip():
        raise Refused("Say why it is not to be restricted.", field="why")
    _end(row, Restriction.State.DECLINED, why, by=by, now=now)
    audit.record("restriction_declined", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now)
    notifications.tell(
        dispute, Event.STAGE_OPENED, [row.asked_by], now=now, key=f"{dispute.pk}:restriction-declined:{row.pk}",
        text=f"{dispute.reference}: it is not restricted to named people: {why.rstrip('.')}.",
    )
    return row


@one_act
def review(
    *, dispute: Dispute, keeps: bool, people: Sequence[Appointment], why: str, by: Appointment, now: datetime
) -> Restriction:
    """Look at it again: keep it for another 90 days with this list, or lift it."""
    dispute = lock(dispute)
    row = open_restriction(dispute.case)
    if row is None or row.state != Restriction.State.IN_FORCE:
        raise Refused("It is not restricted now.", code="stale")
    if not may_review(dispute, by):
        raise Refused(NOT_YOURS, code="forbidden")
    if not why.strip():
        raise Refused("Say why it stays restricted, or why it no longer needs to be.", field="why")
    if keeps:
        row.people.set(_checked(dispute, people, by=by, now=now))
        _put_in_force(dispute, row, by=by, now=now)
        return row
    _end(row, Restriction.State.LIFTED, why, by=by, now=now)
    _name(dispute.case, None)
    audit.record("restriction_lifted", row, scope=audit.scope_of_case(dispute.case_id), by=by, now=now)
    chronology.tell(dispute, "No longer restricted to named people", by=by, now=now, body=why)
    return row


def _checked(dispute: Dispute, people: Sequence[Appointment], *, by: Appointment, now: datetime) -> list[Appointment]:
    offered = {who.pk: who for who in may_be_named(dispute, by, now=now)}
    named = {who.pk: offered[who.pk] for who in people if who.pk in offered}
    if len(named) != len({who.pk for who in people}):
        raise Refused("Choose people from the list.", field="people")
    if len({who.user_id for who in named.values()}) < LEAST:
        raise Refused("Name at least two people, so that it never depends on one.", field="people")
    if not any(who.role in DECIDES for who in named.values()):
        raise Refused("Name a senior manager, the chief social work officer or the chair, who can lift it.", field="people")
    return list(named.values())


def _put_in_force(dispute: Dispute, row: Restriction, *, by: Appointment, now: datetime) -> None:
    is_new, people = row.state == Restriction.State.ASKED, list(row.people.select_related("user", "agency", "partnership"))
    row.state, row.review_on, row.warned_at = Restriction.State.IN_FORCE, review_day(now), None
    if is_new:
        row.decided_by, row.decided_at = by, now
    row.save()
    _name(dispute.case, [who.pk for who in people])
    audit.record("case_restricted" if is_new else "restriction_kept", row, scope=audit.scope_of_case(dispute.case_id), by=by,
                 now=now, data={"people": sorted(who.pk for who in people), "review_on": f"{row.review_on}"})
    headline = "Restricted to named people" if is_new else "Stays restricted to named people"
    if is_new:
        outside.end_those_of(dispute.case_id, "It is restricted to named people now.", by=by, now=now)
    chronology.tell(dispute, headline, by=by, now=now, body=f"To be looked at again by {row.review_on:%d %B %Y}.")
    notifications.tell(
        dispute, Event.STAGE_OPENED, [who for who in people if who.pk != by.pk], now=now,
        key=f"{dispute.pk}:restricted:{row.pk}:{row.review_on:%Y%m%d}",
        text=f"{dispute.reference}: only named people may know of it, and you are one of them.",
    )


def review_day(now: datetime) -> date:
    """By when it is to be looked at again."""
    return now.astimezone(LONDON).date() + REVIEW_AFTER


def _end(row: Restriction, state: Restriction.State, why: str, *, by: Appointment, now: datetime) -> None:
    row.state, row.ended_by, row.ended_at, row.ended_why = state, by, now, why
    row.save()


def _name(case: Case, people: list[int] | None) -> None:
    case.named = people
    case.save(update_fields=["named"])


def _deciders(dispute: Dispute, by: Appointment, *, now: datetime) -> list[Appointment]:
    """Who is asked: the senior managers of the asker's agency, else of the agency that raised it."""
    agency = by.agency or dispute.raising_agency
    return leads.holders(agency, Role.SENIOR_MANAGER, on=now.astimezone(LONDON).date())[:LEAST]


def warn_of_reviews(*, now: datetime) -> int:
    """Tell those on the list who can lift it, once, that the day to look at it again has come; a second run finds nothing."""
    due = Restriction.objects.filter(
        state=Restriction.State.IN_FORCE, warned_at=None, review_on__lte=now.astimezone(LONDON).date()
    )
    return parts.one_by_one(_warn, list(due.order_by("review_on", "pk").values_list("pk", flat=True)[:BATCH]), now=now)


@one_act
def _warn(pk: int, *, now: datetime) -> int:
    rows = Restriction.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    row = rows.filter(pk=pk, warned_at=None, state=Restriction.State.IN_FORCE).select_related("case").first()
    dispute = row.case.disputes.order_by("-pk").first() if row else None
    if row is None or dispute is None:
        return 0
    row.warned_at = now
    row.save(update_fields=["warned_at"])
    able = row.people.filter(role__in=DECIDES).select_related("user", "agency", "partnership")
    audit.record("restriction_due_for_review", row, scope=audit.scope_of_case(row.case_id), by=None, now=now)
    notifications.tell(
        dispute, Event.STAGE_OPENED, list(able), now=now, waits=True,
        key=f"{dispute.pk}:restriction-due:{row.pk}:{row.review_on:%Y%m%d}",
        text=f"{dispute.reference}: look again at whether it must stay restricted to named people.",
    )
    return 1
