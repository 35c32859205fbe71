"""What the tests of limits count with: calendars, one limit, and Halton's protocol with other days."""

from datetime import datetime
from pathlib import Path
from typing import Any

from cases.roles import Nation
from escalation.calendars import calendar_for
from escalation.deadlines import LONDON
from escalation.protocol import DayKind, Limit, LimitKind, Protocol, Unit
from escalation.protocol_files import load

CALENDARS = {nation: calendar_for(nation) for nation in Nation}
HALTON = load(Path("escalation/protocols/halton.yaml"))


def limit(number: int, unit: Unit = Unit.DAYS, **settings: Any) -> Limit:
    return Limit(key="one", kind=LimitKind.RESPOND, number=number, unit=unit, label="One", **settings)


def halton(days: DayKind, first_day: int = 1) -> Protocol:
    clock = HALTON.clock.model_copy(update={"days": days, "first_day_number": first_day})
    return HALTON.model_copy(update={"clock": clock})


# The worked dates of the requirements, 1.8.
CALENDAR, WORKING = DayKind.CALENDAR_DAYS, DayKind.WORKING_DAYS
ENGLAND, SCOTLAND, ULSTER = Nation.ENGLAND_AND_WALES, Nation.SCOTLAND, Nation.NORTHERN_IRELAND
EASTER = datetime(2026, 4, 2, 10, 30, tzinfo=LONDON)
