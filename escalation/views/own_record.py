"""The ready-made text that an agency copies into its own system (F15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cases.models import Appointment
from cases.templatetags.dates import date_and_time
from escalation import permissions
from escalation.chronology import told_to
from escalation.models import Dispute
from escalation.turn import turn_of


def own_record_text(dispute: Dispute, acting: Appointment, *, now: datetime) -> str:
    """The present stage as plain text; nothing of a stage inside another agency is in it."""
    return "\n".join(_lines(dispute, acting, now))


def _lines(dispute: Dispute, acting: Appointment, now: datetime) -> Iterator[str]:
    rules = dispute.rules
    others = ", ".join(party.agency.name for party in dispute.parties.all() if party.agency_id != acting.agency_id)
    yield f"{rules.terminology.dispute.capitalize()} {dispute.reference}"
    yield f"{rules.name}, {rules.stage(dispute.stage).label}: {rules.stage(dispute.stage).name}"
    yield f"With: {others}"
    yield f"Raised by {dispute.raised_by.described} on {date_and_time(dispute.raised_at)}"
    yield ""
    if rules.is_thematic:
        yield f"Theme: {dispute.case.theme}"
        yield f"What is seen: {dispute.decision_disputed}"
    else:
        yield f"Decided or not done: {dispute.decision_disputed}"
    yield f"Concern: {dispute.worry}"
    yield f"What would resolve it: {dispute.proposed_resolution}"
    yield ""
    if permissions.may_read_stage(dispute, acting, dispute.stage):
        yield "What happened at this stage:"
        for entry in told_to(dispute, acting).filter(stage=dispute.stage).order_by("happened_at", "pk"):
            yield f"- {date_and_time(entry.happened_at)}, {entry.by_words}: {entry.headline}"
            yield from (f"  {line}" for line in entry.body.splitlines() if line)
        yield ""
    yield f"What happens now: {turn_of(dispute).sentence}"
    yield f"As of {date_and_time(now)}."
