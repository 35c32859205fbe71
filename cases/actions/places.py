"""Taking the place of somebody who is away: written down each time, with both names (F34)."""

from __future__ import annotations

from datetime import datetime

from cases import audit
from cases.models import Appointment
from cases.rows import one_act


@one_act
def take_place(*, place: Appointment, now: datetime) -> None:
    """From now on this session acts in the place of somebody away; what it does names both."""
    if place.agency_id is not None:
        scope = audit.scope_of_agency(place.agency_id)
    else:
        scope = audit.scope_of_partnership(place.partnership_id)
    audit.record("place_taken", place.seat, scope=scope, by=place, now=now)
