"""Who is on a dispute: bringing a colleague in, and leaving somebody's place to another."""

from __future__ import annotations

from datetime import datetime

from cases import audit
from cases.errors import Refused
from cases.models import Appointment
from cases.rows import one_act
from escalation import chronology, leads, notifications, permissions
from escalation.actions import restrictions
from escalation.models import Dispute
from escalation.protocol import Event
from escalation.transitions import NOT_YOURS, lock


@one_act
def bring_in(*, dispute: Dispute, who: Appointment, reason: str, by: Appointment, now: datetime) -> None:
    """Put a colleague of one's own agency on the dispute, with a reason; managers and leads may."""
    dispute = lock(dispute)
    where = permissions.standing(dispute, by)
    if not permissions.may_bring_in(dispute, by) or where.side is None:
        raise Refused(NOT_YOURS, code="forbidden")
    if who.agency_id is None or who.agency_id != where.agency_id:
        raise Refused("Choose somebody at your own agency.", field="who")
    if not reason.strip():
        raise Refused("Say why this person needs to be on it.", field="reason")
    if dispute.case.is_in_conflict_with(who.user_id):
        raise Refused("This person does not work on this. Choose somebody else.", field="who")
    if dispute.case.is_restricted and dispute.case.is_shut_to(who) and not restrictions.may_review(dispute, by):
        raise Refused("Only those on its list work on this. Whoever can change the list puts them on it first.", field="who")
    if not leads.join(dispute, who, where.side, now=now):
        raise Refused("This person is already on it.", field="who")
    chronology.tell(dispute, f"{who.described} joined", by=by, now=now, body=reason)
    audit.record("person_brought_in", dispute, scope=audit.scope_of_case(dispute.case_id), by=by, now=now,
                 data={"appointment": who.pk})
    notifications.tell(dispute, Event.STAGE_OPENED, [who], now=now, key=f"{dispute.pk}:joined:{who.pk}",
                       text=f"{dispute.reference}: you were brought in.")
