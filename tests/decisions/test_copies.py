"""Copies for scale: a copied disagreement is, row by row, what the acts would have written, and the clock treats it alike."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import ForeignKey

from cases import audit
from cases.models import AuditEvent, AuditHead, Person, PersonReference
from decisions.demo import copies
from decisions.demo.founding import found_everything
from decisions.demo.rewriting import Rewriting
from decisions.demo.stories import Story
from decisions.demo.telling import tell
from escalation.actions.sweep import sweep
from escalation.models import Dispute, Notification

pytestmark = pytest.mark.django_db

WALKS = ("stage2_replied", "agreed_closed", "withdrawn", "last_word", "immediate")
OF_ITS_OWN = {Person: ("name", "date_of_birth", "address"), PersonReference: ("value",), Notification: ("message_id",),
              AuditEvent: ("hash", "prev_hash"), AuditHead: ("scope", "hash")}  # fmt: skip


@dataclass
class World:
    """Everything that belongs to one dispute, with numbers by rank instead of keys."""

    dispute: Dispute

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        told = copies.read(self.dispute)
        ranks = {model: {row.pk: rank for rank, row in enumerate(rows)} for model, rows in told.items()}
        references = {self.dispute.case.reference: "CASE", self.dispute.reference: "DISPUTE"}
        plain = Rewriting(ids=ranks, references=references, person=("", self.dispute.raised_at.date(), ""), number=0)
        return {model.__name__: [self._row(plain, row) for row in rows] for model, rows in told.items()}

    def _row(self, plain: Rewriting, row: Any) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column in row._meta.concrete_fields:
            if column.name in OF_ITS_OWN.get(type(row), ()) or column.primary_key:
                continue
            value = getattr(row, column.attname)
            if isinstance(column, ForeignKey):
                value = plain.ids.get(column.related_model, {}).get(value, value)
            values[column.name] = plain.words(value) if isinstance(value, str) else value
        if isinstance(row, Notification):
            values["key"] = plain.key(row.key)
        if isinstance(row, AuditEvent):
            owned = {model._meta.label_lower: ids for model, ids in plain.ids.items()}.get(row.object_type, {})
            values["object_id"] = owned.get(int(row.object_id), row.object_id)
            values["data"] = plain.facts(row.data)
        return values


def told(walk: str, now: datetime, number: int) -> Dispute:
    result = tell([Story("halton", "medication", 6.0, walk)], now=now, first_number=number)
    assert not result.refused
    return Dispute.objects.select_related("case__person", "partnership").order_by("pk").last()  # type: ignore[return-value]


@pytest.mark.slow
@pytest.mark.parametrize("walk", WALKS)
def test_a_copy_is_what_the_acts_write_for_another_person(walk: str, now: datetime) -> None:
    found_everything(now=now)
    pattern, twin = told(walk, now, 5), told(walk, now, 5)
    copies.copy(pattern, 2, first_number=40)
    copied = Dispute.objects.select_related("case__person", "partnership").order_by("pk")[2:]
    walked = World(twin).rows()
    assert walked["Notification"]
    assert walked["AuditEvent"]
    for one in copied:
        assert World(one).rows() == walked
        assert one.case.about != twin.case.about
    assert len({one.reference for one in Dispute.objects.all()}) == 4
    assert list(audit.broken_links()) == []
    for days in (1, 4, 9, 30):
        sweep(now=now + timedelta(days=days))
    swept = World(Dispute.objects.get(pk=twin.pk)).rows()
    assert World(Dispute.objects.get(pk=copied[0].pk)).rows() == swept
    assert list(audit.broken_links()) == []
