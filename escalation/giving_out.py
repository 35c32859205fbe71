"""What pages and API share about evidence: which files somebody may read, and the answer that carries one."""

from __future__ import annotations

from django.http import FileResponse, Http404

from cases.http import NOT_FOUND, acted_at
from cases.models import Appointment
from escalation import permissions
from escalation.actions.evidence import give_out
from escalation.models import Dispute, Evidence

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def readable(dispute: Dispute, acting: Appointment) -> list[Evidence]:
    """The evidence of the stages that ``acting`` may read, the latest first."""
    stages = permissions.readable_stages(dispute, acting)
    found = dispute.evidence_files.filter(stage__in=stages).select_related(
        "recorded_by__user", "recorded_by__agency", "recorded_by__partnership",
        "withdrawn_by__user", "withdrawn_by__agency", "withdrawn_by__partnership",
    )  # fmt: skip
    return list(found.order_by("-recorded_at", "-pk"))


def found_evidence(dispute: Dispute, acting: Appointment, pk: int) -> Evidence:
    """One file of a stage that ``acting`` may read; anything else does not exist for them."""
    stages = permissions.readable_stages(dispute, acting)
    row: Evidence | None = dispute.evidence_files.filter(pk=pk, stage__in=stages).first() if pk < 2**63 else None
    if row is None:
        raise Http404(NOT_FOUND)
    row.dispute = dispute
    return row


def given_out(row: Evidence, acting: Appointment) -> FileResponse:
    """The answer that carries a file; ``Refused`` when it is not given out."""
    file = give_out(evidence=row, by=acting, now=acted_at())
    name = f"{row.dispute.reference}-{row.given_out_as}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=row.media_type, headers=HEADERS)
