"""The only writer of a dispute's story: each act tells itself in plain words, in its own transaction (E-04)."""

from __future__ import annotations

from datetime import datetime

from cases import together
from cases.errors import Refused
from cases.models import Appointment
from escalation.models import ChronologyEntry, Dispute
from escalation.personal_data import personal_data_in

CLOCK = "The clock"


def tell(
    dispute: Dispute,
    headline: str,
    *,
    by: Appointment | None,
    now: datetime,
    kind: str = ChronologyEntry.Kind.EVENT,
    body: str = "",
    happened_at: datetime | None = None,
    stage: int | None = None,
) -> ChronologyEntry:
    """Add one entry; ``happened_at`` is when it took place, ``now`` when it is written down.

    What is told of a stage inside one agency is visible to that agency only (B-26). Of a theme nothing is told that
    would plainly lead to a person.
    """
    if dispute.rules.is_thematic and (found := personal_data_in(f"{headline}\n{body}", today=now.date())):
        raise Refused(f"This looks like {found}. A theme holds no personal data: take it out and send it again.")
    order = stage or dispute.stage
    inside = dispute.rules.stage(order).single_agency
    entry = ChronologyEntry(
        dispute=dispute,
        stage=order,
        kind=kind,
        happened_at=happened_at or now,
        recorded_at=now,
        by=by,
        by_words=by.described if by else CLOCK,
        headline=headline[:300],
        body=body,
        only_agency_id=dispute.raising_agency_id if inside else None,
    )
    together.write([entry])
    return entry
