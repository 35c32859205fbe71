"""What the agencies worked out between them: the points they agree and dispute, meetings, plans and debriefs."""

from __future__ import annotations

from decisions.exports.parts import Part, Reader, card, pair, section, when, who
from escalation.models import PointView

_PEOPLE = ("views__agency", "views__recorded_by__user", "views__recorded_by__agency", "views__recorded_by__partnership")


def points(reader: Reader) -> Part | None:
    """The disagreement map: each point with a column for each agency (F71)."""
    rows = reader.reads(reader.dispute.points.prefetch_related(*_PEOPLE))
    cards = [
        card(
            row.text,
            pair([_column(view) for view in row.views.all()]),
            under=f"Agreed by every agency on {when(row.agreed_at)}" if row.agreed_at else "Disputed",
        )
        for row in rows
    ]
    return section("points", "What the agencies agree and what they dispute", *cards) if cards else None


def _column(view: PointView) -> Part:
    more = f"Weight for the risk: {view.get_weight_display()}"
    return {
        "heading": view.agency.name,
        "stance": view.get_stance_display(),
        "text": view.says,
        "more": f"{more}. Goes by: {view.threshold}" if view.threshold else more,
        "by": f"{who(view.recorded_by)}, {when(view.recorded_at)}",
    }
