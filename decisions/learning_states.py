"""How far what was learned has come, in words: within its dispute, and on the list of a body."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cases.templatetags.dates import long_date
from decisions.models import Learning, LearningItem, LearningKind


@dataclass(frozen=True)
class Stands:
    """A state, its colour, and what is still to be said of it."""

    words: str
    colour: str = "grey"
    more: str = ""
    is_late: bool = False


def item_stands(item: LearningItem, today: date) -> Stands:
    """Received, to be looked at on a day, result, closed; late where nothing happened by the day."""
    if item.closed_on:
        return Stands("Closed", "green", f"{long_date(item.closed_on)}")
    if item.result_on:
        return Stands("Result", "turquoise", f"{long_date(item.result_on)}")
    if item.meeting_on:
        late = item.meeting_on < today
        words = f"Looked at on {long_date(item.meeting_on)}" + (": no result yet" if late else "")
        return Stands("Late" if late else "To meeting", "red" if late else "blue", words, late)
    if item.due_on and item.due_on < today:
        return Stands("Late", "red", f"A meeting was to be set by {long_date(item.due_on)}", is_late=True)
    by = f"A meeting is to be set by {long_date(item.due_on)}" if item.due_on else "No day of a meeting yet"
    return Stands("Received", "grey", by)


def stands(learning: Learning) -> Stands:
    """Where it stands, for the people of its dispute."""
    item = learning.item
    if item is not None:
        if item.closed_on:
            return Stands("Closed", "green", f"{item.body}: done on {long_date(item.closed_on)}")
        if item.result_on:
            return Stands("Result", "turquoise", f"{item.body}: result of {long_date(item.result_on)}")
        when = f"looked at on {long_date(item.meeting_on)}" if item.meeting_on else "no day of a meeting yet"
        return Stands("With the body", "blue", f"{item.body}: {when}")
    if learning.kind == LearningKind.NOTHING:
        return Stands("Written down", "grey")
    if learning.returned_reason:
        return Stands("To be changed", "yellow", learning.returned_reason)
    if learning.prepared_at:
        return Stands("To be checked", "blue", "A second person checks that it names nobody")
    return Stands("Written down", "grey")
