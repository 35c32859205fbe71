"""Who stands in for whom at a moment, along chains; read from the absences alone, so that it ends when they do (F34)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils import timezone

from cases import together
from cases.models import Absence, Appointment, User


class Away:
    """Everybody of a partnership who is away at one moment, and who takes their place."""

    def __init__(self, absences: Iterable[Absence], today: date) -> None:
        self.today = today
        self.of = {absence.person_id: absence for absence in absences}

    @classmethod
    def as_read(cls, absences: Sequence[Absence]) -> Away:
        """From rows of ``in_force_now``, which carry the day of the database."""
        return cls(absences, absences[0].today if absences else date.min)  # type: ignore[attr-defined]

    def stand_ins(self, seat_id: int) -> list[Appointment]:
        """Everybody along the chain who can stand in today, the named one first; somebody away hands on to their own."""
        found: list[Appointment] = []
        seen, absence = {seat_id}, self.of.get(seat_id)
        while absence is not None and absence.stand_in is not None and absence.stand_in_id not in seen:
            seen.add(absence.stand_in.pk)
            if is_there(absence.stand_in, self.today):
                found.append(absence.stand_in)
            absence = self.of.get(absence.stand_in.pk)
        return found

    def end_of_chain(self, seat_id: int) -> Appointment | None:
        """Who stands in and is not away too; None when the person is not away, or nobody at the end of the chain is there."""
        there = [who for who in self.stand_ins(seat_id) if who.pk not in self.of]
        return there[-1] if there else None

    def is_covered(self, held: Appointment) -> bool:
        """Whether somebody does the work of this role today: the person, or whoever stands in."""
        if not is_there(held, self.today):
            return False
        return held.pk not in self.of or self.end_of_chain(held.pk) is not None


def is_there(held: Appointment, today: date) -> bool:
    """Whether the role runs and its holder may sign in."""
    return held.is_active_on(today) and held.user.is_active


def away_at(now: datetime, partnerships: Iterable[int]) -> Away:
    """Who is away now in these partnerships; one query."""
    where = frozenset(partnerships)

    def find() -> Away:
        return Away(Absence.objects.in_force(now).filter(partnership__in=where).with_people(), timezone.localdate(now))

    return together.once(("away", now, where), find)


def places_in_force(user: User, rows: Sequence[Appointment], *, now: datetime) -> list[Appointment]:
    """Of the places this person has ever taken, those that are theirs at this moment, each with the last day of it."""
    away, today = away_at(now, {row.partnership_id for row in rows}), timezone.localdate(now)
    found = []
    for row in rows:
        seat = row.seat
        if seat.is_active_on(today) and any(who.user_id == user.pk for who in away.stand_ins(seat.pk)):
            row.away_until = away.of[seat.pk].until_on
            found.append(row)
    return found


def stand_in_row(seat: Appointment, who: Appointment, *, on: date) -> Appointment:
    """What ``who`` acts as while standing in for ``seat``: made once, kept for ever because records name it."""
    row, _ = Appointment.objects.get_or_create(
        user=who.user, in_place_of=seat,
        defaults={
            "partnership": seat.partnership, "agency": seat.agency, "role": seat.role, "remit": seat.remit,
            "job_title": seat.job_title, "manager": seat.manager, "starts_on": on,
        },
    )  # fmt: skip
    return row


def chain_leads_back(person: Appointment, stand_in: Appointment, first: date, last: date) -> bool:
    """Whether on some day the chain from ``stand_in`` would come back to ``person``, in any of their roles."""
    if stand_in.user_id == person.user_id:
        return True
    following = Absence.objects.between(first, last).filter(person=stand_in, stand_in__isnull=False)
    return any(
        chain_leads_back(person, row.stand_in, max(first, row.from_on), min(last, row.until_on))
        for row in following.select_related("stand_in")
        if row.stand_in is not None
    )


def everybody_along(person: Appointment, first: date, last: date) -> Sequence[tuple[Appointment, Appointment]]:
    """Every pair (who is away, who may come to stand in for them) that an absence of these days makes possible."""
    behind, ahead = _before(person, first, last), _after(person, first, last)
    return [(away, who) for away in [person, *behind] for who in ahead if who.user_id != away.user_id]


def _before(person: Appointment, first: date, last: date) -> list[Appointment]:
    found: list[Appointment] = []
    for row in Absence.objects.between(first, last).filter(stand_in=person).select_related("person__user"):
        found += [row.person, *_before(row.person, max(first, row.from_on), min(last, row.until_on))]
    return found


def _after(person: Appointment, first: date, last: date) -> list[Appointment]:
    found: list[Appointment] = []
    for row in Absence.objects.between(first, last).filter(person=person).select_related("stand_in__user"):
        if row.stand_in is not None:
            found += [row.stand_in, *_after(row.stand_in, max(first, row.from_on), min(last, row.until_on))]
    return found
