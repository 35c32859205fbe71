"""A dispute's story, its only writer, and what of it is for whom: each act tells itself in its own transaction (E-04)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from cases import together
from cases.errors import Refused
from cases.models import Appointment
from escalation.access import heard_stages, readable_stages
from escalation.models import ChronologyEntry, Dispute
from escalation.personal_data import personal_data_in

CLOCK = "The clock"
# What came of a stage, as those hear it who did not come to it: not what was said there.
CAME_OF_IT = (
    ChronologyEntry.Kind.MOVE, ChronologyEntry.Kind.DECISION, ChronologyEntry.Kind.FEEDBACK, ChronologyEntry.Kind.SAFETY,
    ChronologyEntry.Kind.CLOCK,
)  # fmt: skip


def told_to(dispute: Dispute, reader: Appointment) -> QuerySet[ChronologyEntry]:
    """The story as far as it is for ``reader``: all of the stages they came to, what came of those above, their own words."""
    seen = Q(stage__in=readable_stages(dispute, reader))
    seen |= Q(stage__in=heard_stages(dispute, reader), kind__in=CAME_OF_IT)
    return dispute.chronology.filter(seen | Q(by__in=[reader.pk, reader.seat_id]))


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
    by_words: str = "",
) -> ChronologyEntry:
    """Add one entry; ``happened_at`` is when it took place, ``now`` when it is written down; ``by_words`` is who has no account.

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
        by_words=by.described if by else by_words or CLOCK,
        headline=headline[:300],
        body=body,
        only_agency_id=dispute.raising_agency_id if inside else None,
    )
    together.write([entry])
    return entry
