"""Who takes whose place in disputes at the moment: for the line, the notices and the alarms (F34)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cases import together
from cases.models import Absence, Appointment
from cases.standing_in import Away, away_at, stand_in_row
from cases.templatetags.dates import long_date
from escalation.deadlines import LONDON
from escalation.models import Dispute


@dataclass(frozen=True)
class Told:
    """One person who is told: as whom, with which words before it, and whether an e-mail goes to them."""

    who: Appointment
    lead_in: str = ""
    is_mailed: bool = True


def with_stand_ins(
    dispute: Dispute, recipients: Iterable[Appointment], *, is_immediate: bool, by: Appointment | None, now: datetime
) -> list[Told]:
    """Everybody who is told, each once, and after whoever is away the person at the end of their chain of stand-ins.

    What comes for somebody away is kept for their return; by e-mail they hear of risk only, or when nobody stands in.
    """
    people = list({person.pk: person for person in recipients}.values())
    away = away_at(now, [dispute.partnership_id]) if people else None
    told: list[Told] = []
    for who in people:
        stand_in = away.end_of_chain(who.seat_id) if away else None
        if away is None or stand_in is None:
            told.append(Told(who))
            continue
        told.append(Told(who, is_mailed=is_immediate))
        if by is None or by.user_id != stand_in.user_id:
            place = stand_in_row(who.seat, stand_in, on=now.astimezone(LONDON).date())
            told.append(Told(place, f"For {who.user.name}, away until {long_date(away.of[who.seat_id].until_on)}: "))
    return list({one.who.pk: one for one in told}.values())


def away_in(dispute: Dispute) -> Away:
    """Who of the dispute's partnership is away now, by the database's clock; read with the page where it is one."""
    found: list[Absence] | None = getattr(dispute.partnership, "away_now", None)
    if found is not None:
        return Away.as_read(found)

    def find() -> Away:
        return Away.as_read(list(Absence.objects.in_force_now().filter(partnership=dispute.partnership_id).with_people()))

    return together.once(("away now", dispute.partnership_id), find)


def in_words(away: Away, who: Appointment) -> str:
    """Who stands in for somebody away, and until when, in one sentence."""
    until, stand_in = long_date(away.of[who.pk].until_on), away.end_of_chain(who.pk)
    if stand_in is None:
        return f"{who.user.name} is away until {until}, and nobody stands in."
    return f"{stand_in.user.name} stands in for {who.user.name}, away until {until}."
