"""Refused attempts on a case, in words, for those who may know who tried what."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from cases.audit import refused_in, scope_of_case
from cases.models import Appointment, AuditEvent
from cases.roles import Permission
from escalation.models import Dispute
from escalation.permissions import may_see_all_readers
from escalation.views.acts import TEXTS

MOST_SHOWN = 50
WHY_NOT = {
    "invalid": "what was entered did not fit",
    "shut": "something else must be done first",
    "forbidden": "not theirs to do",
    "stale": "it had moved on meanwhile",
    "not_found": "not shared with them, or not there",
}

# What the tabs and files are called on the page; whatever is not here is named after its address.
PAGES = {
    "dispute": "Summary", "dispute_decisions": "Decisions", "dispute_outside": "Asked outside the partnership",
    "dispute_readers": "Who has looked", "dispute_sharings": "With whom it is shared", "case": "The case",
    "person": "The person’s details", "evidence_file": "A file of evidence", "export": "A document", "export_file": "A document",
    "safe_address": "The safe address", "safe_address_write": "Write down the safe address",
}  # fmt: skip


def refused_attempts(dispute: Dispute, acting: Appointment) -> list[dict[str, Any]]:
    """The latest on the case of this dispute, for leads, the board's office and auditors.

    A lead reads of what their own colleagues tried, and of everybody with whom it is not shared; what the people of another
    agency tried is that agency's own, as a stage inside it is.
    """
    if not may_see_all_readers(dispute, acting):
        return []
    found = refused_in(scope_of_case(dispute.case_id))
    if not (acting.has(Permission.READ_FOR_AUDIT) or acting.has(Permission.SEE_PARTNERSHIP_METADATA)):
        found = found.filter(Q(appointment__agency=acting.agency_id) | Q(data__code="not_found"))
    return [{"event": row, "what": _what(row), "why": WHY_NOT.get(row.data["code"], "")} for row in found[:MOST_SHOWN]]


def _what(event: AuditEvent) -> str:
    name = str(event.data["verb"])
    by_program = name.startswith("api_")
    name = name.removeprefix("api_")
    words = PAGES.get(name) or TEXTS.get(name) or name.removeprefix("dispute_").replace("_", " ").capitalize()
    if event.data["method"] in ("get", "head"):
        words = f"Opened the page “{words}”" if not by_program else f"Read “{words}”"
    again = f", {event.data['times']} times more within a minute" if "times" in event.data else ""
    return f"{words}{' by a program' if by_program else ''}{again}"
