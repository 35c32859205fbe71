"""A confidential word on a withdrawal: that somebody was pressed to, told to their safeguarding lead and the board (F26)."""

from __future__ import annotations

from datetime import datetime

from cases import audit
from cases.models import Appointment
from cases.roles import Role
from escalation import leads, notifications
from escalation.deadlines import LONDON
from escalation.models import Dispute, WithdrawalPressure
from escalation.protocol import Event, LeadRole


def keep_word(dispute: Dispute, text: str, *, by: Appointment, now: datetime) -> None:
    """Keep it apart from the dispute's record, in the caller's transaction; the story and the documents say nothing of it."""
    agency = by.agency or dispute.raising_agency
    kept = WithdrawalPressure.objects.create(dispute=dispute, agency=agency, said_by=by, said_at=now, text=text)
    audit.record("withdrawal_word_kept", kept, scope=audit.scope_of_agency(agency.pk), by=by, now=now)
    today = now.astimezone(LONDON).date()
    told = leads.holders(agency, Role.SAFEGUARDING_LEAD, on=today)
    told += leads.board_holders(dispute.partnership_id, LeadRole(role=Role.BOARD_MANAGER), on=today)
    notifications.tell(
        dispute, Event.WITHDRAWN, [who for who in told if who.pk != by.pk], now=now, key=f"{dispute.pk}:word:{kept.pk}",
        text=f"{dispute.reference}: a confidential word for you waits on My work.", waits=True,
    )
