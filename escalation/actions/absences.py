"""Somebody goes away from a role and names who stands in, or comes back: always with an end, never in a circle (F34)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from cases import audit
from cases.errors import Refused
from cases.models import Absence, Appointment
from cases.permissions import may_end_absence, may_record_absence
from cases.roles import MAY_STAND_IN, Role
from cases.rows import one_act
from cases.standing_in import chain_leads_back, everybody_along, stand_in_row
from cases.templatetags.dates import long_date
from escalation import notifications
from escalation.actions.lead_gaps import look_after

LONGEST = timedelta(days=366)
NOT_YOURS = "Only the person, their line manager, or who keeps the directory of the agency records this. Ask one of them."
TOO_LONG = "Give a last day within a year. For longer, hand the role over and let it end, in the directory."
IN_A_CIRCLE = "On some of these days {stand_in} is away too, and it would come back to {person}. Choose somebody else."


@dataclass(frozen=True)
class Away:
    """From which day until which, who stands in, and why in one word."""

    from_on: date
    until_on: date
    stand_in: Appointment | None = None
    reason: str = Absence.Reason.UNSAID


def may_stand_in_for(person: Appointment, *, now: datetime) -> QuerySet[Appointment]:
    """Colleagues at the same agency, or at the board, whose own role can carry this one."""
    people = Appointment.objects.active_on(timezone.localdate(now)).filter(
        partnership=person.partnership_id, agency=person.agency_id, role__in=MAY_STAND_IN[Role(person.role)]
    )
    people = people.exclude(user=person.user_id)
    return people.select_related("user", "agency", "partnership").order_by("user__name", "pk")


@one_act
def record_absence(*, person: Appointment, away: Away, by: Appointment, now: datetime) -> Absence:
    """Write down that somebody is away and who stands in; those concerned are told, and stages without a lead are looked at."""
    concerned = {person.pk, *([away.stand_in.pk] if away.stand_in else [])}
    rows = Appointment.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "agency", "partnership")
    person = {row.pk: row for row in rows.filter(pk__in=concerned).order_by("pk")}[person.pk]
    if not may_record_absence(by, person):
        raise Refused(NOT_YOURS, code="forbidden")
    _check_days(person, away, now)
    _check_stand_in(person, away, now)
    return _write(person, away, by=by, now=now)


def _write(person: Appointment, away: Away, *, by: Appointment, now: datetime) -> Absence:
    absence = Absence.objects.create(
        partnership=person.partnership, person=person, stand_in=away.stand_in, from_on=away.from_on, until_on=away.until_on,
        reason=away.reason, recorded_by=by, recorded_at=now,
    )
    for seat, who in everybody_along(person, away.from_on, away.until_on):
        stand_in_row(seat, who, on=timezone.localdate(now))
    audit.record("absence_recorded", absence, scope=_scope(person), by=by, now=now, data={
        "person": person.pk, "stand_in": away.stand_in.pk if away.stand_in else None,
        "from": away.from_on.isoformat(), "until": away.until_on.isoformat(),
    })  # fmt: skip
    _tell(absence, "recorded", _words(absence), by=by, now=now)
    _look_after(person, now=now)
    return absence


@one_act
def end_absence(*, absence: Absence, by: Appointment, now: datetime) -> Absence:
    """Back sooner, not away after all, or the stand-in can no longer: it is over at once."""
    absence = Absence.objects.select_for_update(no_key=True, of=("self",)).with_people().get(pk=absence.pk)
    if not may_end_absence(by, absence):
        raise Refused(NOT_YOURS, code="forbidden")
    if absence.ended_at is not None or absence.until_on < timezone.localdate(now):
        raise Refused("This absence is over already.", code="stale")
    absence.ended_at, absence.ended_by = now, by
    absence.save(update_fields=["ended_at", "ended_by"])
    person = absence.person
    audit.record("absence_ended", absence, scope=_scope(person), by=by, now=now, data={"person": person.pk})
    words = f"{person.user.name} is no longer recorded as away. Whoever stood in does so no more."
    if absence.stand_in is not None and absence.stand_in.user_id == by.user_id:
        words = f"{by.user.name} can no longer stand in for {person.user.name}. Record who does now, if they are still away."
    _tell(absence, "ended", words, by=by, now=now)
    _look_after(person, now=now)
    return absence


def pass_on_cover(absence: Absence, to: Appointment, *, by: Appointment, now: datetime) -> Absence | None:
    """The stand-in leaves: for the days that remain a colleague stands in whose role can carry it, or nobody; in the caller's
    transaction, by who keeps the directory."""
    row = Absence.objects.select_for_update(no_key=True, of=("self",)).with_people().get(pk=absence.pk)
    if row.ended_at is not None:
        return None
    row.ended_at, row.ended_by = now, by
    row.save(update_fields=["ended_at", "ended_by"])
    audit.record("absence_ended", row, scope=_scope(row.person), by=by, now=now, data={"person": row.person.pk})
    first = max(row.from_on, timezone.localdate(now))
    can = may_stand_in_for(row.person, now=now).filter(pk=to.pk).exists()
    following = to if can and not chain_leads_back(row.person, to, first, row.until_on) else None
    return _write(row.person, Away(first, row.until_on, following, row.reason), by=by, now=now)


def _check_days(person: Appointment, away: Away, now: datetime) -> None:
    if away.from_on < timezone.localdate(now):
        raise Refused("Give a first day from today on. What happened before stays as it was.", field="from_on")
    if away.until_on < away.from_on:
        raise Refused("The last day must be the first day or later.", field="until_on")
    if away.until_on - away.from_on > LONGEST:
        raise Refused(TOO_LONG, field="until_on")
    if person.ends_on is not None and person.ends_on < away.from_on:
        raise Refused("This role has ended by then, so nobody needs to stand in.", field="from_on")
    if away.reason not in Absence.Reason.values:
        raise Refused("Choose one of the reasons on the list.", field="reason")
    if already := person.absences.between(away.from_on, away.until_on).first():
        raise Refused(
            f"Already recorded as away from {long_date(already.from_on)} until {long_date(already.until_on)}. "
            "End that one first, or give other days.", field="from_on",
        )  # fmt: skip


def _check_stand_in(person: Appointment, away: Away, now: datetime) -> None:
    if away.stand_in is None:
        return
    if not may_stand_in_for(person, now=now).filter(pk=away.stand_in.pk).exists():
        raise Refused(
            "Choose a colleague of the same agency whose own role can carry this one. To let somebody act up, record "
            "that role for these days in the directory.", field="stand_in",
        )  # fmt: skip
    if chain_leads_back(person, away.stand_in, away.from_on, away.until_on):
        names = {"stand_in": away.stand_in.user.name, "person": person.user.name}
        raise Refused(IN_A_CIRCLE.format(**names), field="stand_in")


def _words(absence: Absence) -> str:
    days = f"from {long_date(absence.from_on)} until {long_date(absence.until_on)}"
    who = f"{absence.person.user.name}, {absence.person.title}, is away {days}."
    if absence.stand_in is None:
        return f"{who} Nobody stands in."
    return f"{who} {absence.stand_in.user.name} stands in, sees on My work what waits, and acts in their own name."


def _tell(absence: Absence, act: str, words: str, *, by: Appointment, now: datetime) -> None:
    """The stand-in and the person, except who did it; when it changed without them also whoever recorded it."""
    people = [absence.person, absence.recorded_by.seat if act == "ended" else None, absence.stand_in]
    told = [who for who in people if who is not None and who.user_id != by.user_id]
    notifications.tell_of_absence(told, text=words, key=f"absence:{absence.pk}:{act}", now=now)


def _look_after(person: Appointment, *, now: datetime) -> None:
    """Also at the stages of those whose chain of stand-ins runs by way of this person."""
    today = timezone.localdate(now)
    behind = {away.pk for away, _ in everybody_along(person, today, today)}
    handed_on = Absence.objects.between(today, today).filter(stand_in=person).values_list("person", flat=True)
    look_after({person.pk, *behind, *handed_on}, now=now)


def _scope(person: Appointment) -> str:
    if person.agency_id is not None:
        return audit.scope_of_agency(person.agency_id)
    return audit.scope_of_partnership(person.partnership_id)
