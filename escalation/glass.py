"""What every door does where somebody reads by break-glass: nothing is written there, nothing taken out, and the read says so."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from cases.errors import Refused
from cases.http import Hidden, acted_at
from cases.models import Appointment, AuditEvent
from escalation import permissions
from escalation.actions import break_glass
from escalation.actions.break_glass import Asked
from escalation.models import BreakGlass, Dispute

READS = ("GET", "HEAD", "OPTIONS")
OF_ONESELF = ("declare_interest", "api_interest")  # a conflict of interest shuts it at once, to them as to everybody
TAKES_OUT = ("evidence_file", "api_evidence_file", "meeting_diary", "export_file", "api_document_file")
ONLY_READ = "You read this by break-glass: nothing is changed and nothing taken out. Ask somebody who is on it to bring you in."


def only_read(request: Any, dispute: Dispute) -> None:
    """Let somebody who reads by break-glass read, and do nothing else; what they read is marked in the audit trail."""
    row = permissions.glass_of(dispute, request.acting)
    if row is None:
        return
    request.acting.reads_under = {"break_glass": row.pk}
    plain = getattr(request, "_request", request)
    name = plain.resolver_match.url_name
    if name not in OF_ONESELF and (plain.method not in READS or name in TAKES_OUT):
        raise PermissionDenied(ONLY_READ) if plain is request else Refused(ONLY_READ, code="forbidden")


def opened(asked: Asked, acting: Appointment) -> BreakGlass:
    """Break the glass; what was refused is written down with the dispute that it named, whether or not there is one."""
    try:
        return break_glass.break_glass(asked=asked, by=acting, now=acted_at())
    except Refused as error:
        raise error from Hidden(Dispute, {"reference": asked.reference.strip().upper()[:30]})


def reads_of(row: BreakGlass) -> list[AuditEvent]:
    """The pages that were read in that hour, as the audit trail has them."""
    found = AuditEvent.objects.filter(
        appointment=row.by_id, action="case_read", at__gte=row.opened_at, data__break_glass=row.pk
    )
    return list(found.order_by("pk")[:500])
