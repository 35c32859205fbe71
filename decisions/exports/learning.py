"""What was learned, where it went without names, and what came of it."""

from __future__ import annotations

from decisions.exports.parts import Part, Reader, card, facts, section, when, who
from decisions.learning_permissions import may_read_learning
from decisions.learning_states import stands
from decisions.models import Learning

_PEOPLE = ("recorded_by", "owner", "prepared_by", "checked_by")


def learning(reader: Reader) -> Part | None:
    """Each thing that was written down, as far as the reader may read it (F24)."""
    people = [f"{name}__{part}" for name in _PEOPLE for part in ("user", "agency", "partnership")]
    cards = []
    for row in reader.dispute.learning.select_related("item", *people):
        row.dispute = reader.dispute
        if may_read_learning(row, reader.by):
            cards.append(_card(row, reader))
    return section("learning", "What was learned", *cards) if cards else None


def _card(row: Learning, reader: Reader) -> Part:
    item, labels = row.item, {one.code: one.label for one in reader.dispute.rules.categories}
    state = stands(row)
    return card(
        row.get_kind_display(),
        facts(
            ("About", labels.get(row.category, "")), ("Written down", row.text), ("What changes", row.change),
            ("Who sees to it", who(row.owner) if row.owner else ""), ("By", when(row.due_on)),
            ("Made", f"{when(row.done_at)}: {row.done_note}" if row.done_at else ""),
            ("State", f"{state.words}. {state.more}".strip(". ") if item or not row.returned_reason else state.words),
            ("What the body got", item.text if item else ""), ("What came of it", item.result if item else ""),
            ("What was done", item.closing if item else ""),
        ),
        under=f"{who(row.recorded_by)}, {when(row.recorded_at)}, {reader.label(row.stage)}",
    )  # fmt: skip
