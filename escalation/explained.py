"""How a limit's date was worked out and every change of it, in one text for page, API and document (F29)."""

from __future__ import annotations

from datetime import date, datetime

from cases.templatetags.dates import date_and_time, long_date
from escalation.clock import date_in_words
from escalation.models import Deadline, DeadlineChange


def explained(row: Deadline) -> str:
    """How the date was worked out, each skipped day with its name, so that a paper calendar gives the same; then its changes."""
    told = row.explanation
    lines = [
        f"{row.label}.",
        f"Counted from when {told['anchor']}: {date_and_time(datetime.fromisoformat(told['anchor_at']))}.",
        f"The rule: {told['rule']}.",
    ]
    if told["skipped"]:
        days = "; ".join(f"{long_date(date.fromisoformat(one['day']))} ({one['why']})" for one in told["skipped"])
        lines.append(f"Days not counted: {days}.")
    else:
        lines.append("No day was left out.")
    lines.append(f"So it is due {date_in_words(row.due_at)}.")
    lines.append(f"Protocol: {told.get('protocol', '')}. Calendar: {told['calendar']}.")
    return "\n".join([*lines, *changes_in_words(row)])


def changes_in_words(row: Deadline) -> list[str]:
    """Every change of the date, the first one first; reads ``changes`` (prefetch them for lists)."""
    return [_in_words(change) for change in row.changes.all()]


def _in_words(change: DeadlineChange) -> str:
    when = f"on {date_and_time(change.at)} by {change.by_words}: {change.why}"
    if change.kind == DeadlineChange.Kind.PAUSED:
        return f"Paused {when}"
    verb = {DeadlineChange.Kind.EXTENDED: "Extended", DeadlineChange.Kind.RESUMED: "Watched again",
            DeadlineChange.Kind.SOONER: "Made sooner"}
    done = verb.get(DeadlineChange.Kind(change.kind), "Moved")
    return f"{done} {when} It was due {date_in_words(change.old_due_at)}, now {date_in_words(change.new_due_at)}."
