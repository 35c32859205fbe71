"""Looking after stages that have lost their lead: by the clock, and at once when somebody is away or comes back (F58)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from cases import parts
from cases.models import Absence, Appointment
from cases.rows import one_act
from cases.standing_in import Away
from escalation import lead_gaps
from escalation.deadlines import LONDON
from escalation.models import Dispute, LeadGap, Participant, ProtocolVersion
from escalation.models.dispute import RUNNING
from escalation.transitions import lock

logger = logging.getLogger(__name__)

BATCH = 500


def everybody_away(now: datetime) -> Away:
    """Who is away now, wherever; one query."""
    return Away(Absence.objects.in_force(now).with_people(), now.astimezone(LONDON).date())


def sweep(*, now: datetime) -> int:
    """Find running disputes of which somebody is no longer there, and those with a gap; returns how many were changed.

    It begins with the few who are gone, so that it costs the same however many disputes run.
    Most of what it finds needs nothing, because somebody else leads: that costs a few queries for each five hundred.
    """
    away = everybody_away(now)
    gone = Appointment.objects.filter(Q(ends_on__lt=away.today) | Q(user__is_active=False) | Q(pk__in=list(away.of)))
    first = list(gone.values_list("pk", flat=True))  # by themselves: together, PostgreSQL may begin with all who are on a dispute
    theirs = Participant.objects.filter(appointment__in=first, handed_to=None, dispute__status__in=RUNNING).order_by()
    gaps = LeadGap.objects.filter(ended_at=None)
    ids = sorted({*theirs.values_list("dispute", flat=True), *gaps.values_list("dispute", flat=True)})
    return sum(_look_at_some(ids[start : start + BATCH], away, now=now) for start in range(0, len(ids), BATCH))


def _look_at_some(ids: Sequence[int], away: Away, *, now: datetime) -> int:
    """Many at once; where that fails each by itself, so that one which cannot be looked at holds up no other."""
    try:
        return look_at(ids, away, now=now)
    except Exception as error:
        logger.info("%s disputes are looked at one by one: %s", len(ids), type(error).__name__)
        return parts.one_by_one(lambda pk, now: look_at([pk], away, now=now), ids, now=now)


def look_at(ids: Iterable[int], away: Away, *, now: datetime) -> int:
    """Look at these disputes, and change those whose leads have changed, each in a transaction of its own."""
    versions: dict[int, ProtocolVersion] = {}
    rows = Dispute.objects.filter(pk__in=list(ids)).select_related("protocol", "raising_agency", "case")
    changed = 0
    for row in rows.prefetch_related("participants__appointment__user", "parties__agency", "lead_gaps").order_by("pk"):
        row.protocol = versions.setdefault(row.protocol_id, row.protocol)
        if _has_changed(row, away):
            _settle(row, away, now=now)
            changed += 1
    return changed


def _has_changed(dispute: Dispute, away: Away) -> bool:
    open_gaps = {(gap.stage, gap.agency_id) for gap in dispute.lead_gaps.all() if gap.ended_at is None}
    places = lead_gaps.places_of(dispute, dispute.parties.all())
    there = lead_gaps.those_there(dispute, dispute.participants.all())
    empty = [place for place in places if lead_gaps.unfilled(there, place, away)]
    if open_gaps != {(dispute.stage, place.agency.pk if place.agency else None) for place in empty}:
        return True
    return any(lead_gaps.candidates_there(dispute, place, away) for place in empty)


@one_act
def _settle(dispute: Dispute, away: Away, *, now: datetime) -> None:
    lead_gaps.look_at(lock(dispute), away, now=now)


def look_after(seat_ids: Iterable[int], *, now: datetime) -> int:
    """Look at once at every running dispute these people are on, after they went away, came back or left."""
    on_it = Participant.objects.filter(appointment__in=list(seat_ids), dispute__status__in=RUNNING)
    return look_at(on_it.values_list("dispute", flat=True), everybody_away(now), now=now)
