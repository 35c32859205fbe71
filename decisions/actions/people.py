"""Who must be on a dispute for a decision to be signed off or confirmed, brought in from the directory when nobody is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cases.models import Agency, Appointment
from cases.roles import Permission, Role
from escalation import leads, notifications
from escalation.deadlines import LONDON
from escalation.models import Dispute, Participant
from escalation.protocol import Event, Of, Side

FIRST_TO_ASK = (Role.LINE_MANAGER, Role.SAFEGUARDING_LEAD, Role.SENIOR_MANAGER, Role.BOARD_REPRESENTATIVE)


def holders_on_it(
    dispute: Dispute, agency: Agency | None, permission: Permission, *, but: Appointment | None = None
) -> list[Appointment]:
    """Those on the dispute for an agency (or, without one, with the last word) who may do this; never the person ``but``."""
    rows: Iterable[Participant] = dispute.participants.select_related("appointment__user", "appointment__agency")
    return [
        row.appointment
        for row in rows
        if row.appointment.has(permission)
        and (row.side == Side.AUTHORITY if agency is None else (row.acts_for_id or row.appointment.agency_id) == agency.pk)
        and (but is None or row.appointment.user_id != but.user_id)
    ]


def bring_in_holder(
    dispute: Dispute, agency: Agency, permission: Permission, *, now: datetime, but: Appointment | None = None
) -> list[Appointment]:
    """Those of the agency who may do this; when none is on the dispute yet, the nearest manager is put on it.

    Empty when the agency has nobody: the board manager is then asked to name somebody.
    """
    if found := holders_on_it(dispute, agency, permission, but=but):
        return found
    side = dispute.parties.get(agency=agency).side
    for who in _candidates(dispute, agency, now=now):
        if who.has(permission) and (but is None or who.user_id != but.user_id):
            leads.join(dispute, who, Side(side), now=now)
            return [who]
    _ask_board_manager(dispute, agency, permission, now=now)
    return []


def _candidates(dispute: Dispute, agency: Agency, *, now: datetime) -> Iterable[Appointment]:
    today = now.astimezone(LONDON).date()
    for row in dispute.participants.filter(appointment__agency=agency).select_related("appointment__manager__user"):
        manager = row.appointment.manager
        if manager and manager.agency_id == agency.pk and manager.is_active_on(today):
            yield manager
    for role in FIRST_TO_ASK:
        yield from leads.holders(agency, role, on=today)


def _ask_board_manager(dispute: Dispute, agency: Agency, permission: Permission, *, now: datetime) -> None:
    notifications.tell(
        dispute, Event.STAGE_OPENED, leads.told_by_protocol(dispute, Role.BOARD_MANAGER, Of.BOARD, now=now), now=now,
        text=f"Nobody at {agency.short_name} can sign or confirm for it. Name a manager in the directory.", waits=True,
        key=f"{dispute.pk}:nobody:{permission}:{agency.pk}", immediate=True,
    )
