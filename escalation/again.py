"""What a program was answered before is given again only while it is still for whoever asks, and is a read as before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cases.http import visible_or_404
from cases.models import Case
from cases.reads import opened
from escalation.models import Dispute
from escalation.permissions import may_read


def still_theirs(request: Any, references: Iterable[str]) -> None:
    """Look up each case and dispute of an answer again: one that is shut by now is the same 404 as everywhere."""
    for reference in references:
        if reference.count("-") > 2:
            opened(request, visible_or_404(Case.objects, request.acting, reference=reference))
            continue
        found = visible_or_404(Dispute.objects.with_page_data(), request.acting, reference=reference)
        if may_read(found, request.acting):
            opened(request, found.case)
